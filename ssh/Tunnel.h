// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QMetaType>
#include <QObject>

#include <optional>

namespace Helmclaw {

/// Transport state of a tunnel; whether the far end answers sensibly is the gateway room's business.
enum class TunnelState {
    Off,
    Opening, ///< the session is being made, or the listener is not bound yet
    Listening, ///< the local port accepts and the session is Ready
    Reconnecting, ///< the local port is kept, the session is being made again (attempt() says how often)
    Failed, ///< given up: error() says why
};

struct TunnelOptions
{
    QString remoteHost = QStringLiteral("127.0.0.1"); ///< as seen from the server
    quint16 remotePort = 0;
    quint16 localPort = 0; ///< 0: the system chooses one; else exactly this one or ErrorCode::LocalPortInUse
};

/// A listener on 127.0.0.1 whose connections travel as direct-tcpip channels (RFC 4254 §7.2) of the server's session.
/// Only processes of this user get in (Linux: the connecting socket's owner, sock_diag(7)); others are closed at once.
/// Reconnects behind the same port with back-off until close() or a hard stop (host key, authentication). That holds
/// for the first dial, too: when it fails the tunnel is Reconnecting with error() and attempt(), not Failed, for
/// whoever opened it wants the server when it comes back (a laptop that has just woken up, a server that is booting);
/// the error says meanwhile what is wrong, and close() ends the waiting. Lives in the pool's thread; owned by the
/// caller; deleting it closes everything.
class Tunnel : public QObject
{
    Q_OBJECT
public:
    [[nodiscard]] QString serverId() const { return m_serverId; }
    [[nodiscard]] TunnelState state() const { return m_state; }
    /// The bound local port; 0 until bound.
    [[nodiscard]] quint16 localPort() const { return m_localPort; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }
    /// Which reconnection attempt is under way, from 1; 0 when none.
    [[nodiscard]] int attempt() const { return m_attempt; }
    /// Connections forwarded at present.
    [[nodiscard]] int connectionCount() const { return m_connections; }
    /// Closes the listener and all its connections; state Off follows.
    virtual void close() = 0;

Q_SIGNALS:
    /// Also emitted when connectionCount(), attempt() or error() changed.
    void stateChanged();

protected:
    explicit Tunnel(QString serverId, QObject *parent = nullptr);
    QString m_serverId;
    TunnelState m_state = TunnelState::Off;
    std::optional<Error> m_error;
    quint16 m_localPort = 0;
    int m_attempt = 0;
    int m_connections = 0;
};

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::TunnelState)
