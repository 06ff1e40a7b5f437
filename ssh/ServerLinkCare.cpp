// SPDX-License-Identifier: MIT
// ServerLink's caution: refused logins, bans, and sessions that may have died while nobody looked.
#include "ssh/ServerLink.h"

namespace Helmclaw {

void ServerLink::checkSession()
{
    if (m_session != nullptr) {
        m_session->check(m_context.options.checkDeadline);
        return;
    }
    const bool banned = m_status.error && m_status.error->code == ErrorCode::ProbablyBanned;
    if (m_retryTimer == 0 || banned || !isWanted())
        return;
    m_attempt = 0;
    dial();
}

/// Keeps the pool's memory of refused logins, from which bans are told.
void ServerLink::noteLogin(const DialResult &result)
{
    const QString endpoint = m_target.endpoint();
    if (!result.ourAddress.isEmpty() && result.greeted) {
        m_context.bans.answered(endpoint, result.ourAddress,
                                QStringLiteral("%1 %2").arg(result.theirAddress).arg(m_target.port));
    }
    if (!result.error)
        m_context.bans.loggedIn(endpoint);
    else if (result.refused)
        m_context.bans.loginRefused(endpoint);
    m_refusedLogins = m_context.bans.refusedLogins(endpoint);
}

/// Unless logins have failed so often that another could bring a ban: then only the user's own hand may try.
void ServerLink::tryToDial()
{
    m_refusedLogins = m_context.bans.refusedLogins(m_target.endpoint());
    if (m_refusedLogins >= BanWatch::pauseAfter && !m_connectWanted)
        giveUp(errors().loginsPaused(m_refusedLogins));
    else
        dial();
}

} // namespace Helmclaw
