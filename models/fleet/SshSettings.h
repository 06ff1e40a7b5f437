// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/Error.h"
#include "ssh/SshConfigQuery.h"

#include <QJsonArray>

#include <optional>

namespace Helmclaw {

/// "ssh -G" children that one asker has at a time; each costs about 5 ms of processor time.
constexpr int MaxSshQueries = 4;

/// What to ask ssh about an entry of the fleet. @p configFile empty: ssh's own defaults.
[[nodiscard]] SshConfigRequest sshConfigRequest(const Server &server, const QString &configFile);

/// Why Helmclaw cannot or must not connect to @p host with these settings; nothing when it can.
[[nodiscard]] std::optional<Error> sshObstacle(const QString &host, const QList<SshConfigRemark> &remarks);

/// What is said before a remark of this weight, translated: "no effect", "not followed", "refused".
[[nodiscard]] QString sshRemarkLabel(SshConfigRemark::Weight weight);
/// [{"keyword", "value", "weight": "no-effect" | "not-followed" | "refused", "text"}]
[[nodiscard]] QJsonArray sshRemarksToJson(const QList<SshConfigRemark> &remarks);

} // namespace Helmclaw
