// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace Helmclaw {

/// One thread around epoll(7): descriptors, timers and a command queue (eventfd(2)). Private to the ssh room.
///
/// Descriptors are known by a number that is never used twice, so an event that was already fetched for a descriptor
/// which has gone meanwhile finds nobody. Callbacks may add and remove watches and timers, their own included.
class EventLoop
{
public:
    using Clock = std::chrono::steady_clock;
    using Task = std::function<void()>;
    using WatchCallback = std::function<void(std::uint32_t events)>;
    using Id = std::uint64_t; ///< 0 is nobody

    EventLoop();
    ~EventLoop(); ///< stop()s
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;

    /// Starts the thread. @p name is what top(1) shows, at most 15 characters.
    void start(const char *name);
    /// Ends the loop after the tasks that are queued now, joins the thread, destroys what is left. Not from the loop.
    void stop();

    /// Runs @p task in the loop's thread. Any thread; after stop() the task is dropped unrun.
    void post(Task task);

    // Everything below: in the loop's thread only.

    /// Calls @p callback with EPOLLIN, EPOLLOUT … (level-triggered). The descriptor stays the caller's, and must be
    /// unwatched before it is closed. 0 when the system refuses.
    [[nodiscard]] Id watch(int fd, std::uint32_t events, WatchCallback callback);
    void setEvents(Id watch, std::uint32_t events);
    void unwatch(Id &watch); ///< and sets it to 0

    [[nodiscard]] Id addTimer(Clock::time_point when, Task task);
    [[nodiscard]] Id addTimer(Clock::duration delay, Task task)
    {
        return addTimer(Clock::now() + delay, std::move(task));
    }
    void cancelTimer(Id &timer); ///< and sets it to 0; a timer that has fired is fine
    /// Runs @p task once more events have been looked at: for the rest of a job that had to be fair.
    void defer(Task task) { m_deferred.push_back(std::move(task)); }

private:
    struct Watch
    {
        int fd = -1;
        std::uint32_t events = 0;
        std::shared_ptr<WatchCallback> callback;
    };
    void run();
    void runPosted();
    void runTimers();
    void runDeferred();
    [[nodiscard]] int timeout() const;

    int m_epoll = -1;
    int m_wake = -1;
    std::thread m_thread;
    std::mutex m_mutex;
    std::vector<Task> m_posted; ///< under m_mutex
    bool m_stopped = true; ///< under m_mutex: tasks are no longer taken
    bool m_quit = false;
    Id m_lastId = 0;
    std::unordered_map<Id, Watch> m_watches;
    std::map<std::pair<Clock::time_point, Id>, Task> m_timers;
    std::unordered_map<Id, Clock::time_point> m_timerTimes;
    std::vector<Task> m_deferred;
};

} // namespace Helmclaw
