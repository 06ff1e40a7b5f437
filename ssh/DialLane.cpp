// SPDX-License-Identifier: MIT
#include "ssh/DialLane.h"

#include "ssh/Dialer.h"

#include <algorithm>

namespace Helmclaw {

namespace {

/// sshd drops unauthenticated connections at random from the 10th on (MaxStartups 10:30:100).
constexpr int maxPerEndpoint = 8;

/// The way through a jump host, which counts as well: its sshd limits the channels that it opens.
QString throughJump(const SshTarget &target)
{
    return target.jumpHosts.isEmpty() ? QString() : QStringLiteral("through ") + target.way();
}

} // namespace

DialLane::DialLane(const SshPoolOptions &options, const QString &ownKnownHostsFile, JumpHosts &jumps,
                   PromptBroker::Sink prompts)
    : m_options(options)
    , m_jumps(jumps)
    , m_hostKeys(ownKnownHostsFile)
    , m_workers(options.dialThreads)
    , m_prompts(m_loop, std::move(prompts))
    , m_keys(m_loop, m_workers, m_prompts, options.unlockedKeyLifetime)
{
    m_loop.start("ssh-dial-loop");
}

DialLane::~DialLane()
{
    stop();
}

void DialLane::stop()
{
    // First the dials let go of whatever a worker may hang in, then the workers end, then the loop.
    m_loop.post([this] {
        m_waiting.clear();
        for (auto &[id, dialer] : m_dialers)
            dialer->cancel();
    });
    m_workers.stop();
    m_loop.post([this] { m_dialers.clear(); });
    m_loop.stop();
}

quint64 DialLane::dial(DialRequest request, OnState onState, OnDone onDone)
{
    const quint64 id = ++m_lastId;
    auto waiting = std::make_shared<Waiting>(Waiting { id, std::move(request), std::move(onState), std::move(onDone) });
    m_loop.post([this, waiting] {
        m_waiting.push_back(std::move(*waiting));
        startMore();
    });
    return id;
}

void DialLane::cancel(quint64 id)
{
    m_loop.post([this, id] {
        const auto waiting =
            std::find_if(m_waiting.begin(), m_waiting.end(), [id](const Waiting &entry) { return entry.id == id; });
        if (waiting != m_waiting.end())
            m_waiting.erase(waiting);
        if (const auto found = m_dialers.find(id); found != m_dialers.end())
            found->second->cancel();
    });
}

void DialLane::replaceHostKey(const SshTarget &target, const HostKey &key, std::function<void(Result<void>)> done)
{
    m_workers.run([this, target, key, done = std::move(done)] { done(m_hostKeys.replace(target, key)); }, false);
}

void DialLane::startMore()
{
    for (auto entry = m_waiting.begin(); entry != m_waiting.end();) {
        if (static_cast<int>(m_dialers.size()) - m_asking >= std::max(1, m_options.maxDialsInFlight))
            return;
        const SshTarget &target = entry->request.target;
        QStringList endpoints { target.endpoint() };
        if (const QString through = throughJump(target); !through.isEmpty())
            endpoints += through;
        if (std::any_of(endpoints.begin(), endpoints.end(),
                        [this](const QString &endpoint) { return m_perEndpoint.value(endpoint) >= maxPerEndpoint; })) {
            ++entry;
            continue;
        }
        for (const QString &endpoint : endpoints)
            count(endpoint, 1);
        ++m_inFlight;
        const Waiting waiting = std::move(*entry);
        entry = m_waiting.erase(entry);
        auto dialer = std::make_shared<Dialer>(*this, waiting.request, waiting.onState, waiting.onDone,
                                               [this, id = waiting.id, endpoints] { finished(id, endpoints); });
        m_dialers.emplace(waiting.id, dialer);
        dialer->start();
    }
}

void DialLane::setAsking(const SshTarget &target, bool asking)
{
    m_asking += asking ? 1 : -1;
    if (const QString through = throughJump(target); !through.isEmpty())
        count(through, asking ? -1 : 1);
    if (asking)
        m_loop.defer([this] { startMore(); });
}

void DialLane::count(const QString &endpoint, int change)
{
    if ((m_perEndpoint[endpoint] += change) == 0)
        m_perEndpoint.remove(endpoint);
}

void DialLane::settlePrompt(quint64 id, PromptBroker::Outcome outcome, PromptBroker::Answers answers)
{
    const auto shared = std::make_shared<PromptBroker::Answers>(std::move(answers));
    m_loop.post([this, id, outcome, shared] { m_prompts.settle(id, outcome, std::move(*shared)); });
}

void DialLane::finished(quint64 id, const QStringList &endpoints)
{
    m_dialers.erase(id);
    --m_inFlight;
    for (const QString &endpoint : endpoints)
        count(endpoint, -1);
    startMore();
}

} // namespace Helmclaw
