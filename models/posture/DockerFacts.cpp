// SPDX-License-Identifier: MIT
#include "models/posture/DockerFacts.h"

#include "models/posture/ProbeReport.h"

#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <optional>

namespace Helmclaw {

namespace {

QString text(const QJsonValue &value)
{
    return printable(value.toString().toUtf8(), 300);
}

/// {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "90/tcp": null}; nothing when it is not that.
std::optional<QList<PublishedPort>> parsePorts(const QJsonValue &value)
{
    QList<PublishedPort> ports;
    if (value.isNull())
        return ports;
    if (!value.isObject())
        return std::nullopt;
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (it.value().isNull())
            continue; // exposed by the image, not published
        if (!it.value().isArray())
            return std::nullopt;
        for (const QJsonValue &binding : it.value().toArray()) {
            PublishedPort port;
            port.protocol = printable(it.key().section(u'/', 1).toUtf8(), 16);
            port.containerPort = it.key().section(u'/', 0, 0).toInt();
            port.hostAddress = text(binding.toObject().value(u"HostIp"));
            port.hostPort = binding.toObject().value(u"HostPort").toString().toInt();
            if (port.containerPort <= 0 || port.hostPort <= 0 || port.hostPort > 65535)
                return std::nullopt;
            ports.append(port);
        }
    }
    return ports;
}

std::optional<QList<ContainerMount>> parseMounts(const QJsonValue &value)
{
    QList<ContainerMount> mounts;
    if (value.isNull())
        return mounts;
    if (!value.isArray())
        return std::nullopt;
    for (const QJsonValue &entry : value.toArray()) {
        const QJsonObject mount = entry.toObject();
        if (!mount.value(u"Type").isString() || !mount.value(u"Destination").isString())
            return std::nullopt;
        mounts.append(ContainerMount { text(mount.value(u"Type")), text(mount.value(u"Source")),
                                       text(mount.value(u"Destination")), mount.value(u"RW").toBool(true) });
    }
    return mounts;
}

/// One line of the probe's own format over Docker's fields; nothing when a field is missing or of another kind.
std::optional<Container> parseContainer(const QByteArray &line)
{
    const QJsonDocument document = QJsonDocument::fromJson(line);
    const QJsonObject object = document.object();
    for (const char *key : { "Name", "Image", "User", "NetworkMode", "PidMode" }) {
        if (!object.value(QLatin1StringView(key)).isString())
            return std::nullopt;
    }
    const QJsonValue capabilities = object.value(u"CapAdd");
    const auto ports = parsePorts(object.value(u"Ports"));
    const auto mounts = parseMounts(object.value(u"Mounts"));
    if (!object.value(u"Privileged").isBool() || !ports || !mounts || object.value(u"Ports").isUndefined()
        || object.value(u"Mounts").isUndefined() || (!capabilities.isNull() && !capabilities.isArray()))
        return std::nullopt;
    Container container;
    container.name = text(object.value(u"Name"));
    if (container.name.startsWith(u'/'))
        container.name.remove(0, 1);
    container.image = text(object.value(u"Image"));
    container.user = text(object.value(u"User"));
    container.privileged = object.value(u"Privileged").toBool();
    container.networkMode = text(object.value(u"NetworkMode"));
    container.pidMode = text(object.value(u"PidMode"));
    for (const QJsonValue &capability : capabilities.toArray())
        container.capabilities.append(text(capability));
    container.mounts = *mounts;
    container.ports = *ports;
    return container;
}

} // namespace

bool PublishedPort::isLoopback() const
{
    return !hostAddress.isEmpty() && QHostAddress(hostAddress).isLoopback();
}

QString PublishedPort::text() const
{
    const QString host = hostAddress.isEmpty() ? QStringLiteral("*") : hostAddress;
    return QStringLiteral("%1:%2 → %3/%4")
        .arg(host.contains(u':') ? QStringLiteral("[%1]").arg(host) : host)
        .arg(hostPort)
        .arg(containerPort)
        .arg(protocol);
}

bool Container::isRoot() const
{
    const QString account = user.section(u':', 0, 0);
    bool number = false;
    const int id = account.toInt(&number);
    return account.isEmpty() || account == u"root" || (number && id == 0);
}

DockerFacts DockerFacts::parse(const ProbeReport &report)
{
    DockerFacts facts;
    const ProbeSection *section = report.find("docker");
    facts.installed = !section || !section->absent;
    if (!section || section->absent)
        return facts;
    if (!section->succeeded()) {
        facts.problem =
            QStringLiteral("exit status %1: %2").arg(section->status).arg(printable(section->text.trimmed(), 300));
        return facts;
    }
    for (const QByteArray &line : section->text.split('\n')) {
        if (line.trimmed().isEmpty())
            continue;
        const std::optional<Container> container = parseContainer(line);
        if (!container) {
            facts.problem = QStringLiteral("not understood: %1").arg(printable(line, 200));
            facts.containers.clear();
            return facts;
        }
        facts.containers.append(*container);
    }
    facts.read = true;
    return facts;
}

} // namespace Helmclaw
