// SPDX-License-Identifier: MIT
#include "models/gateway/WebUiSessions.h"

#include "models/fleet/Fleet.h"
#include "models/gateway/WebUiSession.h"

#include <QCoreApplication>
#include <QHash>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

QJsonValue orNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

QJsonValue orNull(quint16 port)
{
    return port == 0 ? QJsonValue() : QJsonValue(port);
}

} // namespace

QString webUiStateName(WebUiState state)
{
    switch (state) {
    case WebUiState::Off:
        return u"off"_s;
    case WebUiState::Opening:
        return u"opening"_s;
    case WebUiState::Live:
        return u"live"_s;
    case WebUiState::Degraded:
        return u"degraded"_s;
    case WebUiState::Reconnecting:
        return u"reconnecting"_s;
    case WebUiState::Failed:
        return u"failed"_s;
    }
    return {};
}

QString webUiStateLabel(WebUiState state)
{
    switch (state) {
    case WebUiState::Off:
        return WebUiSessions::tr("Off");
    case WebUiState::Opening:
        return WebUiSessions::tr("Opening");
    case WebUiState::Live:
        return WebUiSessions::tr("Live");
    case WebUiState::Degraded:
        return WebUiSessions::tr("Degraded");
    case WebUiState::Reconnecting:
        return WebUiSessions::tr("Reconnecting");
    case WebUiState::Failed:
        return WebUiSessions::tr("Failed");
    }
    return {};
}

QJsonObject webUiStatusToJson(const WebUiStatus &status)
{
    QJsonObject json {
        { u"state"_s, webUiStateName(status.state) },
        { u"localPort"_s, orNull(status.localPort) },
        { u"gatewayPort"_s, orNull(status.gatewayPort) },
        // "" is a path that is known, when the gateway is
        { u"basePath"_s, status.gatewayPort ? QJsonValue(status.basePath) : QJsonValue() },
        { u"gatewayVersion"_s, orNull(status.gatewayVersion) },
        { u"since"_s, orNull(status.since.toUTC().toString(Qt::ISODate)) },
        { u"detail"_s, orNull(status.detail) },
        { u"signInNote"_s, orNull(status.signInNote) },
        { u"error"_s, QJsonValue() },
    };
    if (status.error)
        json.insert(u"error"_s,
                    QJsonObject { { u"code"_s, errorCodeName(status.error->code) },
                                  { u"what"_s, status.error->what },
                                  { u"remedy"_s, orNull(status.error->remedy) } });
    return json;
}

class WebUiSessions::Private
{
public:
    WebUiSessions *q = nullptr;
    Fleet *fleet = nullptr;
    ServerSessions *sessions = nullptr;
    QHash<QString, WebUiSession *> byId;

    WebUiSession *session(const QString &serverId)
    {
        WebUiSession *&session = byId[serverId];
        if (session)
            return session;
        session = new WebUiSession(fleet, sessions, serverId, q);
        connect(session, &WebUiSession::statusChanged, q, [this, serverId] { Q_EMIT q->statusChanged(serverId); });
        connect(session, &WebUiSession::signInReady, q,
                [this, serverId](const QUrl &url) { Q_EMIT q->signInReady(serverId, url); });
        connect(session, &WebUiSession::openFailed, q,
                [this, serverId](const Error &error) { Q_EMIT q->openFailed(serverId, error); });
        return session;
    }
    void forget(const QString &serverId)
    {
        if (WebUiSession *session = byId.take(serverId)) {
            session->disconnect(q);
            session->close();
            session->deleteLater();
            Q_EMIT q->statusChanged(serverId);
        }
    }
};

WebUiSessions::WebUiSessions(Fleet *fleet, ServerSessions *sessions, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->q = this;
    d->fleet = fleet;
    d->sessions = sessions;
    connect(fleet, &Fleet::removed, this, [this](int, const QString &id) { d->forget(id); });
    connect(fleet, &Fleet::reset, this, [this] {
        const QStringList ids = d->byId.keys();
        for (const QString &id : ids) {
            if (!d->fleet->byId(id))
                d->forget(id);
        }
    });
}

WebUiSessions::~WebUiSessions()
{
    // While `d` still is there for their signals.
    for (WebUiSession *session : std::as_const(d->byId))
        session->disconnect(this);
    qDeleteAll(d->byId);
}

WebUiStatus WebUiSessions::status(const QString &serverId) const
{
    const WebUiSession *session = d->byId.value(serverId);
    return session ? session->status() : WebUiStatus();
}

void WebUiSessions::open(const QString &serverId)
{
    d->session(serverId)->open(true);
}

void WebUiSessions::openTunnelOnly(const QString &serverId)
{
    d->session(serverId)->open(false);
}

QUrl WebUiSessions::plainUrl(const QString &serverId) const
{
    const WebUiSession *session = d->byId.value(serverId);
    return session ? session->uiUrl() : QUrl();
}

void WebUiSessions::close(const QString &serverId)
{
    if (WebUiSession *session = d->byId.value(serverId))
        session->close();
}

} // namespace Helmclaw
