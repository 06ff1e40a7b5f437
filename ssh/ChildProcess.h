// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"

#include <QByteArray>
#include <QList>

#include <memory>
#include <mutex>

#include <sys/types.h>

namespace Helmclaw {

/// A program that this one has started, in a process group of its own and with nothing of ours open but what it was
/// given. It is ended by end(), which nobody waits for; a child that is still there when the last owner lets go, as at
/// the program's end, gets SIGKILL at once.
class ChildProcess
{
public:
    struct Files
    {
        int in = -1; ///< -1: /dev/null
        int out = -1;
        int err = -1;
    };
    /// Null and errno in @p error when it cannot be started. The program is searched for in PATH. @p environment:
    /// "NAME=value", besides ours. Any thread.
    [[nodiscard]] static std::shared_ptr<ChildProcess> start(const QList<QByteArray> &command, const Files &files,
                                                             const QList<QByteArray> &environment, int &error);
    explicit ChildProcess(pid_t pid)
        : m_pid(pid)
    {
    }
    ~ChildProcess();
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    [[nodiscard]] pid_t pid() const { return m_pid; }
    /// True once the child is gone. Its group goes with it, before its number can be another's. Any thread.
    [[nodiscard]] bool reap();
    /// As waitpid(2) gives it; after reap() was true.
    [[nodiscard]] int status() const { return m_status; }
    /// SIGTERM for the group now, SIGKILL two seconds later, and reaped from @p loop. In the loop's thread.
    static void end(const std::shared_ptr<ChildProcess> &child, EventLoop &loop);

private:
    static void poll(const std::shared_ptr<ChildProcess> &child, EventLoop &loop, int polls);

    std::mutex m_mutex;
    pid_t m_pid;
    bool m_reaped = false;
    int m_status = 0;
};

} // namespace Helmclaw
