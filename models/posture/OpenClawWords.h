// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

namespace Helmclaw {

struct GatewayInstance;
struct GatewayListener;
struct OpenClawGateway;
struct ServerFacts;

/// What several of OpenClaw's checks say or look up.
namespace OpenClawWords {

/// Remedy: how to let the probe see more.
[[nodiscard]] QString seeMore(const ServerFacts &facts);
/// The command that does @p verb to the gateway's service, for an administrator to type.
[[nodiscard]] QString systemctl(const GatewayInstance &instance, const QString &verb);
/// The command that shows what the gateway has said.
[[nodiscard]] QString logs(const GatewayInstance &instance);
/// The gateway's listeners, as the kernel has them; where its sockets are not to be seen, those of its user on the port
/// that it should have.
[[nodiscard]] QList<GatewayListener> listenersOf(const ServerFacts &facts, const OpenClawGateway &gateway);
[[nodiscard]] QString addressText(const GatewayListener &listener); ///< "127.0.0.1:18789", "[::1]:18789"

} // namespace OpenClawWords

} // namespace Helmclaw
