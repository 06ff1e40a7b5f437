// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SessionState.h"

#include <QString>

namespace Helmclaw {

/// The word shown to people, translated ("Connected").
[[nodiscard]] QString sessionStateLabel(SessionState state);
/// The same with the way that is taken: "Connecting (via bastion)".
[[nodiscard]] QString sessionStateLabel(const SessionStatus &status);
/// "through OpenSSH's ssh, because …"; empty for libssh, which is the usual way.
[[nodiscard]] QString backendLabel(const SessionStatus &status);

} // namespace Helmclaw
