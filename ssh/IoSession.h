// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/ChannelJob.h"
#include "ssh/EventLoop.h"
#include "ssh/SshErrors.h"

#include <QByteArray>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace Helmclaw {

/// An authenticated session in its IO thread, whichever backend carries it: gives every job its turn, closes channels
/// properly, tells everybody when the connection is over.
class IoSession : public std::enable_shared_from_this<IoSession>
{
public:
    struct Events
    {
        /// At most once, after every job has been told; it may let go of this object.
        std::function<void(const Error &error)> lost;
        /// After a job has gone, so that another can have its place.
        std::function<void()> jobGone;
    };

    IoSession(EventLoop &loop, SshErrors errors, Events events);
    virtual ~IoSession();
    IoSession(const IoSession &) = delete;
    IoSession &operator=(const IoSession &) = delete;

    /// Without a sign of life for @p count times @p interval the peer is dead; before start().
    void setKeepalive(std::chrono::milliseconds interval, int count);
    [[nodiscard]] virtual bool start() = 0;
    void addJob(std::unique_ptr<ChannelJob> job);
    /// Channels of type "session" in use, closing ones included.
    [[nodiscard]] int sessionChannels() const;
    /// Pumps soon, from the loop.
    void schedule();
    /// Asks the peer for a sign of life now; without any within @p deadline the session is lost.
    virtual void check(std::chrono::milliseconds deadline) = 0;
    /// Ends every job with @p error and the session with a goodbye. No callback follows.
    void shutDown(const Error &error);

    [[nodiscard]] EventLoop &loop() const { return m_loop; }
    [[nodiscard]] const SshErrors &errors() const { return m_errors; }
    /// True once the connection is over; the session will tell every job by lost().
    [[nodiscard]] virtual bool isBroken() const = 0;
    /// A buffer for whoever is being pumped: one for all sessions of the thread, which stays in the processor's cache.
    [[nodiscard]] static QByteArray &scratch();
    [[nodiscard]] std::unique_ptr<Channel> makeChannel(const ChannelRequest &request) { return newChannel(request); }

    /// Somebody has seen that a short question and its answer took that long.
    void noteRoundTrip(EventLoop::Clock::duration took) { m_roundTrip = std::min(m_roundTrip, took); }
    /// The shortest one seen: the line's own delay. The largest value there is before anything was seen.
    [[nodiscard]] EventLoop::Clock::duration roundTrip() const { return m_roundTrip; }
    /// Whether the line is so long that a stream gains by a window wider than libssh's.
    [[nodiscard]] bool isLongLine() const;
    /// Streams with a wide window at present: each may cost its memory.
    [[nodiscard]] int &wideStreams() { return m_wideStreams; }

protected:
    /// One turn: the backend, every job, the channels that close.
    void pump();
    void die(const Error &error);
    /// Of all jobs and closing channels: the backend frees them itself.
    void forgetChannels();
    [[nodiscard]] bool isDead() const { return m_dead; }
    [[nodiscard]] std::chrono::milliseconds keepaliveInterval() const { return m_keepaliveInterval; }
    [[nodiscard]] int keepaliveCount() const { return m_keepaliveCount; }

private:
    [[nodiscard]] virtual std::unique_ptr<Channel> newChannel(const ChannelRequest &request) = 0;
    virtual void drive() = 0; ///< at the beginning of a turn: takes what has arrived
    virtual void rearm() = 0; ///< at its end: says what to wait for
    [[nodiscard]] virtual Error endError() = 0; ///< why isBroken()
    virtual void stop() = 0; ///< no more events
    virtual void sayGoodbye() = 0;
    [[nodiscard]] bool pumpJobs();
    void pumpClosing();
    void dropJobs(const Error &error);

    EventLoop &m_loop;
    SshErrors m_errors;
    Events m_events;
    std::chrono::milliseconds m_keepaliveInterval { 0 };
    int m_keepaliveCount = 3;
    std::vector<std::unique_ptr<ChannelJob>> m_jobs;
    std::vector<std::unique_ptr<Channel>> m_closing;
    EventLoop::Clock::duration m_roundTrip = EventLoop::Clock::duration::max();
    int m_wideStreams = 0;
    bool m_scheduled = false;
    bool m_dead = false;
};

} // namespace Helmclaw
