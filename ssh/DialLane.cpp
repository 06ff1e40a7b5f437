// SPDX-License-Identifier: MIT
#include "ssh/DialLane.h"

#include "ssh/CommandSocketSource.h"
#include "ssh/Dialer.h"
#include "ssh/JumpSocketSource.h"
#include "ssh/TcpSocketSource.h"
#include "ssh/openssh/OpenSshDialer.h"
#include "ssh/openssh/SshArguments.h"

#include <QCoreApplication>

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
        m_again.clear();
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
    request.openSshReason = openSshReason(request);
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
        m_again.erase(id);
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
        const auto dialer = makeDialer(waiting, [this, id = waiting.id, endpoints] { finished(id, endpoints); });
        m_dialers.emplace(waiting.id, dialer);
        dialer->start();
    }
}

QString DialLane::openSshReason(const DialRequest &request)
{
    if (request.target.backend == SshBackend::Libssh)
        return {};
    return request.target.backend == SshBackend::Auto && !request.openSshReason.isEmpty()
        ? request.openSshReason
        : request.target.backendReason();
}

std::shared_ptr<DialAttempt> DialLane::makeDialer(const Waiting &waiting, std::function<void()> onGone)
{
    if (!waiting.request.openSshReason.isEmpty())
        return std::make_shared<OpenSshDialer>(*this, waiting.request, waiting.onState, waiting.onDone,
                                               std::move(onGone));
    const auto onDone = [this, waiting](DialResult result) {
        if (!tryOpenSsh(waiting, result))
            waiting.onDone(std::move(result));
    };
    return std::make_shared<Dialer>(*this, waiting.request, waiting.onState, onDone, std::move(onGone));
}

bool DialLane::tryOpenSsh(const Waiting &waiting, DialResult &result)
{
    if (result.libsshLacks.isEmpty() || waiting.request.target.backend != SshBackend::Auto)
        return false;
    if (const SshArguments::Obstacle obstacle = SshArguments::obstacle(m_options.sshHelper); !obstacle.what.isEmpty()) {
        if (result.error) {
            result.error->what += QStringLiteral("; ") + obstacle.what;
            result.error->remedy = obstacle.remedy + QLatin1Char(' ') + result.error->remedy;
        }
        return false;
    }
    Waiting again = waiting;
    again.request.openSshReason = result.libsshLacks;
    m_again.emplace(waiting.id, std::move(again));
    return true;
}

std::unique_ptr<SocketSource> DialLane::makeSource(const SshTarget &target, const SshErrors &errors)
{
    if (!target.jumpHosts.isEmpty())
        return std::make_unique<JumpSocketSource>(m_loop, m_jumps, target, errors);
    if (!target.proxyCommand.isEmpty())
        return std::make_unique<CommandSocketSource>(m_loop, target, errors);
    return std::make_unique<TcpSocketSource>(m_loop, m_resolver, target, errors);
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
    if (const auto again = m_again.find(id); again != m_again.end()) {
        m_waiting.push_front(std::move(again->second));
        m_again.erase(again);
    }
    startMore();
}

} // namespace Helmclaw
