// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"

#include <QString>

#include <functional>
#include <memory>
#include <vector>

#include <sys/socket.h>

namespace Helmclaw {

struct SocketAddress
{
    sockaddr_storage storage {};
    socklen_t size = 0;
};

struct Resolution
{
    std::vector<SocketAddress> addresses; ///< in getaddrinfo's order (RFC 6724)
    int error = 0; ///< EAI_…, 0 with addresses
};

/// Names to addresses without holding anybody up: addresses are answered at once; names go to threads that are started
/// on demand (at most 8) and end when idle. getaddrinfo(3) can neither be given a deadline nor be stopped, so a caller
/// sets its own timer and forgets the answer, and at the program's end a thread that still waits for a dead name server
/// is left to itself: it owns everything it touches.
class Resolver
{
public:
    Resolver();
    ~Resolver();
    Resolver(const Resolver &) = delete;
    Resolver &operator=(const Resolver &) = delete;

    /// @p done is posted to @p loop. Call from any thread; @p loop must outlive the resolver.
    void resolve(const QString &host, quint16 port, EventLoop &loop, std::function<void(Resolution)> done);

private:
    struct State;
    static void work(const std::shared_ptr<State> &state);
    std::shared_ptr<State> m_state;
};

/// gai_strerror(3) as text.
[[nodiscard]] QString resolveErrorText(int error);

} // namespace Helmclaw
