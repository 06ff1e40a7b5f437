// SPDX-License-Identifier: MIT
#include "ssh/TcpConnector.h"

#include <algorithm>
#include <cerrno>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace Helmclaw {

namespace {

constexpr std::chrono::milliseconds attemptDelay { 250 };
constexpr unsigned userTimeoutMilliseconds = 30000; // unanswered data: the connection is dead, tcp(7)

/// An answer tells more than silence, silence more than "no route".
int rank(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return 3;
    case ETIMEDOUT:
        return 2;
    case 0:
        return 0;
    default:
        return 1;
    }
}

} // namespace

TcpConnector::TcpConnector(EventLoop &loop, std::vector<SocketAddress> addresses, Done done)
    : m_loop(loop)
    , m_addresses(interleaved(addresses))
    , m_done(std::move(done))
{
}

TcpConnector::~TcpConnector()
{
    giveUp();
}

std::vector<SocketAddress> TcpConnector::interleaved(const std::vector<SocketAddress> &addresses)
{
    if (addresses.empty())
        return {};
    const auto family = addresses.front().storage.ss_family;
    std::vector<SocketAddress> first;
    std::vector<SocketAddress> second;
    for (const SocketAddress &address : addresses)
        (address.storage.ss_family == family ? first : second).push_back(address);
    std::vector<SocketAddress> result;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size())
            result.push_back(first[i]);
        if (i < second.size())
            result.push_back(second[i]);
    }
    return result;
}

void TcpConnector::start()
{
    m_timer = m_loop.addTimer(EventLoop::Clock::duration::zero(), [this] {
        m_timer = 0;
        next();
    });
}

void TcpConnector::next()
{
    m_loop.cancelTimer(m_timer);
    while (m_nextAddress < m_addresses.size()) {
        const SocketAddress &address = m_addresses[m_nextAddress++];
        FileDescriptor fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        int error = fd.isValid() ? 0 : errno;
        if (error == 0) {
            const int on = 1;
            ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            ::setsockopt(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &userTimeoutMilliseconds,
                         sizeof userTimeoutMilliseconds);
            if (m_keepAlive)
                ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
            if (m_local.size != 0
                && ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&m_local.storage), m_local.size) != 0)
                error = errno;
            else if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address.storage), address.size) != 0
                     && errno != EINPROGRESS)
                error = errno;
        }
        if (error == 0) {
            const int raw = fd.get();
            const auto watch = m_loop.watch(raw, EPOLLOUT, [this, raw](std::uint32_t) { finishedAttempt(raw); });
            if (watch != 0) {
                m_attempts.push_back({ std::move(fd), watch });
                m_timer = m_loop.addTimer(attemptDelay, [this] {
                    m_timer = 0;
                    next();
                });
                return;
            }
            error = errno; // no epoll watches left
        }
        if (rank(error) >= rank(m_error))
            m_error = error;
    }
    if (m_attempts.empty())
        finish({}, m_error != 0 ? m_error : EHOSTUNREACH);
}

void TcpConnector::finishedAttempt(int fd)
{
    const auto found = std::find_if(m_attempts.begin(), m_attempts.end(),
                                    [fd](const Attempt &attempt) { return attempt.fd.get() == fd; });
    if (found == m_attempts.end())
        return;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    m_loop.unwatch(found->watch);
    FileDescriptor socket = std::move(found->fd);
    m_attempts.erase(found);
    if (error == 0) {
        finish(std::move(socket), 0);
        return;
    }
    if (rank(error) >= rank(m_error))
        m_error = error;
    next();
}

void TcpConnector::finish(FileDescriptor socket, int error)
{
    giveUp();
    const Done done = std::move(m_done);
    done(std::move(socket), error);
}

void TcpConnector::giveUp()
{
    m_loop.cancelTimer(m_timer);
    for (Attempt &attempt : m_attempts)
        m_loop.unwatch(attempt.watch);
    m_attempts.clear();
}

namespace {

/// @p which end: getsockname(2) or getpeername(2).
QString addressOf(int socket, int (*which)(int, sockaddr *, socklen_t *))
{
    SocketAddress address;
    address.size = sizeof address.storage;
    char host[NI_MAXHOST] = {};
    const auto *generic = reinterpret_cast<const sockaddr *>(&address.storage);
    if (which(socket, reinterpret_cast<sockaddr *>(&address.storage), &address.size) != 0
        || (address.storage.ss_family != AF_INET && address.storage.ss_family != AF_INET6)
        || ::getnameinfo(generic, address.size, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0)
        return {};
    return QString::fromLatin1(host);
}

} // namespace

QString localAddressOf(int socket)
{
    return addressOf(socket, [](int fd, sockaddr *to, socklen_t *size) { return ::getsockname(fd, to, size); });
}

QString peerAddressOf(int socket)
{
    return addressOf(socket, [](int fd, sockaddr *to, socklen_t *size) { return ::getpeername(fd, to, size); });
}

} // namespace Helmclaw
