// SPDX-License-Identifier: MIT
#include "ssh/IoSession.h"

#include <algorithm>

#include <libssh/callbacks.h>
#include <libssh/server.h> // ssh_send_keepalive
#include <sys/epoll.h>

namespace Helmclaw {

namespace {

constexpr qsizetype scratchSize = 256 * 1024;

} // namespace

IoSession::IoSession(EventLoop &loop, std::unique_ptr<SshHandle> handle, SshErrors errors,
                     std::chrono::milliseconds keepaliveInterval, Lost lost, JobGone jobGone)
    : m_loop(loop)
    , m_errors(std::move(errors))
    , m_handle(std::move(handle))
    , m_keepaliveInterval(keepaliveInterval)
    , m_lost(std::move(lost))
    , m_jobGone(std::move(jobGone))
    , m_lastInbound(EventLoop::Clock::now())
    , m_scratch(scratchSize, Qt::Uninitialized)
{
}

IoSession::~IoSession()
{
    m_loop.unwatch(m_watch);
    m_loop.cancelTimer(m_keepaliveTimer);
    m_loop.cancelTimer(m_checkTimer);
    for (auto &job : m_jobs)
        job->forgetChannel();
}

bool IoSession::start()
{
    if (!m_handle->makeEvent())
        return false;
    m_handle->keepNonBlocking();
    ssh_set_blocking(session(), 0);
    ssh_set_counters(session(), &m_socketCounter, &m_packetCounter);
    m_watch = m_loop.watch(m_handle->fd(), EPOLLIN, [this](std::uint32_t) { pump(); });
    armKeepalive();
    return m_watch != 0;
}

void IoSession::addJob(std::unique_ptr<ChannelJob> job)
{
    job->attach(this);
    m_jobs.push_back(std::move(job));
    schedule();
}

int IoSession::sessionChannels() const
{
    const auto jobs =
        std::count_if(m_jobs.begin(), m_jobs.end(), [](const auto &job) { return job->usesSessionChannel(); });
    const auto closing =
        std::count_if(m_closing.begin(), m_closing.end(), [](const Closing &entry) { return entry.sessionChannel; });
    return static_cast<int>(jobs + closing);
}

bool IoSession::isWritePending() const
{
    return (ssh_get_status(m_handle->session()) & SSH_WRITE_PENDING) != 0;
}

int IoSession::readChannel(ssh_channel channel, qsizetype window, QByteArrayView &bytes)
{
    if (window <= m_scratch.size()) {
        const int got =
            ssh_channel_read_nonblocking(channel, m_scratch.data(), static_cast<std::uint32_t>(m_scratch.size()), 0);
        bytes = QByteArrayView(m_scratch).first(std::max(got, 0));
        return got;
    }
    // libssh 0.10 has no call that sets the window, but this one widens it to what it is asked for; otherwise one
    // stream moves 1.25 MiB per round trip. Pages of the buffer that are not used cost nothing.
    if (m_wideScratch.size() < window)
        m_wideScratch = QByteArray(window, Qt::Uninitialized);
    const int got = ssh_channel_read_timeout(channel, m_wideScratch.data(), static_cast<std::uint32_t>(window), 0, 0);
    bytes = QByteArrayView(m_wideScratch).first(std::max(got, 0));
    return got;
}

bool IoSession::isLongLine() const
{
    constexpr std::chrono::milliseconds longLine { 10 };
    return m_roundTrip >= longLine && m_roundTrip != EventLoop::Clock::duration::max();
}

void IoSession::schedule()
{
    if (m_scheduled || m_dead)
        return;
    m_scheduled = true;
    m_loop.defer([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->m_scheduled = false;
            self->pump();
        }
    });
}

void IoSession::pump()
{
    if (m_dead)
        return;
    const auto self = shared_from_this();
    // The result is SSH_ERROR when the session has died; its status says so below.
    for (int round = 0; round < drainRounds && ssh_event_dopoll(m_handle->event(), 0) == SSH_OK; ++round) { }
    noteInbound();
    const bool more = pumpJobs();
    if (m_dead)
        return;
    pumpClosing();
    if (m_handle->isClosed()) {
        // What had arrived before the end has been read by the jobs above.
        const char *goodbye = ssh_get_disconnect_message(session());
        die(m_errors.lost(goodbye != nullptr && *goodbye != '\0' ? QByteArray(goodbye) : errorText()));
        return;
    }
    rearm();
    if (more)
        schedule();
}

bool IoSession::pumpJobs()
{
    bool more = false;
    bool gone = false;
    // By index: a job that ends may bring a new one.
    for (std::size_t i = 0; i < m_jobs.size() && !m_dead;) {
        const ChannelJob::Next next = m_jobs[i]->pump();
        more = more || next == ChannelJob::Next::More;
        if (next != ChannelJob::Next::Finished) {
            ++i;
            continue;
        }
        const std::unique_ptr<ChannelJob> job = std::move(m_jobs[i]);
        m_jobs.erase(m_jobs.begin() + static_cast<std::ptrdiff_t>(i));
        const ChannelJob::Leftover leftover = job->takeChannel();
        if (leftover.channel != nullptr)
            m_closing.push_back({ leftover.channel, leftover.reopen, job->usesSessionChannel() });
        gone = true;
    }
    if (gone && !m_dead)
        m_jobGone();
    return more;
}

void IoSession::pumpClosing()
{
    bool gone = false;
    for (std::size_t i = 0; i < m_closing.size();) {
        Closing &entry = m_closing[i];
        int rc = SSH_OK;
        if (entry.reopen) {
            rc = entry.reopen(entry.channel);
            if (rc == SSH_OK)
                entry.reopen = nullptr;
        }
        // AGAIN means that CLOSE has not been sent: freed now, the server would keep the channel.
        if (rc == SSH_OK)
            rc = ssh_channel_close(entry.channel);
        if (rc == SSH_AGAIN) {
            ++i;
            continue;
        }
        ssh_channel_free(entry.channel);
        m_closing.erase(m_closing.begin() + static_cast<std::ptrdiff_t>(i));
        gone = true;
    }
    if (gone && !m_dead)
        m_jobGone();
}

void IoSession::rearm()
{
    const int flags = ssh_get_poll_flags(session());
    std::uint32_t events = 0;
    if ((flags & SSH_READ_PENDING) != 0)
        events |= EPOLLIN;
    if ((flags & SSH_WRITE_PENDING) != 0)
        events |= EPOLLOUT;
    m_loop.setEvents(m_watch, events != 0 ? events : std::uint32_t { EPOLLIN });
}

void IoSession::noteInbound()
{
    if (m_socketCounter.in_bytes == m_inboundBytes)
        return;
    m_inboundBytes = m_socketCounter.in_bytes;
    m_lastInbound = EventLoop::Clock::now();
}

void IoSession::armKeepalive()
{
    if (m_keepaliveInterval.count() <= 0)
        return;
    // As many keepalives fit into the allowed silence as it has intervals; then the peer counts as dead.
    const auto now = EventLoop::Clock::now();
    // On a grid that all sessions of the process share: hundreds of them wake the loop together, not one by one.
    const EventLoop::Clock::duration grid = m_keepaliveInterval / 10;
    auto due = now + m_keepaliveInterval * 9 / 10;
    if (grid.count() > 0)
        due -= due.time_since_epoch() % grid;
    const auto dead = m_lastInbound + m_keepaliveCount * m_keepaliveInterval;
    m_keepaliveDue = dead > now ? std::min<EventLoop::Clock::time_point>(due, dead) : due;
    m_keepaliveTimer = m_loop.addTimer(m_keepaliveDue, [this] {
        m_keepaliveTimer = 0;
        keepalive();
    });
}

void IoSession::keepalive()
{
    const auto self = shared_from_this();
    pump(); // an answer may lie in the socket
    if (m_dead)
        return;
    // Long behind its time: this computer stood still (a lid, a snapshot), and could not have heard anything. The peer
    // is asked now, and has one interval to answer.
    const auto now = EventLoop::Clock::now();
    if (now - m_keepaliveDue >= m_keepaliveInterval)
        m_lastInbound = std::max(m_lastInbound, now - (m_keepaliveCount - 1) * m_keepaliveInterval);
    const auto silence = now - m_lastInbound;
    if (silence >= m_keepaliveCount * m_keepaliveInterval) {
        die(m_errors.silent(std::chrono::duration_cast<std::chrono::milliseconds>(silence)));
        return;
    }
    // In non-blocking mode every second call only fetches the answer to the one before, and sends nothing.
    ssh_send_keepalive(session());
    ssh_send_keepalive(session());
    rearm();
    armKeepalive();
}

void IoSession::check(std::chrono::milliseconds deadline)
{
    if (m_dead || m_checkTimer != 0)
        return;
    const auto self = shared_from_this();
    pump(); // what has arrived already proves nothing
    if (m_dead)
        return;
    const auto asked = EventLoop::Clock::now();
    m_checkTimer = m_loop.addTimer(deadline, [this, asked] {
        m_checkTimer = 0;
        const auto keep = shared_from_this();
        pump();
        const auto silence = EventLoop::Clock::now() - m_lastInbound;
        if (!m_dead && m_lastInbound < asked)
            die(m_errors.silent(std::chrono::duration_cast<std::chrono::milliseconds>(silence)));
    });
    ssh_send_keepalive(session()); // twice, see keepalive()
    ssh_send_keepalive(session());
    rearm();
}

void IoSession::dropJobs(const Error &error)
{
    m_dead = true;
    m_loop.unwatch(m_watch);
    m_loop.cancelTimer(m_keepaliveTimer);
    m_loop.cancelTimer(m_checkTimer);
    m_closing.clear(); // libssh frees the channels with the session
    const auto jobs = std::move(m_jobs);
    m_jobs.clear();
    for (const auto &job : jobs) {
        job->forgetChannel();
        job->lost(error);
    }
}

void IoSession::die(const Error &error)
{
    if (m_dead)
        return;
    const auto self = shared_from_this();
    dropJobs(error);
    const Lost lost = std::exchange(m_lost, nullptr);
    lost(error);
}

void IoSession::shutDown(const Error &error)
{
    if (m_dead)
        return;
    const auto self = shared_from_this();
    m_lost = nullptr;
    dropJobs(error);
    m_handle->sayGoodbye();
}

} // namespace Helmclaw
