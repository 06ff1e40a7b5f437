// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshTarget.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace Helmclaw {

class ServerLink;

/// The pool's jump sessions: one for each hop that some server is behind, shared by all of them. A hop is a server
/// link like any other, in an IO thread, under an id that no fleet has. Any thread.
class JumpHosts
{
public:
    using Task = std::function<void(ServerLink &)>;
    /// Runs a task with the link of the target, in the link's thread; makes the link when there is none.
    using Run = std::function<void(const SshTarget &hop, Task task)>;

    explicit JumpHosts(Run run);
    /// Runs @p task with the link of the last jump host on the way to @p target; drops it after close().
    void withJumpOf(const SshTarget &target, Task task);
    [[nodiscard]] quint64 nextLease() { return ++m_lastLease; }
    /// From now on nothing is run. Call before the IO threads end.
    void close();

private:
    [[nodiscard]] SshTarget hopOf(const SshTarget &target);

    std::mutex m_mutex;
    Run m_run;
    std::vector<SshTarget> m_hops;
    std::atomic<quint64> m_lastLease { 0 };
};

} // namespace Helmclaw
