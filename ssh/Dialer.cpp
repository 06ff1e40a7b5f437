// SPDX-License-Identifier: MIT
#include "ssh/Dialer.h"

#include "ssh/SshAlgorithms.h"
#include "ssh/TcpConnector.h"

#include <QCoreApplication>

#include <algorithm>

#include <sys/epoll.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Dialer)
};

} // namespace

Dialer::Dialer(DialLane &lane, DialRequest request, DialLane::OnState onState, DialLane::OnDone onDone,
               std::function<void()> onGone)
    : m_lane(lane)
    , m_request(std::move(request))
    , m_errors(m_request.target, m_request.refusedLogins)
    , m_onState(std::move(onState))
    , m_onDone(std::move(onDone))
    , m_onGone(std::move(onGone))
    , m_prompts(lane.m_loop, lane.m_prompts, lane.m_keys, m_request.target, m_request.askedAt)
{
}

Dialer::~Dialer() = default;

void Dialer::enter(SessionState state, std::chrono::milliseconds deadline)
{
    m_state = state;
    m_lane.m_loop.cancelTimer(m_timer);
    m_deadline = deadline;
    m_timer = m_lane.m_loop.addTimer(deadline, [this] {
        m_timer = 0;
        expired();
    });
    m_onState(state);
}

void Dialer::start()
{
    m_source = m_lane.makeSource(m_request.target, m_errors);
    const auto wanted = m_request.target.options.connectTimeout;
    enter(m_source->firstState(), wanted.count() > 0 ? wanted : m_lane.m_options.connectDeadline);
    m_source->open(
        [this](SessionState state) {
            m_state = state; // the deadline goes on: it covers all that the source does
            m_onState(state);
        },
        [this](Result<SocketSource::Opened> opened) {
            const auto keep = std::move(m_source); // it is calling us
            if (opened)
                connected(std::move(*opened));
            else
                fail(opened.error());
        });
}

void Dialer::connected(SocketSource::Opened opened)
{
    m_path = opened.path;
    m_errors.setPath(m_path);
    if (m_path == nullptr) {
        m_ourAddress = localAddressOf(opened.socket.get());
        m_theirAddress = peerAddressOf(opened.socket.get());
    }
    auto index = m_lane.m_hostKeys.indexFor(m_request.target);
    if (!index) {
        fail(index.error());
        return;
    }
    m_index = *index;
    QList<QByteArray> pinned = m_index->pinnedAlgorithms(m_request.target.knownHostsName());
    for (const HostKey &published : m_request.target.advice.hostKeys)
        pinned.append(published.algorithm);
    if (m_request.acceptedKey)
        pinned.prepend(m_request.acceptedKey->algorithm);
    m_prompts.setLimit(EventLoop::Clock::now() + m_lane.m_options.promptDeadline);
    enter(SessionState::Handshake, m_lane.m_options.handshakeDeadline);
    m_login = std::make_unique<SshLogin>(
        m_request.target, m_errors, std::move(opened.socket),
        SshAlgorithms::hostKeys(m_request.target.options, HostKeyChecker::algorithmsFor(pinned)));
    runStep(false);
}

void Dialer::runStep(bool mayWaitForUser)
{
    if (m_watch != 0)
        m_lane.m_loop.setEvents(m_watch, 0);
    m_busy = true;
    m_waiting = false;
    m_lane.m_workers.run(
        [self = shared_from_this()]() mutable {
            const SshLogin::Step step = self->m_login->advance();
            EventLoop &loop = self->m_lane.m_loop;
            loop.post([self = std::move(self), step] { self->stepDone(step); });
        },
        mayWaitForUser);
}

void Dialer::watchSocket(std::uint32_t events)
{
    if (m_watch != 0) {
        m_lane.m_loop.setEvents(m_watch, events);
        return;
    }
    m_watch = m_lane.m_loop.watch(m_login->fd(), events, [this](std::uint32_t) { socketReady(); });
    if (m_watch == 0)
        fail(m_errors.outOfResources(Text::tr("epoll watches")));
}

void Dialer::socketReady()
{
    if (m_finished)
        return;
    if (m_waiting)
        runStep(m_agentStep);
    else if (m_asking) // only a hang-up is watched for
        fail(m_errors.promptHungUp(m_prompts.last()));
    else // hung up, which epoll tells unasked: the next step will see it, and must not be told again and again
        m_lane.m_loop.unwatch(m_watch);
}

void Dialer::stepDone(SshLogin::Step step)
{
    m_busy = false;
    if (m_finished) { // cancelled or expired meanwhile
        m_login.reset();
        const auto gone = std::exchange(m_onGone, nullptr);
        if (gone)
            gone();
        return;
    }
    m_refused = m_login->wasRefused();
    m_greeted = m_login->bannerSeen();
    if (step != SshLogin::Step::Wait) {
        m_agentStep = false;
        closePage();
    }
    switch (step) {
    case SshLogin::Step::Wait:
        m_waiting = true;
        if (m_login->page().isValid() && !m_pageShown)
            showPage();
        watchSocket(m_login->events());
        return;
    case SshLogin::Step::HandshakeDone:
        judgeHostKey();
        return;
    case SshLogin::Step::NeedAgent:
        m_agentStep = true;
        watchAgent();
        m_login->setAgentSocket(m_agent != nullptr ? m_agent->offer(m_login->agentIdentity()) : FileDescriptor());
        runStep(true);
        return;
    case SshLogin::Step::NeedKey:
        unlockKey();
        return;
    case SshLogin::Step::NeedAnswers:
        askUser();
        return;
    case SshLogin::Step::LoggedIn:
        loggedIn();
        return;
    case SshLogin::Step::Failed:
        if (m_login->hasNoCommonAlgorithm())
            m_libsshLacks =
                Text::tr("libssh %1 has no algorithm in common with the server").arg(SshErrors::libsshVersion());
        fail(m_login->error());
        return;
    }
}

void Dialer::judgeHostKey()
{
    const HostKey &key = m_login->hostKey();
    const HostKeyReport report = m_lane.m_hostKeys.judge(*m_index, m_request.target, key);
    if (m_request.hostKeyOnly) {
        DialResult result;
        result.hostKey = report;
        m_login->sayGoodbye();
        finish(std::move(result));
        return;
    }
    if (report.verdict == HostKeyVerdict::CertificateAuthority)
        m_libsshLacks = Text::tr("libssh %1 cannot verify host certificates").arg(SshErrors::libsshVersion());
    if (report.verdict == HostKeyVerdict::Match)
        authenticate();
    else if (const auto problem = problemWith(m_request, report, m_errors))
        fail(*problem, m_request.target.advice.contradicts(key) ? nullptr : &report);
    else
        pinHostKey(key);
}

/// On a worker: a disk that is slow, or a second console that holds the file, must not hold up other dials.
void Dialer::pinHostKey(const HostKey &key)
{
    m_lane.m_loop.cancelTimer(m_timer); // it is the server's time that runs out, and the file's lock has its own limit
    m_lane.m_workers.run(
        [self = shared_from_this(), key] {
            auto pinned = self->m_lane.m_hostKeys.pin(self->m_request.target, key);
            self->m_lane.m_loop.post([self, pinned = std::move(pinned)] {
                if (self->m_finished)
                    return;
                if (pinned)
                    self->authenticate();
                else
                    self->fail(pinned.error());
            });
        },
        false);
}

void Dialer::authenticate()
{
    enter(SessionState::Auth, m_lane.m_options.authDeadline);
    const QString agent = KeyPlan::agentFor(m_request.target);
    if (agent.isEmpty()) {
        beginAuthentication({}, {});
        return;
    }
    m_agent = std::make_unique<AgentRelay>(m_lane.m_loop, agent);
    m_agent->list([weak = weak_from_this()](const QList<AgentIdentity> &identities, const QString &problem) {
        const auto self = weak.lock();
        if (!self || self->m_finished)
            return;
        self->enter(SessionState::Auth, self->m_lane.m_options.authDeadline); // that time was not the server's
        self->beginAuthentication(identities, problem);
    });
}

void Dialer::beginAuthentication(const QList<AgentIdentity> &identities, const QString &problem)
{
    m_login->beginAuthentication(identities, problem, m_request.preferredKey, m_lane.m_mayAsk);
    runStep(false);
}

void Dialer::loggedIn()
{
    DialResult result;
    result.keyExchange = m_login->keyExchange();
    result.cipher = m_login->cipher();
    result.hostKeyFingerprint = m_login->hostKey().fingerprint();
    result.authenticatedBy = m_login->authenticatedBy();
    result.keyUsed = m_login->keyUsed();
    m_lane.m_loop.unwatch(m_watch);
    result.handle = m_login->takeHandle();
    result.handle->setPath(m_path);
    finish(std::move(result));
}

void Dialer::expired()
{
    switch (m_state) {
    case SessionState::Resolving:
    case SessionState::Connecting:
        fail(m_source->timedOut(m_deadline));
        return;
    case SessionState::Handshake:
        // While a worker is in a step its libssh session is out of bounds; a step that runs means the server spoke.
        fail(m_errors.handshakeTimeout(m_deadline, m_busy || (m_login != nullptr && m_login->bannerSeen())));
        return;
    case SessionState::Asking:
        fail(m_errors.promptTimeout(m_prompts.last(), m_lane.m_options.promptDeadline));
        return;
    default:
        fail(m_errors.authTimeout(m_deadline, m_agent != nullptr && m_agent->isAsked()));
        return;
    }
}

void Dialer::fail(const Error &error, const HostKeyReport *hostKey)
{
    DialResult result;
    result.error = error;
    if (hostKey != nullptr) {
        result.hostKey = *hostKey;
        if (error.code == ErrorCode::HostKeyUnknown)
            result.unknownKey = hostKey->offered;
    }
    if (m_login != nullptr && !m_busy)
        m_login->sayGoodbye();
    finish(std::move(result));
}

void Dialer::finish(DialResult result)
{
    const auto self = shared_from_this(); // onGone lets go of us
    const auto onDone = m_onDone;
    result.ourAddress = m_ourAddress;
    result.theirAddress = m_theirAddress;
    result.libsshLacks = m_libsshLacks;
    result.refused = m_refused && result.error;
    result.greeted = m_greeted;
    cancel();
    onDone(std::move(result));
}

void Dialer::cancel()
{
    if (m_finished)
        return;
    m_finished = true;
    m_onDone = nullptr;
    m_prompts.withdraw();
    setAsking(false);
    EventLoop &loop = m_lane.m_loop;
    loop.cancelTimer(m_timer);
    loop.unwatch(m_watch);
    m_source.reset();
    if (m_busy) {
        // A worker is inside libssh: everything it could wait for fails now, and stepDone() cleans up.
        m_login->shutDown();
        if (m_agent != nullptr)
            m_agent->close();
        return;
    }
    m_login.reset();
    m_agent.reset();
    loop.defer([gone = std::exchange(m_onGone, nullptr)] {
        if (gone)
            gone();
    });
}

} // namespace Helmclaw
