// SPDX-License-Identifier: MIT
// The part of ServerLink that is about jump hosts: being behind one, and being one.
#include "ssh/ServerLink.h"

#include "ssh/TunnelListener.h"

namespace Helmclaw {

bool ServerLink::isDialling() const
{
    return m_dial != 0 || (m_jump != nullptr && !m_jump->isGranted());
}

void ServerLink::dial(bool urgent)
{
    m_context.loop.cancelTimer(m_retryTimer);
    m_jumpFailed = false;
    m_askedAt = EventLoop::Clock::now();
    m_hostKeyReport.reset();
    if (m_target.jumpHosts.isEmpty())
        dialNow();
    else
        dialThroughJump(urgent);
}

/// First the session of the jump host: waiting for it takes no place in the dial lane.
void ServerLink::dialThroughJump(bool urgent)
{
    ++m_generation;
    m_jump = std::make_unique<JumpLease>(m_context.jumps, m_target, urgent, m_context.loop,
                                         [this](const std::optional<Error> &error) {
                                             if (!error) {
                                                 dialNow();
                                                 return;
                                             }
                                             m_jump.reset();
                                             m_jumpFailed = true;
                                             Error named = *error;
                                             named.server = m_target.name;
                                             giveUp(named);
                                         });
    setState(SessionState::Connecting);
    updateTunnels();
}

void ServerLink::lease(quint64 id, bool urgent, JumpLeases::Done done)
{
    m_leases.add(id, urgent, m_session != nullptr, std::move(done));
}

void ServerLink::endLease(quint64 id)
{
    m_leases.remove(id);
    withdrawIfUnwanted();
}

void ServerLink::withdrawIfUnwanted()
{
    if (isWanted())
        return;
    if (m_jump != nullptr && !m_jump->isGranted()) {
        // The jump host may wait for its user, who need not answer for us any more.
        stopDialling();
        setState(SessionState::Off);
        updateTunnels();
    }
    if (m_status.state == SessionState::Asking && m_dial != 0) {
        stopDialling();
        setState(SessionState::Off);
        updateTunnels();
    }
    if (!m_question)
        return;
    const Error error = errors().hostKeyUnknown(m_question->key);
    closeQuestion();
    setState(SessionState::Failed, error);
}

} // namespace Helmclaw
