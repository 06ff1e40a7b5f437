// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/TunnelLoad.h"

#include "tests/bench/ProcessMeter.h"

#include <QElapsedTimer>
#include <QtEndian>

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Helmclaw::Bench {

namespace {

constexpr std::size_t requestSize = 200;
constexpr std::size_t answerSize = 1000;

bool sendAll(int fd, const char *data, std::size_t size)
{
    while (size > 0) {
        const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receiveAll(int fd, char *data, std::size_t size)
{
    return ::recv(fd, data, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

void serve(int fd)
{
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::vector<char> buffer(256 * 1024, 'x');
    quint64 wanted = 0;
    if (receiveAll(fd, reinterpret_cast<char *>(&wanted), sizeof wanted)) {
        quint64 left = qFromBigEndian(wanted);
        if (left == 0) {
            while (receiveAll(fd, buffer.data(), requestSize) && sendAll(fd, buffer.data(), answerSize)) { }
        }
        while (left > 0) {
            const auto part = std::min<quint64>(left, buffer.size());
            if (!sendAll(fd, buffer.data(), part))
                break;
            left -= part;
        }
    }
    ::close(fd);
}

/// A connection that has asked for @p wanted; -1 when there is none.
int connectFor(quint16 port, quint64 wanted)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const int on = 1;
    const quint64 bytes = qToBigEndian(wanted);
    if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0
        && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0
        && sendAll(fd, reinterpret_cast<const char *>(&bytes), sizeof bytes))
        return fd;
    ::close(fd);
    return -1;
}

/// Runs @p body in @p count threads; false when one of them said false.
template <class Body> bool inThreads(int count, Body body)
{
    std::vector<std::thread> threads;
    std::vector<char> good(static_cast<std::size_t>(count), 0);
    for (std::size_t i = 0; i < good.size(); ++i)
        threads.emplace_back([&good, &body, i] { good[i] = body() ? 1 : 0; });
    for (std::thread &thread : threads)
        thread.join();
    return std::find(good.begin(), good.end(), 0) == good.end();
}

} // namespace

LoadService::LoadService()
    : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (::bind(m_listener, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
        || ::listen(m_listener, 64) != 0
        || ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &length) != 0)
        qFatal("no listener on loopback");
    m_port = ntohs(address.sin_port);
    std::thread([listener = m_listener] {
        for (;;) {
            const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0)
                return;
            std::thread(serve, fd).detach();
        }
    }).detach();
}

LoadService::~LoadService()
{
    ::shutdown(m_listener, SHUT_RDWR);
    ::close(m_listener);
}

double bulkRate(quint16 port, int connections, int megabytes)
{
    const quint64 each = static_cast<quint64>(megabytes) * 1'000'000 / static_cast<quint64>(connections);
    QElapsedTimer timer;
    timer.start();
    const bool good = inThreads(connections, [port, each] {
        const int fd = connectFor(port, each);
        std::vector<char> buffer(256 * 1024);
        quint64 left = each;
        while (fd >= 0 && left > 0) {
            const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
            if (got <= 0)
                break;
            left -= static_cast<quint64>(got);
        }
        ::close(fd);
        return left == 0;
    });
    return good ? static_cast<double>(megabytes) * 1e9 / static_cast<double>(timer.nsecsElapsed()) : -1;
}

double requestTime(quint16 port, int connections, int requests)
{
    std::mutex mutex;
    std::vector<double> times;
    const bool good = inThreads(connections, [&, port, requests] {
        const int fd = connectFor(port, 0);
        std::vector<char> buffer(answerSize);
        std::vector<double> own;
        for (int i = 0; fd >= 0 && i < requests; ++i) {
            QElapsedTimer timer;
            timer.start();
            if (!sendAll(fd, buffer.data(), requestSize) || !receiveAll(fd, buffer.data(), answerSize))
                break;
            own.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e3);
        }
        ::close(fd);
        const std::lock_guard lock(mutex);
        times.insert(times.end(), own.begin(), own.end());
        return own.size() == static_cast<std::size_t>(requests);
    });
    return good ? median(std::move(times)) : -1;
}

} // namespace Helmclaw::Bench
