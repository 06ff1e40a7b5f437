// SPDX-License-Identifier: MIT
#pragma once

#include "models/gateway/GatewayDiscovery.h"
#include "models/gateway/GatewayProbe.h"
#include "models/gateway/WebUiSessions.h"
#include "ssh/Tunnel.h"

#include <QTimer>

namespace Helmclaw {

/// One server's web UI: discovery, then the tunnel, then probes for as long as it is open. Every step belongs to a
/// generation; close() and a new open() begin a new one, and answers of an older one are dropped.
class WebUiSession : public QObject
{
    Q_OBJECT
public:
    WebUiSession(Fleet *fleet, ServerSessions *sessions, QString serverId, QObject *parent);
    ~WebUiSession() override;

    [[nodiscard]] const WebUiStatus &status() const { return m_status; }
    void open(bool signIn);
    void close();

Q_SIGNALS:
    void statusChanged();
    void signInReady(const QUrl &url);
    void openFailed(const Helmclaw::Error &error);

private:
    [[nodiscard]] QObject *beginGeneration();
    void discover();
    void discovered(GatewayDiscovery *discovery);
    void openTunnel();
    void tunnelChanged();
    void dropTunnel();
    void probe();
    void probed(GatewayProbe *probe);
    void signIn(Secret token);
    /// The open() that is under way has come to its end.
    void fail(const Error &error);
    void setState(WebUiState state, const std::optional<Error> &error = {}, const QString &detail = {});
    [[nodiscard]] QUrl uiUrl() const;
    [[nodiscard]] bool isTunnelUp() const { return m_tunnel && m_tunnel->state() == TunnelState::Listening; }

    Fleet *m_fleet;
    ServerSessions *m_sessions;
    QString m_serverId;
    WebUiStatus m_status;
    QObject *m_run = nullptr; ///< parent of everything in the current generation but the tunnel
    bool m_opening = false;
    bool m_wantSignIn = false;
    std::optional<GatewayEndpoint> m_endpoint; ///< its token is gone as soon as the browser can have it
    std::optional<Error> m_lastingError; ///< of the last open(): stays although the gateway is alive
    Tunnel *m_tunnel = nullptr;
    quint16 m_tunnelRemotePort = 0;
    bool m_probing = false;
    QTimer m_probeTimer;
    friend class WebUiSessions;
};

} // namespace Helmclaw
