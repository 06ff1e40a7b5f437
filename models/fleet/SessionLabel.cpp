// SPDX-License-Identifier: MIT
#include "models/fleet/SessionLabel.h"

#include "models/fleet/ServerSessions.h"

#include <algorithm>

namespace Helmclaw {

QString sessionStateLabel(SessionState state)
{
    switch (state) {
    case SessionState::Off:
        return ServerSessions::tr("Not connected");
    case SessionState::Queued:
        return ServerSessions::tr("Waiting to connect");
    case SessionState::Resolving:
        return ServerSessions::tr("Looking up the name");
    case SessionState::Connecting:
        return ServerSessions::tr("Connecting");
    case SessionState::Handshake:
        return ServerSessions::tr("Negotiating keys");
    case SessionState::HostKey:
        return ServerSessions::tr("Confirm the host key");
    case SessionState::Auth:
        return ServerSessions::tr("Signing in");
    case SessionState::Asking:
        return ServerSessions::tr("Waits for your answer");
    case SessionState::Ready:
        return ServerSessions::tr("Connected");
    case SessionState::Lost:
        return ServerSessions::tr("Connection lost");
    case SessionState::Backoff:
        return ServerSessions::tr("Will retry");
    case SessionState::Failed:
        return ServerSessions::tr("Failed");
    }
    return ServerSessions::tr("Unknown");
}

QString sessionStateLabel(const SessionStatus &status)
{
    const QString label = sessionStateLabel(status.state);
    switch (status.state) {
    case SessionState::Off:
    case SessionState::Lost:
    case SessionState::Backoff:
    case SessionState::Failed:
        return label; // the error says where
    default:
        return status.via.isEmpty() ? label : ServerSessions::tr("%1 (via %2)").arg(label, status.via);
    }
}

QString backendLabel(SshBackend backend, const QString &reason)
{
    if (reason.isEmpty())
        return {};
    return backend == SshBackend::Libssh ? ServerSessions::tr("through libssh, because %1").arg(reason)
                                         : ServerSessions::tr("through OpenSSH's ssh, because %1").arg(reason);
}

QString backendLabel(const SshTarget &target)
{
    return backendLabel(target.backend, target.backendReason());
}

QString backendLabel(const SessionStatus &status)
{
    return backendLabel(status.backend, status.backendReason);
}

} // namespace Helmclaw
