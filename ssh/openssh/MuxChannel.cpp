// SPDX-License-Identifier: MIT
#include "ssh/openssh/MuxChannel.h"

#include "ssh/openssh/DescriptorPassing.h"
#include "ssh/openssh/MuxProtocol.h"
#include "ssh/openssh/MuxSession.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

constexpr qsizetype writeUnit = 256 * 1024;
constexpr int usualPipe = 64 * 1024;
constexpr int widePipe = 1024 * 1024; ///< many fewer turns of a download
constexpr std::chrono::milliseconds again { 10 };
constexpr std::chrono::milliseconds endGrace { 100 };
constexpr std::chrono::seconds shortageLimit { 5 }; ///< then it is no moment's shortage
constexpr std::chrono::seconds answerGrace { 3 }; ///< longer than a session is under suspicion
constexpr auto unknownSignal = "unknown"; ///< ssh passes on an exit status only

} // namespace

MuxChannel::MuxChannel(MuxSession &session, ChannelRequest request)
    : Channel(std::move(request))
    , m_session(session)
{
    m_err.eof = !isSession(); // a forwarding has none
}

MuxChannel::~MuxChannel()
{
    dropAll();
}

bool MuxChannel::connectToMaster()
{
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    const QByteArray &path = m_session.controlPath();
    if (path.size() >= qsizetype(sizeof address.sun_path)) {
        fail("the path of its control socket is too long");
        return false;
    }
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    m_control.fd.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (m_control.fd.isValid()
        && ::connect(m_control.fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return true;
    const int error = errno;
    m_control.fd.reset();
    if (error == ECONNREFUSED || error == ENOENT)
        m_session.suspectEnd();
    else if (error != EAGAIN && error != EINTR) { // else its backlog is full
        shortOf(error);
        return false;
    }
    retryLater();
    return false;
}

void MuxChannel::retryLater()
{
    if (m_retry != 0)
        return;
    m_retry = m_session.loop().addTimer(again, [this] {
        m_retry = 0;
        for (End *end : { &m_control, &m_in, &m_out, &m_err })
            end->ready = end->ready || end->watch == 0;
        m_session.schedule();
    });
}

/// This computer is out of descriptors or memory, which says nothing about ssh: others may soon give some back.
void MuxChannel::shortOf(int error)
{
    const auto now = EventLoop::Clock::now();
    if (!m_shortSince)
        m_shortSince = now;
    if (now - *m_shortSince > shortageLimit)
        fail(QByteArray("it was not asked, this computer is short of something: ") + std::strerror(error));
    else
        retryLater();
}

bool MuxChannel::makeEnds()
{
    int in[2];
    int out[2];
    int err[2];
    // A socket for what we write, because only there MSG_NOSIGNAL keeps a master that has died from ending us.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0)
        return false;
    m_in.fd.reset(in[0]);
    m_far[0].reset(in[1]);
    if (::pipe2(out, O_CLOEXEC) != 0)
        return false;
    m_out.fd.reset(out[0]);
    m_far[1].reset(out[1]);
    if (isSession()) {
        if (::pipe2(err, O_CLOEXEC) != 0)
            return false;
        m_err.fd.reset(err[0]);
        m_far[2].reset(err[1]);
    }
    for (const End *end : { &m_in, &m_out, &m_err }) {
        if (end->fd.isValid())
            ::fcntl(end->fd.get(), F_SETFL, ::fcntl(end->fd.get(), F_GETFL) | O_NONBLOCK);
    }
    return true;
}

Channel::Start MuxChannel::start()
{
    if (m_running)
        return Start::Running;
    if (m_session.isBroken()) // the session tells everybody
        return Start::Pending;
    if (!m_asking && !m_failed) {
        if (m_retry != 0 || !connectToMaster())
            return m_failed ? Start::NoChannel : Start::Pending;
        if (!makeEnds()) {
            const int error = errno;
            dropAll(); // the master has not been asked yet
            shortOf(error);
            return m_failed ? Start::NoChannel : Start::Pending;
        }
        m_shortSince.reset();
        m_request = Mux::request(request());
        m_asking = true;
        m_asked = EventLoop::Clock::now();
    }
    flushRequest();
    readReplies();
    if (m_failed)
        return m_session.isBroken() ? Start::Pending : Start::NoChannel;
    return m_running ? Start::Running : Start::Pending;
}

void MuxChannel::flushRequest()
{
    while (m_control.fd.isValid() && (!m_request.isEmpty() || m_farSent < m_far.size())) {
        if (m_request.isEmpty() && !m_far[m_farSent].isValid()) {
            ++m_farSent; // a forwarding has no standard error
            continue;
        }
        const ssize_t sent = m_request.isEmpty() ? sendDescriptor(m_control.fd.get(), m_far[m_farSent].get())
                                                 : ::send(m_control.fd.get(), m_request.constData(),
                                                          static_cast<std::size_t>(m_request.size()), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0) {
            if (errno == EAGAIN)
                waitFor(m_control, EPOLLIN | EPOLLOUT);
            else if (errno == EPIPE || errno == ECONNRESET)
                m_session.suspectEnd();
            else // too many descriptors under way (ETOOMANYREFS), no memory
                shortOf(errno);
            return;
        }
        if (!m_request.isEmpty())
            m_request.remove(0, sent);
        else
            m_far[m_farSent++].reset();
    }
}

void MuxChannel::readReplies()
{
    while (m_control.fd.isValid() && m_control.ready) {
        char buffer[1024];
        const ssize_t got = ::recv(m_control.fd.get(), buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN) {
            waitFor(m_control, EPOLLIN);
            return;
        }
        if (got <= 0) {
            m_control.eof = true;
            drop(m_control);
            if (!m_running) { // a master answers before it closes, unless it is in need itself
                m_session.suspectEnd();
                m_grace = m_session.loop().addTimer(answerGrace, [this] {
                    m_grace = 0;
                    fail("it gave no answer");
                    m_session.schedule();
                });
                return;
            }
            // Is it the channel that has ended, or ssh? A killed one closes this before it counts as ended.
            m_grace = m_session.loop().addTimer(m_exit ? std::chrono::milliseconds(0) : endGrace, [this] {
                m_grace = 0;
                if (!m_exit && isSession() && !m_refusedLate)
                    m_exit = Exit { -1, unknownSignal };
                m_session.schedule();
            });
            return;
        }
        m_replies.append(buffer, got);
        bool broken = false;
        while (const auto reply = Mux::takeReply(m_replies, broken))
            heard(reply->type, reply->reason, reply->type == Mux::Hello ? reply->version : reply->exitStatus);
        if (broken)
            fail("it does not speak the control protocol");
    }
}

void MuxChannel::heard(quint32 type, QByteArray reason, quint32 number)
{
    m_session.answered();
    switch (type) {
    case Mux::Hello:
        if (number != Mux::version)
            fail("it speaks another version of the control protocol");
        break;
    case Mux::SessionOpened:
        m_asking = false;
        m_running = true;
        m_session.noteRoundTrip(EventLoop::Clock::now() - m_asked);
        break;
    case Mux::ExitMessage:
        m_exit = Exit { static_cast<int>(number), {} };
        break;
    case Mux::Failure:
    case Mux::PermissionDenied:
        fail(m_session.explainRefusal(reason));
        break;
    default:
        break; // a newer master may say more
    }
}

void MuxChannel::fail(const QByteArray &reason)
{
    m_refusal = reason;
    m_failed = true;
    m_asking = false;
    m_running = false;
    dropAll();
}

/// One look per event: what is not read at once, for want of room, is not announced again and again.
void MuxChannel::waitFor(End &end, std::uint32_t events)
{
    end.ready = false;
    if (end.watch != 0)
        m_session.loop().unwatch(end.watch);
    end.watch = m_session.loop().watch(end.fd.get(), events, [this, &end](std::uint32_t) {
        m_session.loop().unwatch(end.watch);
        end.ready = true;
        m_session.schedule();
    });
    if (end.watch == 0) // refused by the system (max_user_watches): look again instead of being told
        retryLater();
}

qsizetype MuxChannel::writable()
{
    return m_in.ready && m_in.fd.isValid() ? writeUnit : 0;
}

qsizetype MuxChannel::write(const char *data, qsizetype size)
{
    if (!m_in.fd.isValid())
        return 0;
    const ssize_t sent = ::send(m_in.fd.get(), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent == size)
        return sent;
    if (sent >= 0 || errno == EAGAIN || errno == EINTR)
        waitFor(m_in, EPOLLOUT); // after a part of it, too: who wrote it waits to be told
    else
        drop(m_in); // nobody reads there any more; what has come from there is still to be read
    return std::max<ssize_t>(sent, 0);
}

bool MuxChannel::sendEof()
{
    if (m_in.fd.isValid())
        ::shutdown(m_in.fd.get(), SHUT_WR);
    return true;
}

QByteArrayView MuxChannel::readEnd(End &end)
{
    QByteArray &buffer = m_session.scratch();
    while (end.ready && end.fd.isValid()) {
        const ssize_t got = ::read(end.fd.get(), buffer.data(), static_cast<std::size_t>(buffer.size()));
        if (got >= usualPipe && !std::exchange(end.wide, true)) {
            // Only where it pays: the kernel lends a user 64 MiB for all pipes, and makes each new one tiny from then
            // on, other programs' too.
            ::fcntl(end.fd.get(), F_SETPIPE_SZ, widePipe);
        }
        if (got > 0)
            return QByteArrayView(buffer).first(got);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN) {
            waitFor(end, EPOLLIN);
            break;
        }
        end.eof = true;
        drop(end);
        m_session.readLog(); // is it the channel's end, or has ssh lost its connection? It says so first.
    }
    return {};
}

QByteArrayView MuxChannel::read(qsizetype)
{
    readReplies();
    return readEnd(m_out);
}

QByteArrayView MuxChannel::readError()
{
    const QByteArrayView bytes = readEnd(m_err);
    // The master's own words, in the place of the command's.
    if (bytes.startsWith("exec request failed on channel ") || bytes.startsWith("subsystem request failed on channel "))
        m_refusedLate = true; // unless an exit status shows that it was a command that said so
    return bytes;
}

bool MuxChannel::isClosed()
{
    readReplies();
    return m_control.eof && m_grace == 0 && isEof();
}

bool MuxChannel::close()
{
    // A master that finds nobody to tell of an opened channel ends itself (fatal() in mux_session_confirm()), and every
    // other channel with it.
    if (m_asking && !m_session.isBroken()) {
        flushRequest();
        readReplies();
        if (m_asking)
            return false;
    }
    dropAll();
    return true;
}

void MuxChannel::forget()
{
    m_asking = false;
    dropAll();
}

void MuxChannel::drop(End &end)
{
    m_session.loop().unwatch(end.watch);
    end.fd.reset();
}

void MuxChannel::dropAll()
{
    m_session.loop().cancelTimer(m_retry);
    m_session.loop().cancelTimer(m_grace);
    for (End *end : { &m_control, &m_in, &m_out, &m_err })
        drop(*end);
    for (FileDescriptor &fd : m_far)
        fd.reset();
}

} // namespace Helmclaw
