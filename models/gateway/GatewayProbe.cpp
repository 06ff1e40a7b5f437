// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayProbe.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace Helmclaw {

GatewayProbe::GatewayProbe(Target target, QObject *parent)
    : QObject(parent)
    , m_target(std::move(target))
{
}

void GatewayProbe::start(Depth depth, Secret token)
{
    m_depth = depth;
    m_token = std::move(token);
    get(u"/healthz"_s, &GatewayProbe::healthAnswered);
}

bool GatewayProbe::isHealthAnswer(const HttpAnswer &answer)
{
    if (answer.status != 200 || answer.contentType != "application/json")
        return false;
    const QJsonObject health = QJsonDocument::fromJson(answer.body).object();
    return health.value("ok"_L1).toBool(false) && health.value("status"_L1) == "live"_L1;
}

bool GatewayProbe::isWebUi(const HttpAnswer &answer)
{
    // The element that all versions since 2026.2 render themselves into.
    return answer.status == 200 && answer.contentType == "text/html" && answer.body.contains("<openclaw-app");
}

void GatewayProbe::get(const QString &path, Next next, bool authorised)
{
    LoopbackRequest::Options options;
    options.path = QUrl::toPercentEncoding(path, "/");
    auto *request = new LoopbackRequest(m_target.localPort, options, authorised ? Secret(m_token.view()) : Secret(),
                                        m_target.tunnelStands, this);
    connect(request, &LoopbackRequest::finished, this, [this, request, next](const Result<HttpAnswer> &answer) {
        request->deleteLater();
        (this->*next)(answer);
    });
}

Error GatewayProbe::silent(const Error &cause) const
{
    return {
        cause.code, tr("the tunnel stands, but the gateway does not answer through it: %1").arg(cause.what),
        tr("See on the server whether it runs (journalctl --user -u openclaw-gateway); it is asked again by itself"),
        m_target.server
    };
}

void GatewayProbe::healthAnswered(const Result<HttpAnswer> &answer)
{
    if (!answer)
        return finish(silent(answer.error()));
    m_alive = isHealthAnswer(*answer);
    // Versions before 2026.3 answer every path with the web UI's page: only that page proves them alive.
    if (m_alive && m_depth == Depth::Health)
        return checkToken();
    get(m_target.basePath + u'/', &GatewayProbe::pageAnswered);
}

void GatewayProbe::pageAnswered(const Result<HttpAnswer> &answer)
{
    if (!answer)
        return finish(silent(answer.error()));
    if (isWebUi(*answer)) {
        m_alive = true;
        return checkToken();
    }
    if (m_alive)
        return finish(Error {
            ErrorCode::BadServerData,
            tr("the gateway answers, but its web UI is not at %1/ (HTTP status %2)")
                .arg(m_target.basePath)
                .arg(answer->status),
            tr("See gateway.controlUi.enabled and gateway.controlUi.basePath in its openclaw.json; the second needs a "
               "restart of the gateway"),
            m_target.server });
    finish(
        Error { ErrorCode::BadServerData,
                tr("what answers through the tunnel is not an OpenClaw gateway (HTTP status %1)").arg(answer->status),
                tr("Correct the gateway port in the server's entry (0: find it)"), m_target.server });
}

void GatewayProbe::checkToken()
{
    if (m_token.isEmpty())
        return finish();
    // Does nothing in any version: with a good token the empty request is a bad one (400). A refusal is delayed by up
    // to 10 s, more so with every failure.
    LoopbackRequest::Options options;
    options.method = "POST";
    options.path = "/tools/invoke";
    options.body = "{}";
    options.deadline = 12s;
    auto *request =
        new LoopbackRequest(m_target.localPort, options, Secret(m_token.view()), m_target.tunnelStands, this);
    connect(request, &LoopbackRequest::finished, this, [this, request](const Result<HttpAnswer> &answer) {
        request->deleteLater();
        tokenAnswered(answer);
    });
}

void GatewayProbe::tokenAnswered(const Result<HttpAnswer> &answer)
{
    if (!answer)
        return finish(silent(answer.error()));
    switch (answer->status) {
    case 400:
        m_tokenAccepted = true;
        return get(m_target.basePath + u"/control-ui-config.json"_s, &GatewayProbe::versionAnswered, true);
    case 401:
        return finish(
            Error { ErrorCode::AuthFailed, tr("the gateway refuses the token that its configuration names"),
                    tr("It may have been started with another one (--token, OPENCLAW_GATEWAY_TOKEN) or before the "
                       "configuration was changed: restart it, then open the web UI again"),
                    m_target.server });
    case 429: {
        bool ok = false;
        const int seconds = answer->retryAfter.toInt(&ok);
        return finish(
            Error { ErrorCode::AuthFailed,
                    tr("the gateway has locked out everyone who comes from its own machine, after wrong tokens"),
                    ok && seconds > 0 ? tr("Open the web UI again in %n second(s)", nullptr, seconds)
                                      : tr("Open the web UI again in some minutes"),
                    m_target.server });
    }
    default:
        return finish(
            Error { ErrorCode::BadServerData,
                    tr("whether the gateway takes its token could not be checked (HTTP status %1)").arg(answer->status),
                    tr("Open the tunnel without signing in, or update OpenClaw on the server"), m_target.server });
    }
}

void GatewayProbe::versionAnswered(const Result<HttpAnswer> &answer)
{
    static const QRegularExpression Version(u"\\A[0-9A-Za-z.+-]{1,40}\\z"_s);
    if (answer && answer->status == 200 && answer->contentType == "application/json") {
        const QString version = QJsonDocument::fromJson(answer->body).object().value("serverVersion"_L1).toString();
        if (Version.match(version).hasMatch())
            m_version = version;
    }
    finish();
}

void GatewayProbe::finish(std::optional<Error> error)
{
    if (!m_tokenAccepted)
        m_token = {};
    m_error = std::move(error);
    Q_EMIT finished();
}

} // namespace Helmclaw
