// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayConfig.h"

#include "models/gateway/Json5.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("GatewayConfig", text);
}

const QStringList TokenPath { u"gateway"_s, u"auth"_s, u"token"_s };

Json5Take select(const QStringList &path, bool withToken)
{
    static const QList<QStringList> Wanted {
        {},
        { u"gateway"_s },
        { u"gateway"_s, u"port"_s },
        { u"gateway"_s, u"auth"_s },
        { u"gateway"_s, u"auth"_s, u"mode"_s },
        { u"gateway"_s, u"controlUi"_s },
        { u"gateway"_s, u"controlUi"_s, u"basePath"_s },
        { u"gateway"_s, u"controlUi"_s, u"enabled"_s },
        { u"gateway"_s, u"tls"_s },
        { u"gateway"_s, u"tls"_s, u"enabled"_s },
    };
    static const QStringList Password { u"gateway"_s, u"auth"_s, u"password"_s };
    if (path == TokenPath)
        return withToken ? Json5Take::Secret : Json5Take::Presence;
    if (path == Password || (!path.isEmpty() && path.constLast() == "$include"_L1))
        return Json5Take::Presence;
    return Wanted.contains(path) ? Json5Take::Value : Json5Take::Skip;
}

} // namespace

bool GatewayConfig::namesVariable(QByteArrayView text)
{
    for (qsizetype i = text.indexOf("${"); i >= 0; i = text.indexOf("${", i + 1)) {
        qsizetype end = i + 2;
        const auto fits = [&](char c) {
            return (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9' && end > i + 2);
        };
        while (end < text.size() && fits(text.at(end)))
            ++end;
        if (end > i + 2 && end < text.size() && text.at(end) == '}')
            return true;
    }
    return false;
}

std::optional<QString> GatewayConfig::normalisedBasePath(const QString &path)
{
    static const QRegularExpression Fits(u"\\A(/[A-Za-z0-9._~-]+)*\\z"_s);
    QString normal = path.trimmed();
    while (normal.endsWith(u'/'))
        normal.chop(1);
    if (!normal.isEmpty() && !normal.startsWith(u'/'))
        normal.prepend(u'/');
    const bool climbs = normal.contains("/./"_L1) || normal.contains("/../"_L1) || normal.endsWith("/."_L1)
        || normal.endsWith("/.."_L1);
    if (climbs || normal.size() > 256 || !Fits.match(normal).hasMatch())
        return std::nullopt;
    return normal;
}

Result<GatewayConfig> GatewayConfig::parse(const Secret &json5, bool withToken)
{
    Result<Json5Document> document =
        Json5::parse(json5.view(), [withToken](const QStringList &path) { return select(path, withToken); });
    if (!document)
        return tl::unexpected(document.error());
    if (!document->root.isObject())
        return failure(ErrorCode::BadServerData, tr("it is not an object"));

    GatewayConfig config;
    const QJsonObject root = document->root.toObject();
    const QJsonObject gateway = root.value("gateway"_L1).toObject();
    const QJsonObject auth = gateway.value("auth"_L1).toObject();
    const QJsonObject controlUi = gateway.value("controlUi"_L1).toObject();
    const QJsonObject tls = gateway.value("tls"_L1).toObject();
    for (const QJsonObject &object : { root, gateway, auth, controlUi, tls })
        config.hasInclude = config.hasInclude || object.contains("$include"_L1);

    const QJsonValue port = gateway.value("port"_L1);
    if (!port.isUndefined() && !port.isNull()) {
        const int number = port.toInt(-1);
        if (number < 1 || number > 65535)
            return failure(ErrorCode::BadServerData, tr("gateway.port is not a port number"));
        config.port = quint16(number);
    }
    const QJsonValue basePath = controlUi.value("basePath"_L1);
    if (!basePath.isUndefined() && !basePath.isNull()) {
        const std::optional<QString> path =
            basePath.isString() ? normalisedBasePath(basePath.toString()) : std::nullopt;
        if (!path)
            return failure(ErrorCode::BadServerData, tr("gateway.controlUi.basePath is not a path"));
        config.basePath = *path;
    }
    config.controlUiEnabled = controlUi.value("enabled"_L1).toBool(true);
    config.tls = tls.value("enabled"_L1).toBool(false);

    if (const auto token = document->secrets.find(TokenPath); token != document->secrets.end()) {
        config.tokenKind = namesVariable(token->second.view()) ? Token::Substituted
            : token->second.isEmpty()                          ? Token::Absent
                                                               : Token::Present;
        if (config.tokenKind == Token::Present)
            config.token = std::move(token->second);
    } else if (auth.contains("token"_L1)) {
        // Not a text, or not asked for.
        config.tokenKind = withToken ? Token::Reference : Token::Present;
    }
    config.authMode = auth.value("mode"_L1).toString();
    if (config.authMode.isEmpty()) {
        config.authMode = config.tokenKind != Token::Absent ? u"token"_s
            : auth.contains("password"_L1)                  ? u"password"_s
                                                            : QString();
    }
    return config;
}

} // namespace Helmclaw
