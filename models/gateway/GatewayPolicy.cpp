// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayPolicy.h"

#include "models/gateway/Json5.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

const QStringList TokenPath { u"gateway"_s, u"auth"_s, u"token"_s };
const QStringList PasswordPath { u"gateway"_s, u"auth"_s, u"password"_s };

/// What may be kept. Whatever is not named here is skipped, so that a secret that a later version keeps elsewhere is
/// not decoded either.
bool isWanted(const QStringList &path)
{
    static const QList<QStringList> Wanted {
        { u"gateway"_s },
        { u"gateway"_s, u"port"_s },
        { u"gateway"_s, u"bind"_s },
        { u"gateway"_s, u"auth"_s },
        { u"gateway"_s, u"auth"_s, u"mode"_s },
        { u"gateway"_s, u"auth"_s, u"rateLimit"_s },
        { u"gateway"_s, u"auth"_s, u"rateLimit"_s, u"maxAttempts"_s },
        { u"gateway"_s, u"auth"_s, u"rateLimit"_s, u"windowMs"_s },
        { u"gateway"_s, u"auth"_s, u"rateLimit"_s, u"lockoutMs"_s },
        { u"gateway"_s, u"auth"_s, u"rateLimit"_s, u"exemptLoopback"_s },
        { u"gateway"_s, u"controlUi"_s },
        { u"gateway"_s, u"controlUi"_s, u"enabled"_s },
        { u"gateway"_s, u"controlUi"_s, u"allowedOrigins"_s },
        { u"gateway"_s, u"controlUi"_s, u"allowInsecureAuth"_s },
        { u"gateway"_s, u"controlUi"_s, u"dangerouslyDisableDeviceAuth"_s },
        { u"gateway"_s, u"controlUi"_s, u"dangerouslyAllowHostHeaderOriginFallback"_s },
        { u"gateway"_s, u"tls"_s },
        { u"gateway"_s, u"tls"_s, u"enabled"_s },
    };
    static const QStringList Origins { u"gateway"_s, u"controlUi"_s, u"allowedOrigins"_s };
    return path.isEmpty() || Wanted.contains(path) || (path.size() == 4 && path.first(3) == Origins);
}

Json5Take select(const QStringList &path)
{
    if (path == TokenPath || path == PasswordPath)
        return Json5Take::Secret;
    if (!path.isEmpty() && path.constLast() == "$include"_L1)
        return Json5Take::Presence;
    if (!path.isEmpty() && AgentPolicy::isOfInterest(path))
        return Json5Take::Presence;
    const bool wanted = isWanted(path) || AgentPolicy::isWanted(path);
    return wanted ? Json5Take::Value : Json5Take::Skip;
}

QString shown(const QJsonValue &value)
{
    return printable(value.toString().toUtf8(), 200);
}

SharedSecret sharedSecret(const Json5Document &document, const QStringList &path)
{
    SharedSecret secret;
    const auto found = document.secrets.find(path);
    if (found == document.secrets.end()) {
        const QJsonObject auth = document.root.toObject().value("gateway"_L1)["auth"_L1].toObject();
        if (auth.contains(path.constLast()))
            secret.kind = SharedSecret::Kind::Reference;
        return secret;
    }
    const QByteArrayView text = found->second.view();
    if (text.isEmpty())
        return secret;
    secret.kind = GatewayConfig::namesVariable(text) ? SharedSecret::Kind::Substituted : SharedSecret::Kind::Present;
    secret.length = text.size();
    const QByteArrayView word = text.trimmed();
    secret.isPlaceholder = word.isEmpty() || word == "undefined" || word == "null";
    return secret;
}

std::optional<double> positive(const QJsonObject &object, QLatin1StringView key, bool *understood)
{
    const QJsonValue value = object.value(key);
    if (value.isUndefined())
        return std::nullopt;
    if (!value.isDouble() || !(value.toDouble() > 0)) {
        *understood = false;
        return std::nullopt;
    }
    return value.toDouble();
}

void readRateLimit(const QJsonValue &value, GatewayPolicy &policy)
{
    if (value.isUndefined())
        return;
    if (!value.isObject()) {
        policy.rateLimitUnderstood = false;
        return;
    }
    const QJsonObject object = value.toObject();
    AuthRateLimit limit;
    limit.maxAttempts = positive(object, "maxAttempts"_L1, &policy.rateLimitUnderstood);
    limit.windowMs = positive(object, "windowMs"_L1, &policy.rateLimitUnderstood);
    limit.lockoutMs = positive(object, "lockoutMs"_L1, &policy.rateLimitUnderstood);
    const QJsonValue exempt = object.value("exemptLoopback"_L1);
    if (!exempt.isUndefined() && !exempt.isBool())
        policy.rateLimitUnderstood = false;
    limit.exemptLoopback = exempt.toBool(true);
    policy.rateLimit = limit;
}

void readControlUi(const QJsonObject &controlUi, GatewayPolicy &policy)
{
    policy.controlUiEnabled = controlUi.value("enabled"_L1).toBool(true);
    const QJsonValue origins = controlUi.value("allowedOrigins"_L1);
    policy.originsUnderstood = origins.isUndefined() || origins.isArray();
    for (const QJsonValue &origin : origins.toArray()) {
        policy.originsUnderstood = policy.originsUnderstood && origin.isString();
        policy.allowedOrigins.append(shown(origin));
    }
    for (const auto flag :
         { "allowInsecureAuth"_L1, "dangerouslyDisableDeviceAuth"_L1, "dangerouslyAllowHostHeaderOriginFallback"_L1 }) {
        const QJsonValue value = controlUi.value(flag);
        if (!value.isUndefined() && value != QJsonValue(false))
            policy.dangerousFlags.append("gateway.controlUi."_L1 + flag);
    }
}

void findIncludes(const QJsonObject &object, const QString &path, QStringList &includes)
{
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QString its = path.isEmpty() ? it.key() : path + u'.' + it.key();
        if (it.key() == "$include"_L1)
            includes.append(printable(its.toUtf8(), 200));
        else if (it->isObject())
            findIncludes(it->toObject(), its, includes);
    }
}

} // namespace

Result<GatewayPolicy> GatewayPolicy::parse(const Secret &json5)
{
    const Result<Json5Document> document = Json5::parse(json5.view(), select);
    if (!document)
        return tl::unexpected(document.error());
    if (!document->root.isObject())
        return failure(ErrorCode::BadServerData, QCoreApplication::translate("GatewayConfig", "it is not an object"));
    GatewayPolicy policy;
    const QJsonObject root = document->root.toObject();
    const QJsonObject gateway = root.value("gateway"_L1).toObject();
    const QJsonObject auth = gateway.value("auth"_L1).toObject();
    findIncludes(root, {}, policy.includes);
    const int port = gateway.value("port"_L1).toInt(0);
    if (port > 0 && port <= 65535)
        policy.port = quint16(port);
    policy.bind = shown(gateway.value("bind"_L1));
    policy.token = sharedSecret(*document, TokenPath);
    policy.password = sharedSecret(*document, PasswordPath);
    policy.authMode = shown(auth.value("mode"_L1));
    if (policy.authMode.isEmpty()) {
        policy.authMode = policy.token.kind != SharedSecret::Kind::Absent ? u"token"_s
            : policy.password.kind != SharedSecret::Kind::Absent          ? u"password"_s
                                                                          : QString();
    }
    readRateLimit(auth.value("rateLimit"_L1), policy);
    readControlUi(gateway.value("controlUi"_L1).toObject(), policy);
    policy.tls = gateway.value("tls"_L1)["enabled"_L1].toBool(false);
    policy.agents = AgentPolicy::read(root);
    return policy;
}

} // namespace Helmclaw
