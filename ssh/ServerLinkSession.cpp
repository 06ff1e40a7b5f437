// SPDX-License-Identifier: MIT
// A ServerLink's session: its beginning, by either backend, and its end.
#include "ssh/LibsshSession.h"
#include "ssh/ServerLink.h"
#include "ssh/openssh/MuxSession.h"

namespace Helmclaw {

namespace {

constexpr std::chrono::seconds healthyAfter { 60 };

} // namespace

void ServerLink::ready(DialResult result)
{
    m_goodKey = result.keyUsed;
    m_operations.resetLimit();
    const quint64 generation = ++m_generation;
    const std::chrono::milliseconds keepalive = m_target.options.serverAliveInterval;
    SshErrors sessionErrors = errors();
    sessionErrors.setPath(result.master != nullptr ? result.path : result.handle->path());
    IoSession::Events events;
    events.lost = [this, generation](const Error &error) {
        if (generation == m_generation)
            lost(error);
    };
    events.jobGone = [this, generation] {
        if (generation == m_generation && m_session != nullptr)
            m_operations.start(*m_session);
    };
    if (result.master != nullptr) {
        m_session = std::make_shared<MuxSession>(m_context.loop, std::move(result.master), result.path, sessionErrors,
                                                 std::move(events));
    } else {
        m_session =
            std::make_shared<LibsshSession>(m_context.loop, std::move(result.handle), sessionErrors, std::move(events));
    }
    if (keepalive.count() > 0)
        m_session->setKeepalive(keepalive, m_target.options.serverAliveCountMax);
    else
        m_session->setKeepalive(m_context.options.keepaliveInterval, 3);
    if (!m_session->start()) {
        m_session.reset();
        m_jump.reset();
        giveUp(errors().outOfResources(QStringLiteral("epoll")));
        return;
    }
    ++m_context.counters.ready;
    m_readySince = EventLoop::Clock::now();
    m_status.keyExchange = result.keyExchange;
    m_status.cipher = result.cipher;
    m_status.hostKeyFingerprint = result.hostKeyFingerprint;
    m_status.authenticatedBy = result.authenticatedBy;
    setState(SessionState::Ready);
    m_leases.sessionReady();
    updateTunnels();
    m_operations.start(*m_session);
}

void ServerLink::lost(const Error &error)
{
    --m_context.counters.ready;
    m_session.reset(); // it keeps itself alive while it calls us
    m_jump.reset();
    m_leases.sessionLost();
    ++m_generation;
    if (EventLoop::Clock::now() - m_readySince >= healthyAfter)
        m_attempt = 0;
    setState(SessionState::Lost, error);
    // What had not begun yet has done nothing on the server: it may have a new session. The rest has been told.
    if (!m_operations.isEmpty()) {
        m_connectWanted = false;
        dial();
        return;
    }
    m_connectWanted = false;
    backOff(error);
}

void ServerLink::dropSession(const Error &error)
{
    if (m_session != nullptr) {
        --m_context.counters.ready;
        const auto session = std::exchange(m_session, nullptr);
        ++m_generation;
        session->shutDown(error);
    }
    m_jump.reset();
    setState(SessionState::Off);
    updateTunnels();
}

} // namespace Helmclaw
