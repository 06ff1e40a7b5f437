// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/IoSession.h"
#include "ssh/Operation.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>

namespace Helmclaw {

class OperationJob;

/// One server's operations: those that wait for a session or for a free channel, and those that run. Sees to their
/// deadlines. Thread: the server's IO thread.
class OperationQueue
{
public:
    /// @p errors gives the texts of the server as it is now.
    OperationQueue(EventLoop &loop, std::function<SshErrors()> errors);
    ~OperationQueue();
    OperationQueue(const OperationQueue &) = delete;
    OperationQueue &operator=(const OperationQueue &) = delete;

    /// @p changed is called after an operation has ended by its deadline.
    void add(const std::shared_ptr<Operation> &operation, std::function<void()> changed);
    [[nodiscard]] bool isEmpty() const { return m_operations.empty(); }
    /// Starts what waits, as long as @p session has channels.
    void start(IoSession &session);
    /// A new session: its server may have more channels than the last one.
    void resetLimit();

    /// Stops the operations' clocks while the user is asked something, and lets them go on.
    void setPaused(bool paused);

    void end(quint64 id, const Error &error); ///< an unknown id is ignored
    void resume(quint64 id); ///< see OperationJob::resume()
    void endWaiting(const Error &error);
    void endAll(const Error &error);

private:
    struct Entry
    {
        std::shared_ptr<Operation> operation;
        EventLoop::Id timer = 0;
        std::function<void()> changed; ///< called after the deadline has ended it
        EventLoop::Clock::time_point pausedAt;
        OperationJob *job = nullptr; ///< owned by the session; null while it waits
    };
    void startClock(quint64 id, Entry &entry);
    void startOne(IoSession &session, Entry &entry);
    [[nodiscard]] bool takeBack(quint64 id);
    void finished(quint64 id);
    [[nodiscard]] int running() const;

    EventLoop &m_loop;
    std::function<SshErrors()> m_errors;
    int m_limit;
    EventLoop::Clock::time_point m_refusedAt; ///< when m_limit was last lowered
    bool m_paused = false;
    std::map<quint64, Entry> m_operations;
    std::deque<quint64> m_waiting;
    std::weak_ptr<IoSession> m_session; ///< that was started on last
    EventLoop::Clock::time_point m_closedAt; ///< when an operation with an open channel ended last
    EventLoop::Id m_retry = 0;
};

} // namespace Helmclaw
