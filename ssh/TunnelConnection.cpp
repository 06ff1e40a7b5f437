// SPDX-License-Identifier: MIT
#include "ssh/TunnelConnection.h"

#include "ssh/IoSession.h"

#include <algorithm>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace Helmclaw {

namespace {

constexpr qsizetype unit = 64 * 1024;
constexpr qsizetype turnBudget = 512 * 1024; ///< per direction, before other connections have theirs
constexpr qsizetype usualWindow = 1280000; ///< libssh's own
constexpr qsizetype mostWindow = 16 * 1024 * 1024;
constexpr int mostWideStreams = 4; ///< of a session

} // namespace

TunnelConnection::TunnelConnection(EventLoop &loop, const TunnelOptions &options, FileDescriptor local,
                                   quint16 localPort, Events events)
    : m_loop(loop)
    , m_options(options)
    , m_local(std::move(local))
    , m_localPort(localPort)
    , m_events(std::move(events))
{
    m_watch = m_loop.watch(m_local.get(), EPOLLIN, [this](std::uint32_t ready) { localReady(ready); });
}

TunnelConnection::~TunnelConnection()
{
    setWide(false);
    closeLocal(false);
    m_events.gone();
}

void TunnelConnection::close()
{
    m_ending = true;
    if (m_session != nullptr)
        m_session->schedule();
}

void TunnelConnection::lost(const Error &error)
{
    if (m_events.lost)
        m_events.lost(error);
    // A reset, not an end: what was under way did not come through whole.
    closeLocal(true);
}

void TunnelConnection::closeLocal(bool reset)
{
    m_loop.unwatch(m_watch);
    if (reset && m_local.isValid()) {
        const linger now { 1, 0 };
        ::setsockopt(m_local.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    m_local.reset();
}

bool TunnelConnection::open()
{
    if (m_open)
        return true;
    if (m_channel == nullptr) {
        m_channel = m_session->makeChannel(
            { ChannelRequest::Kind::Forward, m_options.remoteHost.toUtf8(), m_options.remotePort, m_localPort });
    }
    switch (m_channel->start()) {
    case Channel::Start::Pending:
        return false;
    case Channel::Start::Running:
        m_open = true;
        m_events.opened();
        return true;
    case Channel::Start::NoChannel:
    case Channel::Start::Refused:
        break;
    }
    m_events.refused(m_channel->refusal());
    m_ending = true;
    closeLocal(true);
    return false;
}

void TunnelConnection::localReady(std::uint32_t events)
{
    m_localReadable = true;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0)
        m_localBroken = true;
    // Quiet until the next turn has looked at it.
    m_loop.setEvents(m_watch, 0);
    m_session->schedule();
}

ChannelJob::Next TunnelConnection::pump()
{
    if (m_ending)
        return Next::Finished;
    if (!open()) {
        if (m_localBroken)
            m_ending = true; // nobody is there any more to open it for
        return m_ending ? Next::Finished : Next::Idle;
    }
    const Flow up = toRemote();
    const Flow down = toLocal();
    if (m_session->isBroken())
        return Next::Idle; // what had arrived is through; lost() follows, and knows why
    if (up == Flow::Broken || down == Flow::Broken) {
        closeLocal(down != Flow::Broken);
        return Next::Finished;
    }
    if (m_down.isEmpty() && !m_remoteEof && m_channel->isEof()) {
        m_remoteEof = true;
        ::shutdown(m_local.get(), SHUT_WR);
    }
    if (m_remoteEof && m_eofSent)
        return Next::Finished;
    if (down == Flow::Blocked && m_down.isEmpty() && m_channel->isClosed())
        return Next::Finished; // closed without EOF in both directions: there is nobody left to send to
    // Not before its EOF: a program that has shut down both directions (EPOLLHUP) may have left much to read.
    if (m_localBroken && m_localEof && m_up.isEmpty())
        return Next::Finished;
    watchLocal();
    return up == Flow::More || down == Flow::More ? Next::More : Next::Idle;
}

TunnelConnection::Flow TunnelConnection::toRemote()
{
    QByteArray &buffer = m_session->scratch();
    qsizetype budget = turnBudget;
    while (budget > 0) {
        if (m_up.isEmpty() && m_localReadable && !m_localEof) {
            // Only as much as can go on now; the rest waits in the kernel, and its sender with it.
            const qsizetype room = m_channel->writable();
            if (room == 0)
                return Flow::Blocked;
            const ssize_t got = ::recv(m_local.get(), buffer.data(), static_cast<std::size_t>(std::min(room, unit)), 0);
            if (got > 0) {
                m_up.append(buffer.constData(), got);
            } else if (got == 0) {
                m_localEof = true;
            } else if (errno == EAGAIN || errno == EINTR) {
                m_localReadable = false;
                if (m_localBroken)
                    return Flow::Broken;
            } else {
                return Flow::Broken;
            }
        }
        if (m_up.isEmpty())
            break;
        // Short, even nothing, while keys are exchanged anew: the rest is kept.
        const qsizetype written = m_channel->write(m_up.constData(), m_up.size());
        if (written < 0)
            return m_session->isBroken() ? Flow::Blocked : Flow::Broken;
        m_up.remove(0, written);
        budget -= written;
        if (!m_up.isEmpty())
            return Flow::Blocked;
    }
    if (m_localEof && m_up.isEmpty() && !m_eofSent)
        m_eofSent = m_channel->sendEof();
    return budget > 0 ? Flow::Blocked : Flow::More;
}

bool TunnelConnection::sendToLocal(const char *data, qsizetype size, qsizetype &sent)
{
    sent = 0;
    while (sent < size) {
        const ssize_t rc = ::send(m_local.get(), data + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
        if (rc > 0)
            sent += rc;
        else if (errno == EAGAIN)
            return true;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

TunnelConnection::Flow TunnelConnection::toLocal()
{
    qsizetype budget = turnBudget;
    qsizetype sent = 0;
    if (!m_down.isEmpty()) {
        if (!sendToLocal(m_down.constData(), m_down.size(), sent))
            return Flow::Broken;
        m_down.remove(0, sent);
    }
    while (m_down.isEmpty() && budget > 0) {
        const QByteArrayView bytes = m_channel->read(window());
        if (bytes.isEmpty())
            return Flow::Blocked;
        if (!sendToLocal(bytes.data(), bytes.size(), sent))
            return Flow::Broken;
        if (sent < bytes.size())
            m_down.append(bytes.data() + sent, bytes.size() - sent);
        noteReceived(bytes.size());
        budget -= bytes.size();
    }
    return m_down.isEmpty() ? Flow::More : Flow::Blocked;
}

/// A stream over a long line is worth a wider window, as far as its reader keeps up: twice what it took during the last
/// round trip. So one that stalls has little more granted than it had shown to take.
qsizetype TunnelConnection::window()
{
    const bool wanted = m_window > usualWindow && m_session->isLongLine();
    if (wanted && !m_wide && m_session->wideStreams() >= mostWideStreams)
        return 0;
    setWide(wanted);
    return wanted ? m_window : 0;
}

void TunnelConnection::noteReceived(qsizetype bytes)
{
    m_lately += bytes;
    const auto now = EventLoop::Clock::now();
    const auto passed = now - m_latelySince;
    if (passed < m_session->roundTrip())
        return;
    // After a pause nothing is known about the stream any more.
    m_window = passed < 4 * m_session->roundTrip() ? std::min(2 * m_lately, mostWindow) : 0;
    m_lately = 0;
    m_latelySince = now;
}

void TunnelConnection::setWide(bool wide)
{
    if (wide != m_wide)
        m_session->wideStreams() += wide ? 1 : -1;
    m_wide = wide;
}

void TunnelConnection::watchLocal()
{
    std::uint32_t events = 0;
    if (!m_localReadable && !m_localEof)
        events |= EPOLLIN;
    if (!m_down.isEmpty())
        events |= EPOLLOUT;
    if (m_localBroken && events == 0) {
        // epoll reports EPOLLHUP whether asked or not, and would spin on it.
        m_loop.unwatch(m_watch);
        return;
    }
    m_loop.setEvents(m_watch, events);
}

} // namespace Helmclaw
