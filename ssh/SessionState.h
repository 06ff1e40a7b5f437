// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKeyReport.h"
#include "ssh/SshTarget.h"

#include <QDateTime>
#include <QMetaType>

#include <optional>

namespace Helmclaw {

/// Where a server's SSH session stands (design: Resolving → Connecting → Handshake → HostKey → Auth → Ready → Lost →
/// Backoff).
enum class SessionState {
    Off, ///< nobody has asked for it yet, or it was closed on purpose
    Queued, ///< waits for a place in the dial lane
    Resolving,
    Connecting,
    Handshake, ///< banner and key exchange
    HostKey, ///< the host key waits for the user's answer (no connection is open meanwhile)
    Auth,
    Asking, ///< the login waits for the user: a passphrase, a password, a code, a touch (SshPool::promptRequested)
    Ready,
    Lost, ///< was Ready, stopped answering or was closed by the peer
    Backoff, ///< will be dialled again at SessionStatus::retryAt
    Failed, ///< the last dial failed and nothing asks for another
};

/// A snapshot of one session for display.
struct SessionStatus
{
    SessionState state = SessionState::Off;
    QDateTime since; ///< UTC
    std::optional<Error> error; ///< why it is Lost, Backoff or Failed
    std::optional<HostKeyReport> hostKey; ///< when error is about the host key: what was shown, what is pinned
    QString via; ///< the jump hosts on the way, "bastion, inner"; empty without
    QDateTime retryAt; ///< UTC; valid in Backoff
    SshBackend backend = SshBackend::Auto; ///< who carried the last dial; Auto before there was one
    QString backendReason; ///< why it is OpenSSH's ssh, half a sentence; empty for libssh
    QString keyExchange; ///< negotiated, once Ready ("curve25519-sha256")
    QString cipher; ///< negotiated, once Ready
    QString hostKeyFingerprint; ///< of the pinned key in use, once Ready
    QString authenticatedBy; ///< "agent key SHA256:…", "identity file ~/.ssh/id_ed25519", once Ready
    friend bool operator==(const SessionStatus &, const SessionStatus &) = default;
};

/// Lower-case stable word for JSON output ("ready", "backoff").
[[nodiscard]] QString sessionStateName(SessionState state);

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::SessionStatus)
