// SPDX-License-Identifier: MIT
#include "models/fleet/SshSettings.h"

#include <QCoreApplication>
#include <QJsonObject>

#include <algorithm>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshSettings)
};

QString weightName(SshConfigRemark::Weight weight)
{
    switch (weight) {
    case SshConfigRemark::Weight::NoEffect:
        return QStringLiteral("no-effect");
    case SshConfigRemark::Weight::Refused:
        return QStringLiteral("refused");
    case SshConfigRemark::Weight::NotHonoured:
        break;
    }
    return QStringLiteral("not-followed");
}

} // namespace

SshConfigRequest sshConfigRequest(const Server &server, const QString &configFile)
{
    SshConfigRequest request;
    request.host = server.host;
    request.user = server.user;
    request.port = server.port;
    request.jump = server.proxyJump;
    request.configFile = configFile;
    return request;
}

std::optional<Error> sshObstacle(const QString &host, const QList<SshConfigRemark> &remarks)
{
    const auto refused = std::find_if(remarks.begin(), remarks.end(), [](const SshConfigRemark &remark) {
        return remark.weight == SshConfigRemark::Weight::Refused;
    });
    if (refused == remarks.end())
        return std::nullopt;
    return Error { ErrorCode::Unsupported,
                   Text::tr("ssh_config sets %1 for \"%2\": %3").arg(refused->keyword, host, refused->text),
                   refused->keyword == QLatin1String("RevokedHostKeys")
                       ? Text::tr("Mark the revoked keys with @revoked in your known_hosts instead")
                       : Text::tr("Use another way to the server in your ssh_config"),
                   {} };
}

QString sshRemarkLabel(SshConfigRemark::Weight weight)
{
    switch (weight) {
    case SshConfigRemark::Weight::NoEffect:
        return Text::tr("no effect");
    case SshConfigRemark::Weight::Refused:
        return Text::tr("refused");
    case SshConfigRemark::Weight::NotHonoured:
        break;
    }
    return Text::tr("not followed");
}

QJsonArray sshRemarksToJson(const QList<SshConfigRemark> &remarks)
{
    QJsonArray array;
    for (const SshConfigRemark &remark : remarks)
        array.append(QJsonObject { { QStringLiteral("keyword"), remark.keyword },
                                   { QStringLiteral("value"), remark.value },
                                   { QStringLiteral("weight"), weightName(remark.weight) },
                                   { QStringLiteral("text"), remark.text } });
    return array;
}

} // namespace Helmclaw
