// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/PoolContext.h"
#include "ssh/SessionState.h"
#include "ssh/SshHandle.h"
#include "ssh/Tunnel.h"

#include <memory>
#include <set>

namespace Helmclaw {

class ServerLink;
class TunnelConnection;

/// The local end of a tunnel in its IO thread: keeps the port as long as the tunnel is open, whatever the session does.
///
/// While there is no session, new connections wait unaccepted in the kernel's backlog, so that a browser that reloads
/// during a short reconnection just gets its page late. After 5 s without a session they are accepted and closed at
/// once, so that nobody waits for a server that is away.
class TunnelListener : public std::enable_shared_from_this<TunnelListener>
{
public:
    TunnelListener(ServerLink &link, quint64 id, const TunnelOptions &options);
    ~TunnelListener();
    TunnelListener(const TunnelListener &) = delete;
    TunnelListener &operator=(const TunnelListener &) = delete;

    /// Binds the port. False when that failed; the status says so.
    [[nodiscard]] bool listen();
    /// The session is in @p session now.
    void update(const SessionStatus &session, int attempt);
    /// Gives up for good.
    void fail(const Error &error);
    /// Closes the port and every connection; reports Off.
    void close();
    [[nodiscard]] bool isOpen() const { return m_listener.isValid(); }

private:
    void acceptAll();
    void forward(FileDescriptor connection);
    void hold(bool holding);
    void report();
    void reportSoon();
    void shut();

    ServerLink &m_link;
    EventLoop &m_loop;
    PoolCounters &m_counters;
    std::function<void(quint64, const TunnelStatus &)> m_reportTunnel;
    quint64 m_id;
    TunnelOptions m_options;
    FileDescriptor m_listener;
    EventLoop::Id m_watch = 0;
    EventLoop::Id m_holdTimer = 0;
    bool m_wasReady = false;
    bool m_reportScheduled = false;
    TunnelStatus m_status;
    TunnelStatus m_reported;
    std::set<TunnelConnection *> m_connections; ///< owned by the session
};

} // namespace Helmclaw
