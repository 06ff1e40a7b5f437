// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/SessionState.h"
#include "ssh/SshHostConfig.h"

#include <QList>
#include <QString>

#include <optional>

namespace Helmclaw {

/// The word shown to people, translated ("Connected").
[[nodiscard]] QString sessionStateLabel(SessionState state);
/// The same with the way that is taken: "Connecting (via bastion)".
[[nodiscard]] QString sessionStateLabel(const SessionStatus &status);

/// Why Helmclaw cannot or must not connect to @p host with these settings; nothing when it can.
[[nodiscard]] std::optional<Error> sshObstacle(const QString &host, const QList<SshConfigRemark> &remarks);

} // namespace Helmclaw
