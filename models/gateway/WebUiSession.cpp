// SPDX-License-Identifier: MIT
#include "models/gateway/WebUiSession.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/OneTimeRedirect.h"
#include "ssh/SshPool.h"

#include <QUrl>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace Helmclaw {

namespace {
constexpr auto ProbeInterval = 30s;
constexpr auto ProbeIntervalWhenSilent = 5s; ///< a gateway takes 10 s to start
} // namespace

WebUiSession::WebUiSession(Fleet *fleet, ServerSessions *sessions, QString serverId, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_sessions(sessions)
    , m_serverId(std::move(serverId))
{
    m_status.since = QDateTime::currentDateTimeUtc();
    m_probeTimer.setSingleShot(true);
    m_probeTimer.callOnTimeout(this, &WebUiSession::probe);
}

WebUiSession::~WebUiSession()
{
    dropTunnel();
}

QObject *WebUiSession::beginGeneration()
{
    // Later: we may be inside a signal of one of its children. That it is no longer m_run makes those deaf at once.
    if (m_run)
        m_run->deleteLater();
    m_run = new QObject(this);
    m_probing = false;
    m_probeTimer.stop();
    return m_run;
}

void WebUiSession::open(bool signIn)
{
    if (m_opening && (m_wantSignIn || !signIn))
        return; // already on its way
    if (!signIn && m_status.state == WebUiState::Live)
        return;
    m_opening = true;
    m_wantSignIn = signIn;
    m_lastingError.reset();
    m_status.signInNote.clear();
    discover();
}

void WebUiSession::close()
{
    (void)beginGeneration();
    dropTunnel();
    m_opening = false;
    m_endpoint.reset();
    m_lastingError.reset();
    m_status = {};
    m_status.since = QDateTime::currentDateTimeUtc();
    Q_EMIT statusChanged();
}

void WebUiSession::discover()
{
    QObject *run = beginGeneration();
    // An open tunnel goes on working while it is looked for the gateway again.
    setState(isTunnelUp() ? m_status.state : WebUiState::Opening, {}, tr("connecting"));
    m_sessions->prepare(m_serverId, run, [this, run](const Result<void> &ready) {
        if (run != m_run)
            return;
        const std::optional<Server> server = m_fleet->byId(m_serverId);
        if (!ready)
            return fail(ready.error());
        if (!server)
            return fail({ ErrorCode::InvalidInput, tr("the server is no longer in the fleet"), {}, {} });
        auto *discovery = new GatewayDiscovery(m_sessions->pool(), *server, m_wantSignIn, run);
        connect(discovery, &GatewayDiscovery::progressed, this, [this, run](const QString &detail) {
            if (run == m_run)
                setState(m_status.state, m_status.error, detail);
        });
        connect(discovery, &GatewayDiscovery::finished, this, [this, run, discovery] {
            if (run == m_run)
                discovered(discovery);
        });
        discovery->start();
    });
}

void WebUiSession::discovered(GatewayDiscovery *discovery)
{
    discovery->deleteLater();
    Result<GatewayEndpoint> endpoint = discovery->takeResult();
    if (!endpoint)
        return fail(endpoint.error());
    m_endpoint = std::move(*endpoint);
    m_status.gatewayPort = m_endpoint->port;
    m_status.basePath = m_endpoint->basePath;
    m_status.gatewayVersion = m_endpoint->version;
    if (m_tunnel && m_tunnelRemotePort == m_endpoint->port && isTunnelUp())
        return probe();
    openTunnel();
}

void WebUiSession::openTunnel()
{
    setState(WebUiState::Opening, {}, tr("opening the tunnel"));
    if (m_tunnel) {
        // The port is free when the old tunnel says Off.
        Tunnel *old = std::exchange(m_tunnel, nullptr);
        disconnect(old, nullptr, this, nullptr);
        connect(old, &Tunnel::stateChanged, m_run, [this, run = m_run, old] {
            if (old->state() != TunnelState::Off && old->state() != TunnelState::Failed)
                return;
            old->disconnect(run);
            old->deleteLater();
            if (run == m_run)
                openTunnel();
        });
        if (old->state() != TunnelState::Off && old->state() != TunnelState::Failed)
            return old->close();
        old->disconnect(m_run);
        old->deleteLater();
    }
    const Result<quint16> localPort = m_fleet->localPortFor(m_serverId);
    if (!localPort)
        return fail(localPort.error());
    TunnelOptions options;
    options.remotePort = m_endpoint->port;
    options.localPort = *localPort;
    m_tunnelRemotePort = m_endpoint->port;
    m_tunnel = m_sessions->pool()->openTunnel(m_serverId, options);
    m_tunnel->setParent(this);
    connect(m_tunnel, &Tunnel::stateChanged, this, &WebUiSession::tunnelChanged);
    tunnelChanged();
}

void WebUiSession::tunnelChanged()
{
    m_status.localPort = m_tunnel->localPort();
    switch (m_tunnel->state()) {
    case TunnelState::Opening:
        return;
    case TunnelState::Listening:
        // Also comes when a connection begins or ends.
        if (m_endpoint && (m_status.state == WebUiState::Opening || m_status.state == WebUiState::Reconnecting))
            probe();
        return;
    case TunnelState::Reconnecting:
        m_probeTimer.stop();
        return setState(WebUiState::Reconnecting, m_tunnel->error(), tr("attempt %1").arg(m_tunnel->attempt()));
    case TunnelState::Off: // the session was closed, and the tunnel with it
        return close();
    case TunnelState::Failed: {
        Error error = m_tunnel->error().value_or(Error { ErrorCode::Internal, tr("the tunnel failed"), {}, {} });
        if (error.code == ErrorCode::LocalPortInUse && error.remedy.isEmpty())
            error.remedy = tr("End the program that uses it, or choose another local port in the server's entry");
        dropTunnel();
        return fail(error);
    }
    }
}

void WebUiSession::dropTunnel()
{
    m_status.localPort = 0;
    if (!m_tunnel)
        return;
    m_tunnel->disconnect(this);
    m_tunnel->close();
    m_tunnel->deleteLater();
    m_tunnel = nullptr;
}

void WebUiSession::probe()
{
    if (m_probing || !isTunnelUp() || !m_endpoint)
        return;
    m_probing = true;
    m_probeTimer.stop();
    GatewayProbe::Target target;
    target.localPort = m_tunnel->localPort();
    target.basePath = m_endpoint->basePath;
    target.server = m_fleet->byId(m_serverId).value_or(Server()).name;
    target.tunnelStands = [this, port = target.localPort] { return isTunnelUp() && m_tunnel->localPort() == port; };
    if (m_opening)
        setState(m_status.state, m_status.error, tr("asking the gateway"));
    auto *gateway = new GatewayProbe(target, m_run);
    connect(gateway, &GatewayProbe::finished, this, [this, run = m_run, gateway] {
        if (run == m_run)
            probed(gateway);
    });
    // A page that was missing must be seen again before all is well.
    const bool deep = m_opening || m_status.error;
    gateway->start(deep ? GatewayProbe::Depth::WebUi : GatewayProbe::Depth::Health, std::move(m_endpoint->token));
}

void WebUiSession::probed(GatewayProbe *gateway)
{
    gateway->deleteLater();
    m_probing = false;
    if (!isTunnelUp())
        return; // asked again when it is
    m_probeTimer.start(gateway->isAlive() ? ProbeInterval : ProbeIntervalWhenSilent);
    if (!gateway->version().isEmpty())
        m_status.gatewayVersion = gateway->version();
    if (gateway->error()) {
        if (!m_opening)
            return setState(WebUiState::Degraded, gateway->error(), m_endpoint->foundAs);
        if (gateway->error()->code == ErrorCode::AuthFailed)
            m_lastingError = gateway->error();
        m_opening = false;
        setState(WebUiState::Degraded, gateway->error(), m_endpoint->foundAs);
        Q_EMIT openFailed(*gateway->error());
        return;
    }
    const bool wasOpening = std::exchange(m_opening, false);
    setState(m_lastingError ? WebUiState::Degraded : WebUiState::Live, m_lastingError, m_endpoint->foundAs);
    if (wasOpening && m_wantSignIn)
        signIn(gateway->isTokenAccepted() ? gateway->takeToken() : Secret());
}

void WebUiSession::signIn(Secret token)
{
    if (token.isEmpty()) {
        if (m_endpoint->signInProblem)
            m_status.signInNote = m_endpoint->signInProblem->toString();
        Q_EMIT statusChanged();
        Q_EMIT signInReady(uiUrl());
        return;
    }
    auto *redirect = new OneTimeRedirect(m_status.localPort, m_status.basePath, std::move(token), m_run);
    connect(redirect, &OneTimeRedirect::closed, redirect, &QObject::deleteLater);
    const Result<QUrl> url = redirect->start();
    if (!url)
        return fail(url.error());
    Q_EMIT signInReady(*url);
}

void WebUiSession::fail(const Error &error)
{
    const bool wasOpening = std::exchange(m_opening, false);
    if (isTunnelUp()) {
        m_lastingError = error;
        setState(WebUiState::Degraded, error, m_status.detail);
        m_probeTimer.start(ProbeInterval);
    } else {
        dropTunnel();
        m_endpoint.reset();
        setState(WebUiState::Failed, error);
    }
    if (wasOpening)
        Q_EMIT openFailed(error);
}

void WebUiSession::setState(WebUiState state, const std::optional<Error> &error, const QString &detail)
{
    if (state != m_status.state)
        m_status.since = QDateTime::currentDateTimeUtc();
    m_status.state = state;
    m_status.error = error;
    m_status.detail = detail;
    Q_EMIT statusChanged();
}

QUrl WebUiSession::uiUrl() const
{
    QUrl url;
    if (!m_status.localPort)
        return url;
    url.setScheme(u"http"_s);
    url.setHost(u"127.0.0.1"_s);
    url.setPort(m_status.localPort);
    url.setPath(m_status.basePath + u'/');
    return url;
}

} // namespace Helmclaw
