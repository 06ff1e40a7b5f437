// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/Resolver.h"
#include "ssh/SshHandle.h"

#include <functional>
#include <vector>

namespace Helmclaw {

/// Connects to the first of several addresses that answers: IPv6 and IPv4 in turn, each next one 250 ms after the one
/// before or at once when that failed (RFC 8305, Happy Eyeballs). Never blocks; lives in one EventLoop; deleting it
/// gives up. It has no deadline of its own.
class TcpConnector
{
public:
    /// A connected, non-blocking, close-on-exec socket; or errno of the attempt that came furthest.
    using Done = std::function<void(FileDescriptor socket, int error)>;

    TcpConnector(EventLoop &loop, std::vector<SocketAddress> addresses, Done done);
    ~TcpConnector();
    TcpConnector(const TcpConnector &) = delete;
    TcpConnector &operator=(const TcpConnector &) = delete;
    /// The local address to connect from; attempts to addresses of the other family fail. Before start().
    void bindTo(const SocketAddress &address) { m_local = address; }
    void setKeepAlive(bool on) { m_keepAlive = on; }
    /// @p done comes once, never from inside this call; it may delete the connector.
    void start();

    /// IPv6 and IPv4 alternately, the family of the first one first (RFC 8305 §4).
    [[nodiscard]] static std::vector<SocketAddress> interleaved(const std::vector<SocketAddress> &addresses);

private:
    struct Attempt
    {
        FileDescriptor fd;
        EventLoop::Id watch = 0;
    };
    void next();
    void finishedAttempt(int fd);
    void finish(FileDescriptor socket, int error);
    void giveUp();

    EventLoop &m_loop;
    std::vector<SocketAddress> m_addresses;
    std::size_t m_nextAddress = 0;
    SocketAddress m_local; ///< size 0: the system's choice
    bool m_keepAlive = true; ///< SO_KEEPALIVE
    std::vector<Attempt> m_attempts;
    EventLoop::Id m_timer = 0;
    int m_error = 0;
    Done m_done;
};

/// The local end of a connected socket, in numbers and without a port; empty when it has none.
[[nodiscard]] QString localAddressOf(int socket);
/// The other end, likewise.
[[nodiscard]] QString peerAddressOf(int socket);

} // namespace Helmclaw
