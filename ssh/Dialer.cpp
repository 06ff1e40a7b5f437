// SPDX-License-Identifier: MIT
#include "ssh/Dialer.h"

#include "ssh/SshAlgorithms.h"

#include <QCoreApplication>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Dialer)
};

} // namespace

Dialer::~Dialer() = default;

void Dialer::connected(FileDescriptor socket)
{
    QList<QByteArray> pinned = m_index->pinnedAlgorithms(m_request.target.knownHostsName());
    for (const HostKey &published : m_request.target.advice.hostKeys)
        pinned.append(published.algorithm);
    if (m_request.acceptedKey)
        pinned.prepend(m_request.acceptedKey->algorithm);
    m_login = std::make_unique<SshLogin>(
        m_request.target, m_errors, std::move(socket),
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
        [self = self()]() mutable {
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
        if (!m_finished)
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
    else if (const auto problem = problemWith(report))
        refuseKey(*problem, report);
    else
        pin(key, [this] { authenticate(); });
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
    m_agent->list([weak = weakSelf()](const QList<AgentIdentity> &identities, const QString &problem) {
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

bool Dialer::hasGreeted() const
{
    // While a worker is in a step its libssh session is out of bounds; a step that runs means the server spoke.
    return m_busy || (m_login != nullptr && m_login->bannerSeen());
}

bool Dialer::isAgentAsked() const
{
    return m_agent != nullptr && m_agent->isAsked();
}

void Dialer::complete(DialResult &result)
{
    if (result.error && m_login != nullptr && !m_busy)
        m_login->sayGoodbye();
    result.libsshLacks = m_libsshLacks;
    result.refused = m_refused && result.error;
    result.greeted = m_greeted;
}

bool Dialer::letGo()
{
    m_lane.m_loop.unwatch(m_watch);
    if (m_busy) {
        // A worker is inside libssh: everything it could wait for fails now, and stepDone() cleans up.
        m_login->shutDown();
        if (m_agent != nullptr)
            m_agent->close();
        return false;
    }
    m_login.reset();
    m_agent.reset();
    return true;
}

} // namespace Helmclaw
