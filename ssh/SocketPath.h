// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <optional>

namespace Helmclaw {

/// What carries a connection below its socket when that is more than the network: a jump host's channel, a proxy
/// command. Shared by dial and session; the carrier ends with its last owner, which never waits for it.
class SocketPath
{
public:
    struct Problem
    {
        QString what; ///< "jump host bastion (…): the connection was closed"; safe to show
        QString remedy; ///< empty: the connection's own
        bool endedConnection = false; ///< the path is known to be the cause, not the server at its end
    };

    SocketPath() = default;
    SocketPath(const SocketPath &) = delete;
    SocketPath &operator=(const SocketPath &) = delete;
    virtual ~SocketPath() = default;

    /// What the carrier has to say when the connection has failed; nothing when it is not to blame. Any thread; does
    /// not wait.
    [[nodiscard]] virtual std::optional<Problem> problem() = 0;
};

} // namespace Helmclaw
