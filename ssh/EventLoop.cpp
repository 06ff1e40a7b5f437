// SPDX-License-Identifier: MIT
#include "ssh/EventLoop.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace Helmclaw {

EventLoop::EventLoop()
    : m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    epoll_event event {};
    event.events = EPOLLIN;
    event.data.u64 = 0;
    ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_wake, &event);
}

EventLoop::~EventLoop()
{
    stop();
    ::close(m_wake);
    ::close(m_epoll);
}

void EventLoop::start(const char *name)
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = false;
    }
    // Signals are the main thread's business.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    m_thread = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(m_thread.native_handle(), name);
}

void EventLoop::stop()
{
    if (!m_thread.joinable())
        return;
    post([this] { m_quit = true; });
    m_thread.join();
    std::vector<Task> rest;
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = true;
        rest.swap(m_posted);
    }
    // What tasks hold may close descriptors and post again; nothing of it runs any more.
    rest.clear();
    m_deferred.clear();
    m_timers.clear();
    m_watches.clear();
}

void EventLoop::post(Task task)
{
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopped)
            return;
        wake = m_posted.empty();
        m_posted.push_back(std::move(task));
    }
    if (wake) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(m_wake, &one, sizeof one);
    }
}

EventLoop::Id EventLoop::watch(int fd, std::uint32_t events, WatchCallback callback)
{
    const Id id = ++m_lastId;
    epoll_event event {};
    event.events = events;
    event.data.u64 = id;
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        return 0;
    m_watches.emplace(id, Watch { fd, events, std::make_shared<WatchCallback>(std::move(callback)) });
    return id;
}

void EventLoop::setEvents(Id watch, std::uint32_t events)
{
    const auto found = m_watches.find(watch);
    if (found == m_watches.end() || found->second.events == events)
        return;
    epoll_event event {};
    event.events = events;
    event.data.u64 = watch;
    if (::epoll_ctl(m_epoll, EPOLL_CTL_MOD, found->second.fd, &event) == 0)
        found->second.events = events;
}

void EventLoop::unwatch(Id &watch)
{
    const auto found = m_watches.find(watch);
    watch = 0;
    if (found == m_watches.end())
        return;
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, found->second.fd, nullptr);
    m_watches.erase(found);
}

EventLoop::Id EventLoop::addTimer(Clock::time_point when, Task task)
{
    const Id id = ++m_lastId;
    m_timers.emplace(std::pair(when, id), std::move(task));
    m_timerTimes.emplace(id, when);
    return id;
}

void EventLoop::cancelTimer(Id &timer)
{
    const auto found = m_timerTimes.find(timer);
    if (found != m_timerTimes.end()) {
        m_timers.erase({ found->second, timer });
        m_timerTimes.erase(found);
    }
    timer = 0;
}

int EventLoop::timeout() const
{
    if (!m_deferred.empty())
        return 0;
    if (m_timers.empty())
        return -1;
    const auto left = m_timers.begin()->first.first - Clock::now();
    if (left <= Clock::duration::zero())
        return 0;
    // Rounded up, or the loop would spin through the last millisecond.
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::min<long long>(milliseconds, 60000));
}

void EventLoop::run()
{
    std::array<epoll_event, 128> events;
    while (!m_quit) {
        const int count = ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), timeout());
        for (int i = 0; i < count; ++i) {
            const auto &event = events[static_cast<std::size_t>(i)];
            if (event.data.u64 == 0) {
                std::uint64_t ignored = 0;
                [[maybe_unused]] const auto got = ::read(m_wake, &ignored, sizeof ignored);
                continue;
            }
            const auto found = m_watches.find(event.data.u64);
            if (found == m_watches.end())
                continue;
            // The callback may unwatch itself while it runs.
            const std::shared_ptr<WatchCallback> callback = found->second.callback;
            (*callback)(event.events);
        }
        runPosted();
        runTimers();
        runDeferred();
    }
}

void EventLoop::runPosted()
{
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(m_mutex);
        tasks.swap(m_posted);
    }
    for (Task &task : tasks) {
        task();
        task = nullptr;
    }
}

void EventLoop::runTimers()
{
    const auto now = Clock::now();
    while (!m_timers.empty() && m_timers.begin()->first.first <= now) {
        auto node = m_timers.extract(m_timers.begin());
        m_timerTimes.erase(node.key().second);
        node.mapped()();
    }
}

void EventLoop::runDeferred()
{
    std::vector<Task> tasks;
    tasks.swap(m_deferred);
    for (Task &task : tasks)
        task();
}

} // namespace Helmclaw
