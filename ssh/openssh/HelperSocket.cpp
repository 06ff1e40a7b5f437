// SPDX-License-Identifier: MIT
#include "ssh/openssh/HelperSocket.h"

#include "ssh/WireFormat.h"
#include "ssh/openssh/DescriptorPassing.h"

#include <QRandomGenerator>

#include <cerrno>
#include <cstring>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

constexpr qsizetype maxRequest = 64 * 1024;
constexpr std::size_t maxConnections = 16;
constexpr int backlog = 16;
constexpr std::chrono::milliseconds holdTime { 200 };

QByteArray randomCookie()
{
    quint32 words[8];
    QRandomGenerator::system()->fillRange(words);
    return QByteArray(reinterpret_cast<const char *>(words), sizeof words).toHex();
}

bool isOurUser(int fd)
{
    ucred peer {};
    socklen_t size = sizeof peer;
    return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

} // namespace

HelperSocket::HelperSocket(EventLoop &loop, Asked asked, Gone gone)
    : m_loop(loop)
    , m_asked(std::move(asked))
    , m_gone(std::move(gone))
    , m_cookie(randomCookie())
{
}

HelperSocket::~HelperSocket()
{
    m_loop.unwatch(m_watch);
    m_loop.cancelTimer(m_holdTimer);
    for (auto &[id, connection] : m_connections)
        m_loop.unwatch(connection.watch);
}

bool HelperSocket::listen(const QByteArray &path)
{
    m_path = path;
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    if (path.size() >= qsizetype(sizeof address.sun_path))
        return false;
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    m_listener.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!m_listener.isValid()
        || ::bind(m_listener.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
        || ::listen(m_listener.get(), backlog) != 0)
        return false;
    m_watch = m_loop.watch(m_listener.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
    return m_watch != 0;
}

QByteArrayList HelperSocket::environment() const
{
    return { "HELMCLAW_SSH_SOCKET=" + m_path, "HELMCLAW_SSH_COOKIE=" + m_cookie };
}

void HelperSocket::accept()
{
    FileDescriptor fd(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.isValid() && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
        hold();
        return;
    }
    if (!fd.isValid() || !isOurUser(fd.get()) || m_connections.size() >= maxConnections)
        return;
    const Id id = ++m_lastId;
    Connection &connection = m_connections[id];
    connection.fd = std::move(fd);
    connection.watch = m_loop.watch(connection.fd.get(), EPOLLIN, [this, id](std::uint32_t) { ready(id); });
    if (connection.watch == 0)
        drop(id);
}

/// Short of descriptors: the loop, which tells of a waiting connection again and again, would spin on it.
void HelperSocket::hold()
{
    m_loop.setEvents(m_watch, 0);
    m_loop.cancelTimer(m_holdTimer);
    m_holdTimer = m_loop.addTimer(holdTime, [this] {
        m_holdTimer = 0;
        m_loop.setEvents(m_watch, EPOLLIN);
    });
}

/// Takes the request when it is whole; false for what is none.
bool HelperSocket::take(Connection &connection, QByteArrayList &words) const
{
    WireReader outer(connection.received);
    const quint32 size = outer.number32();
    if (outer.isBroken() || quint64(connection.received.size()) < sizeof size + quint64(size))
        return connection.received.size() < maxRequest;
    WireReader fields(QByteArrayView(connection.received).sliced(sizeof size));
    while (!fields.isAtEnd() && !fields.isBroken())
        words += fields.string().toByteArray();
    return !fields.isBroken() && words.size() > 1 && words.takeFirst() == m_cookie;
}

void HelperSocket::ready(Id id)
{
    Connection &connection = m_connections.at(id);
    char buffer[4096];
    const ssize_t got = ::recv(connection.fd.get(), buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        const bool asked = connection.asked;
        drop(id);
        if (asked)
            m_gone(id);
        return;
    }
    if (connection.asked)
        return; // it has said all it has to say
    connection.received.append(buffer, got);
    QByteArrayList words;
    if (!take(connection, words)) {
        drop(id);
        return;
    }
    if (words.isEmpty())
        return;
    connection.asked = true;
    m_asked(id, words); // may end this object
}

void HelperSocket::answer(Id id, QByteArrayView text)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end())
        return;
    // A few hundred bytes on a fresh socket: it takes them at once or is broken.
    const QByteArray size = WireWriter().number32(static_cast<quint32>(text.size())).bytes();
    std::ignore = ::send(found->second.fd.get(), size.constData(), static_cast<std::size_t>(size.size()), MSG_NOSIGNAL);
    std::ignore = ::send(found->second.fd.get(), text.data(), static_cast<std::size_t>(text.size()), MSG_NOSIGNAL);
    drop(id);
}

void HelperSocket::answerWithSocket(Id id, int socket)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end())
        return;
    std::ignore = sendDescriptor(found->second.fd.get(), socket);
    drop(id);
}

void HelperSocket::refuse(Id id)
{
    drop(id);
}

void HelperSocket::drop(Id id)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end())
        return;
    m_loop.unwatch(found->second.watch);
    m_connections.erase(found);
}

} // namespace Helmclaw
