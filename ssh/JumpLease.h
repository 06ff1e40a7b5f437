// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/JumpHosts.h"
#include "ssh/SshErrors.h"

#include <functional>
#include <memory>
#include <optional>

namespace Helmclaw {

/// A server's claim on the session of the jump host before it: asked for when this is made, given back when it goes.
/// The jump session stays as long as somebody has a lease. Thread: the server's IO thread.
class JumpLease
{
public:
    using Done = std::function<void(const std::optional<Error> &error)>;

    /// @p urgent: somebody waits for it now; otherwise the jump host's own back-off is waited for. @p done comes once,
    /// in @p loop: the jump session is ready, or why there is none; never after this object's end.
    JumpLease(JumpHosts &hosts, const SshTarget &target, bool urgent, EventLoop &loop, Done done);
    ~JumpLease();
    JumpLease(const JumpLease &) = delete;
    JumpLease &operator=(const JumpLease &) = delete;
    [[nodiscard]] bool isGranted() const { return m_granted; }

private:
    JumpHosts &m_hosts;
    SshTarget m_target;
    quint64 m_id;
    bool m_granted = false;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

} // namespace Helmclaw
