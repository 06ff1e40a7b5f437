// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/ChannelJob.h"
#include "ssh/EventLoop.h"
#include "ssh/SshErrors.h"
#include "ssh/SshHandle.h"

#include <QByteArray>
#include <QByteArrayView>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace Helmclaw {

/// An authenticated session in its IO thread: drives libssh when the socket is ready, gives every job its turn, closes
/// channels properly, sends keepalives, notices a dead peer.
class IoSession : public std::enable_shared_from_this<IoSession>
{
public:
    /// @p lost comes at most once, after every job has been told; it may let go of this object.
    using Lost = std::function<void(const Error &error)>;
    /// After a job has gone, so that another can have its place.
    using JobGone = std::function<void()>;

    IoSession(EventLoop &loop, std::unique_ptr<SshHandle> handle, SshErrors errors,
              std::chrono::milliseconds keepaliveInterval, Lost lost, JobGone jobGone);
    ~IoSession();
    IoSession(const IoSession &) = delete;
    IoSession &operator=(const IoSession &) = delete;

    /// How many intervals of silence make the peer dead; before start().
    void setKeepaliveCount(int count) { m_keepaliveCount = count; }
    [[nodiscard]] bool start();
    void addJob(std::unique_ptr<ChannelJob> job);
    /// Channels of type "session" in use, closing ones included.
    [[nodiscard]] int sessionChannels() const;
    /// Pumps soon, from the loop.
    void schedule();
    /// Asks the peer for a sign of life now; without any within @p deadline the session is lost.
    void check(std::chrono::milliseconds deadline);
    /// Ends every job with @p error and the session with a goodbye. No callback follows.
    void shutDown(const Error &error);

    [[nodiscard]] EventLoop &loop() const { return m_loop; }
    [[nodiscard]] ssh_session session() const { return m_handle->session(); }
    [[nodiscard]] const SshErrors &errors() const { return m_errors; }
    [[nodiscard]] QByteArray errorText() const { return m_handle->errorText(); }
    /// True once the connection is over; the session will tell every job by lost().
    [[nodiscard]] bool isBroken() const { return m_handle->isClosed(); }
    /// True while libssh has bytes that the socket did not take: writing more would only pile them up.
    [[nodiscard]] bool isWritePending() const;
    /// A buffer for whoever is being pumped.
    [[nodiscard]] QByteArray &scratch() { return m_scratch; }

    /// Reads what has arrived, and lets the server send up to @p window bytes ahead of the reader; below libssh's own
    /// 1.25 MiB that makes no difference. @p bytes are valid until the next reading. As ssh_channel_read().
    [[nodiscard]] int readChannel(ssh_channel channel, qsizetype window, QByteArrayView &bytes);
    /// A job has seen that a short question and its answer took that long.
    void noteRoundTrip(EventLoop::Clock::duration took) { m_roundTrip = std::min(m_roundTrip, took); }
    /// The shortest one seen: the line's own delay. The largest value there is before anything was seen.
    [[nodiscard]] EventLoop::Clock::duration roundTrip() const { return m_roundTrip; }
    /// Whether the line is so long that a stream gains by a window wider than libssh's.
    [[nodiscard]] bool isLongLine() const;
    /// Streams with a wide window at present: each may cost its memory.
    [[nodiscard]] int &wideStreams() { return m_wideStreams; }

    /// How many turns of 4 KiB a session may read before others have theirs.
    static constexpr int drainRounds = 64;

private:
    struct Closing
    {
        ssh_channel channel = nullptr;
        std::function<int(ssh_channel)> reopen;
        bool sessionChannel = true;
    };
    void pump();
    [[nodiscard]] bool pumpJobs();
    void pumpClosing();
    void rearm();
    void keepalive();
    void armKeepalive();
    void noteInbound();
    void die(const Error &error);
    void dropJobs(const Error &error);

    EventLoop &m_loop;
    SshErrors m_errors;
    ssh_counter_struct m_socketCounter {};
    ssh_counter_struct m_packetCounter {};
    std::unique_ptr<SshHandle> m_handle;
    std::chrono::milliseconds m_keepaliveInterval;
    int m_keepaliveCount = 3;
    Lost m_lost;
    JobGone m_jobGone;
    EventLoop::Id m_watch = 0;
    EventLoop::Id m_keepaliveTimer = 0;
    EventLoop::Id m_checkTimer = 0;
    std::uint64_t m_inboundBytes = 0;
    EventLoop::Clock::time_point m_lastInbound;
    EventLoop::Clock::time_point m_keepaliveDue;
    std::vector<std::unique_ptr<ChannelJob>> m_jobs;
    std::vector<Closing> m_closing;
    QByteArray m_scratch;
    QByteArray m_wideScratch;
    EventLoop::Clock::duration m_roundTrip = EventLoop::Clock::duration::max();
    int m_wideStreams = 0;
    bool m_scheduled = false;
    bool m_dead = false;
};

} // namespace Helmclaw
