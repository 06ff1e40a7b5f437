// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QDateTime>
#include <QJsonObject>
#include <QObject>
#include <QUrl>

#include <memory>
#include <optional>

namespace Helmclaw {

class Fleet;
class ServerSessions;

/// The one-click web UI as a person understands it (design: Off, Opening, Live, Degraded, Reconnecting, Failed).
enum class WebUiState {
    Off,
    Opening, ///< discovering the gateway, opening the tunnel, probing it
    Live, ///< the gateway answered through the tunnel
    Degraded, ///< the tunnel stands, the gateway does not answer as it should (error says how)
    Reconnecting,
    Failed,
};
[[nodiscard]] QString webUiStateName(WebUiState state); ///< stable lower-case word
[[nodiscard]] QString webUiStateLabel(WebUiState state); ///< translated

struct WebUiStatus
{
    WebUiState state = WebUiState::Off;
    std::optional<Error> error;
    quint16 localPort = 0;
    quint16 gatewayPort = 0;
    QString basePath; ///< "" or "/openclaw"
    QString gatewayVersion; ///< empty: unknown
    QDateTime since; ///< UTC
    QString detail; ///< what is being done now, or how discovery found the gateway; plain text
    QString signInNote; ///< why the browser was not signed in at the last open(); empty: it was, or needed not
};
/// For scripts; stable keys: {"state", "localPort", "gatewayPort", "basePath", "gatewayVersion", "since", "detail",
/// "signInNote", "error": null or {"code", "what", "remedy"}}; unknown values are null.
[[nodiscard]] QJsonObject webUiStatusToJson(const WebUiStatus &status);

/// Opens, watches and closes the tunnels to the gateways' web UIs, one per server, each with its stable local port.
/// Thread: the GUI thread.
class WebUiSessions : public QObject
{
    Q_OBJECT
public:
    /// None is owned.
    WebUiSessions(Fleet *fleet, ServerSessions *sessions, QObject *parent = nullptr);
    ~WebUiSessions() override;

    [[nodiscard]] WebUiStatus status(const QString &serverId) const;

    /// Opens the tunnel if it is not Live yet; when it is, signInReady() follows with a fresh URL. The gateway is
    /// looked for anew each time, and its token read anew. The URL is safe to hand to another process:
    /// http://127.0.0.1:PORT/NONCE, served once, within 60 s, to this user only, and answered with a redirect that
    /// carries the gateway's token in the fragment. The token itself is in no argument, setting or log. When the token
    /// cannot be had (WebUiStatus::signInNote) or the gateway wants none, the URL is plainUrl().
    void open(const QString &serverId);
    /// Opens the tunnel without signing in. Of the gateway's configuration only port and path are looked at.
    void openTunnelOnly(const QString &serverId);
    /// The UI's address without a token: http://127.0.0.1:LOCALPORT/basePath/; empty unless a local port is bound.
    [[nodiscard]] QUrl plainUrl(const QString &serverId) const;
    /// Ends the tunnel; the local port stays reserved in the fleet file.
    void close(const QString &serverId);

Q_SIGNALS:
    void statusChanged(const QString &serverId);
    /// @p url is for the default browser, at once: it works only once and for 60 s.
    void signInReady(const QString &serverId, const QUrl &url);
    /// open() could not be completed; the status says the same.
    void openFailed(const QString &serverId, const Helmclaw::Error &error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Helmclaw
