// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SessionState.h"
#include "ssh/SshTarget.h"

#include <QString>

namespace Helmclaw {

/// The word shown to people, translated ("Connected").
[[nodiscard]] QString sessionStateLabel(SessionState state);
/// The same with the way that is taken: "Connecting (via bastion)".
[[nodiscard]] QString sessionStateLabel(const SessionStatus &status);
/// "through OpenSSH's ssh, because …"; empty without a @p reason, for libssh is the usual way.
[[nodiscard]] QString backendLabel(SshBackend backend, const QString &reason);
[[nodiscard]] QString backendLabel(const SessionStatus &status);
/// The same before a connection, as far as it is known then.
[[nodiscard]] QString backendLabel(const SshTarget &target);

} // namespace Helmclaw
