// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/SocketPath.h"
#include "ssh/SshHandle.h"

#include <QStringList>

#include <memory>

namespace Helmclaw {

/// A proxy command: a child in a process group of its own, with a socket pair as standard input and output and nothing
/// else of ours. With this object's end its whole group gets SIGTERM, two seconds later SIGKILL, and the child is
/// reaped from the loop, so that nobody waits for it; at the program's end it is SIGKILL at once.
class ProxyProcess final : public SocketPath
{
public:
    /// Null and errno in @p error when it cannot be started. @p socket is our end. In @p loop's thread; the loop must
    /// outlive the object, or have ended before it.
    [[nodiscard]] static std::shared_ptr<ProxyProcess> start(EventLoop &loop, const QStringList &command,
                                                             FileDescriptor &socket, int &error);
    ~ProxyProcess() override; ///< any thread

    /// What it wrote to standard error last, and how it ended.
    [[nodiscard]] std::optional<Problem> problem() override;

private:
    class Child;
    ProxyProcess(EventLoop &loop, std::shared_ptr<Child> child);

    EventLoop &m_loop;
    std::shared_ptr<Child> m_child;
};

} // namespace Helmclaw
