// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/Error.h"
#include "ssh/tailscale/TailnetStatus.h"

namespace Helmclaw {

/// Points @p target, whose host is the server's own name, at the node that @p server is in the tailnet: its present
/// address, its published host keys if they can be relied on, and what the tailnet says about it being away. The key
/// stays pinned under the node's name, whatever its address. Where there is no route to the tailnet, @p netcat
/// (Tailnet::netcat()) makes the connection. A way that ssh_config gives (ProxyJump, ProxyCommand) stays. An error when
/// it is clear that the server cannot be reached.
[[nodiscard]] Result<void> routeOverTailnet(const Server &server, const TailnetStatus &tailnet,
                                            const QStringList &netcat, SshTarget &target);

} // namespace Helmclaw
