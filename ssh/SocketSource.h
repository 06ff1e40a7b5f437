// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SessionState.h"
#include "ssh/SocketPath.h"
#include "ssh/SshHandle.h"

#include <chrono>
#include <functional>
#include <memory>

namespace Helmclaw {

/// Where a dial's connected descriptor comes from: a TCP connection, a jump host's channel, a proxy command. Lives in
/// the dial loop; deleting it gives up.
class SocketSource
{
public:
    struct Opened
    {
        FileDescriptor socket; ///< a stream, non-blocking, close-on-exec
        std::shared_ptr<SocketPath> path; ///< null for the bare network
    };
    using OnState = std::function<void(SessionState)>;
    using Done = std::function<void(Result<Opened>)>;

    SocketSource() = default;
    SocketSource(const SocketSource &) = delete;
    SocketSource &operator=(const SocketSource &) = delete;
    virtual ~SocketSource() = default;

    [[nodiscard]] virtual SessionState firstState() const { return SessionState::Connecting; }
    /// @p done comes once, never from inside this call; it may delete the source.
    virtual void open(OnState onState, Done done) = 0;
    /// Why nothing came within @p deadline.
    [[nodiscard]] virtual Error timedOut(std::chrono::milliseconds deadline) const = 0;
};

} // namespace Helmclaw
