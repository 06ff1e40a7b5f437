// SPDX-License-Identifier: MIT
#include "ssh/LibsshSession.h"

#include "ssh/LibsshChannel.h"

#include <algorithm>

#include <libssh/callbacks.h>
#include <libssh/server.h> // ssh_send_keepalive
#include <sys/epoll.h>

namespace Helmclaw {

LibsshSession::LibsshSession(EventLoop &loop, std::unique_ptr<SshHandle> handle, SshErrors errors, Events events)
    : IoSession(loop, std::move(errors), std::move(events))
    , m_handle(std::move(handle))
    , m_lastInbound(EventLoop::Clock::now())
{
}

LibsshSession::~LibsshSession()
{
    stop();
    forgetChannels(); // libssh frees the channels with the session
}

bool LibsshSession::start()
{
    if (!m_handle->makeEvent())
        return false;
    m_handle->keepNonBlocking();
    ssh_set_blocking(session(), 0);
    ssh_set_counters(session(), &m_socketCounter, &m_packetCounter);
    m_watch = loop().watch(m_handle->fd(), EPOLLIN, [this](std::uint32_t) { pump(); });
    armKeepalive();
    return m_watch != 0;
}

std::unique_ptr<Channel> LibsshSession::newChannel(const ChannelRequest &request)
{
    return std::make_unique<LibsshChannel>(*this, request);
}

bool LibsshSession::isWritePending() const
{
    return (ssh_get_status(m_handle->session()) & SSH_WRITE_PENDING) != 0;
}

QByteArray &LibsshSession::wideScratch(qsizetype size)
{
    if (m_wideScratch.size() < size)
        m_wideScratch = QByteArray(size, Qt::Uninitialized);
    return m_wideScratch;
}

/// One reading of the socket, and whether it is worth another one at once.
bool LibsshSession::drainOnce()
{
    constexpr std::uint64_t readSize = 4096; // of libssh: MAX_BUF_SIZE in socket.c
    const std::uint64_t before = m_socketCounter.in_bytes;
    // The result is SSH_ERROR when the session has died; its status says so afterwards.
    return ssh_event_dopoll(m_handle->event(), 0) == SSH_OK
        && (m_socketCounter.in_bytes - before >= readSize || isWritePending());
}

void LibsshSession::drive()
{
    for (int round = 0; round < drainRounds && drainOnce(); ++round) { }
    noteInbound();
    m_driven = m_packetCounter.in_packets;
}

Error LibsshSession::endError()
{
    const char *goodbye = ssh_get_disconnect_message(session());
    return errors().lost(goodbye != nullptr && *goodbye != '\0' ? QByteArray(goodbye) : errorText());
}

void LibsshSession::rearm()
{
    // After each write libssh asks the socket before the next one, and keeps that one until then. Whoever could not
    // write for it has another turn: no event of the socket will tell.
    if (isWritePending()) {
        ssh_event_dopoll(m_handle->event(), 0);
        if (!isWritePending())
            schedule();
    }
    loop().setEvents(m_watch, isWritePending() ? EPOLLIN | EPOLLOUT : EPOLLIN);
    // One reading has taken in what another one, which had its turn before, may wait for: the socket does not tell of
    // it again.
    if (m_packetCounter.in_packets != m_driven)
        schedule();
}

void LibsshSession::stop()
{
    loop().unwatch(m_watch);
    loop().cancelTimer(m_keepaliveTimer);
    loop().cancelTimer(m_checkTimer);
}

void LibsshSession::noteInbound()
{
    if (m_socketCounter.in_bytes == m_inboundBytes)
        return;
    m_inboundBytes = m_socketCounter.in_bytes;
    m_lastInbound = EventLoop::Clock::now();
}

void LibsshSession::armKeepalive()
{
    if (keepaliveInterval().count() <= 0)
        return;
    // As many keepalives fit into the allowed silence as it has intervals; then the peer counts as dead.
    const auto now = EventLoop::Clock::now();
    // On a grid that all sessions of the process share: hundreds of them wake the loop together, not one by one.
    const EventLoop::Clock::duration grid = keepaliveInterval() / 10;
    auto due = now + keepaliveInterval() * 9 / 10;
    if (grid.count() > 0)
        due -= due.time_since_epoch() % grid;
    const auto dead = m_lastInbound + keepaliveCount() * keepaliveInterval();
    m_keepaliveDue = dead > now ? std::min<EventLoop::Clock::time_point>(due, dead) : due;
    m_keepaliveTimer = loop().addTimer(m_keepaliveDue, [this] {
        m_keepaliveTimer = 0;
        keepalive();
    });
}

void LibsshSession::keepalive()
{
    const auto self = shared_from_this();
    pump(); // an answer may lie in the socket
    if (isDead())
        return;
    // Long behind its time: this computer stood still (a lid, a snapshot), and could not have heard anything. The peer
    // is asked now, and has one interval to answer.
    const auto now = EventLoop::Clock::now();
    if (now - m_keepaliveDue >= keepaliveInterval())
        m_lastInbound = std::max(m_lastInbound, now - (keepaliveCount() - 1) * keepaliveInterval());
    const auto silence = now - m_lastInbound;
    if (silence >= keepaliveCount() * keepaliveInterval()) {
        die(errors().silent(std::chrono::duration_cast<std::chrono::milliseconds>(silence)));
        return;
    }
    ask();
    armKeepalive();
}

void LibsshSession::ask()
{
    // In non-blocking mode every second call only fetches the answer to the one before, and sends nothing.
    ssh_send_keepalive(session());
    ssh_send_keepalive(session());
    rearm();
}

void LibsshSession::check(std::chrono::milliseconds deadline)
{
    if (isDead() || m_checkTimer != 0)
        return;
    const auto self = shared_from_this();
    pump(); // what has arrived already proves nothing
    if (isDead())
        return;
    const auto asked = EventLoop::Clock::now();
    m_checkTimer = loop().addTimer(deadline, [this, asked] {
        m_checkTimer = 0;
        const auto keep = shared_from_this();
        pump();
        const auto silence = EventLoop::Clock::now() - m_lastInbound;
        if (!isDead() && m_lastInbound < asked)
            die(errors().silent(std::chrono::duration_cast<std::chrono::milliseconds>(silence)));
    });
    ask();
}

} // namespace Helmclaw
