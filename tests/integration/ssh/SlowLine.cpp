// SPDX-License-Identifier: MIT
#include "SlowLine.h"

#include <QByteArray>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Helmclaw::Test {

namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

struct Direction
{
    struct Piece
    {
        Clock::time_point due;
        QByteArray bytes;
    };
    int from = -1;
    int to = -1;
    std::deque<Piece> queue;
    qint64 queued = 0;
    bool ended = false; ///< no more comes in
    bool over = false; ///< and nothing is left
    double allowance = 0; ///< bytes that may pass now
    Clock::time_point filled = Clock::now();

    void takeIn(const SlowLine::Quality &quality)
    {
        char buffer[65536];
        while (!ended && queued < quality.buffer) {
            const ssize_t got = ::recv(from, buffer, sizeof buffer, MSG_DONTWAIT);
            if (got < 0 && (errno == EAGAIN || errno == EINTR))
                return;
            if (got <= 0) {
                ended = true;
                return;
            }
            queue.push_back({ Clock::now() + quality.delay, QByteArray(buffer, got) });
            queued += got;
        }
    }
    void passOn(const SlowLine::Quality &quality)
    {
        const auto now = Clock::now();
        if (quality.bytesPerSecond > 0) {
            const double seconds = std::chrono::duration<double>(now - filled).count();
            const double rate = double(quality.bytesPerSecond);
            allowance = std::min(allowance + seconds * rate, rate / 50);
        }
        filled = now;
        while (!queue.empty() && queue.front().due <= now) {
            QByteArray &bytes = queue.front().bytes;
            qsizetype size = bytes.size();
            if (quality.bytesPerSecond > 0)
                size = std::min(size, qsizetype(allowance));
            if (size <= 0)
                return;
            const ssize_t sent = ::send(to, bytes.constData(), std::size_t(size), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0 && (errno == EAGAIN || errno == EINTR))
                return;
            if (sent < 0) {
                ended = true;
                queue.clear();
                break;
            }
            allowance -= double(sent);
            queued -= sent;
            bytes.remove(0, sent);
            if (bytes.isEmpty())
                queue.pop_front();
        }
        if (ended && queue.empty() && !over) {
            over = true;
            ::shutdown(to, SHUT_WR);
        }
    }
};

} // namespace

SlowLine::SlowLine(quint16 target, const Quality &quality)
    : m_target(target)
    , m_quality(quality)
{
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address = loopback(0);
    ::bind(m_listener, reinterpret_cast<const sockaddr *>(&address), sizeof address);
    ::listen(m_listener, 64);
    socklen_t size = sizeof address;
    ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size);
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { run(); });
}

SlowLine::~SlowLine()
{
    m_quit = true;
    m_thread.join();
    ::close(m_listener);
}

void SlowLine::run()
{
    std::vector<std::unique_ptr<Direction>> directions; // always in pairs
    while (!m_quit) {
        std::vector<pollfd> polls { { m_listener, POLLIN, 0 } };
        for (const auto &direction : directions) {
            if (!direction->ended && direction->queued < m_quality.buffer)
                polls.push_back({ direction->from, POLLIN, 0 });
        }
        const bool waits =
            std::any_of(directions.begin(), directions.end(), [](const auto &d) { return !d->queue.empty(); });
        ::poll(polls.data(), polls.size(), waits || m_frozen ? 1 : 50);
        const int accepted = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted >= 0) {
            const int onward = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const sockaddr_in address = loopback(m_target);
            if (m_refused || ::connect(onward, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
                ::close(onward);
                ::close(accepted);
            } else {
                const int on = 1;
                ::setsockopt(onward, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                for (const auto &[from, to] : { std::pair(accepted, onward), std::pair(onward, accepted) }) {
                    directions.push_back(std::make_unique<Direction>());
                    directions.back()->from = from;
                    directions.back()->to = to;
                }
            }
        }
        if (m_frozen)
            continue;
        for (const auto &direction : directions) {
            direction->takeIn(m_quality);
            direction->passOn(m_quality);
        }
        for (std::size_t i = 0; i < directions.size();) {
            if (directions[i]->over && directions[i + 1]->over) {
                ::close(directions[i]->from);
                ::close(directions[i]->to);
                directions.erase(directions.begin() + std::ptrdiff_t(i), directions.begin() + std::ptrdiff_t(i) + 2);
            } else {
                i += 2;
            }
        }
    }
    for (std::size_t i = 0; i < directions.size(); i += 2) {
        ::close(directions[i]->from);
        ::close(directions[i]->to);
    }
}

} // namespace Helmclaw::Test
