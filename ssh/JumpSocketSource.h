// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/JumpHosts.h"
#include "ssh/SocketSource.h"
#include "ssh/SshErrors.h"

namespace Helmclaw {

/// A direct-tcpip channel (RFC 4254 §7.2) of the jump host's session, pumped over a socket pair by its IO thread. The
/// caller's ServerLink holds a lease, so the session is there; if it has just gone, that is the error.
class JumpSocketSource final : public SocketSource
{
public:
    JumpSocketSource(EventLoop &loop, JumpHosts &hosts, SshTarget target, SshErrors errors);

    void open(OnState onState, Done done) override;
    [[nodiscard]] Error timedOut(std::chrono::milliseconds deadline) const override;

private:
    EventLoop &m_loop;
    JumpHosts &m_hosts;
    SshTarget m_target;
    SshErrors m_errors;
    Done m_done;
    FileDescriptor m_near;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

} // namespace Helmclaw
