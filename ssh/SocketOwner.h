// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <sys/types.h>

namespace Helmclaw {

/// Whose socket is at the other end of a local TCP connection.
class SocketOwner
{
public:
    /// The user id that owns the peer of the accepted IPv4 loopback connection @p fd: an exact lookup by sock_diag(7),
    /// or, on kernels without it, in /proc/net/tcp. Nothing when it cannot be told (the peer has gone already, no
    /// support): then the peer must be refused.
    [[nodiscard]] static std::optional<uid_t> ofPeer(int fd);
};

} // namespace Helmclaw
