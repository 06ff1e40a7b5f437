// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawWords.h"

#include "models/posture/ServerFacts.h"
#include "ssh/CommandLine.h"

#include <QCoreApplication>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::OpenClawWords {

QString seeMore(const ServerFacts &facts)
{
    return QCoreApplication::translate(
               "Helmclaw::OpenClawWords",
               "Other users' sockets and services are root's to see. Log in as root, as the gateway's user, or as "
               "a user whose sudo asks for no password (%1 may not do everything without one)")
        .arg(facts.user);
}

/// "systemctl --user …", to be typed by the gateway's user.
QString systemctl(const GatewayInstance &instance, const QString &verb)
{
    const QString unit = instance.unit.isEmpty() ? u"openclaw-gateway.service"_s : instance.unit;
    if (instance.isSystemUnit)
        return CommandLine(u"sudo"_s, { u"systemctl"_s, verb, unit }).toDisplay();
    return CommandLine(u"sudo"_s,
                       { u"-u"_s, instance.user, u"XDG_RUNTIME_DIR=/run/user/%1"_s.arg(instance.uid), u"systemctl"_s,
                         u"--user"_s, verb, unit })
        .toDisplay();
}

QString logs(const GatewayInstance &instance)
{
    const QString unit = instance.unit.isEmpty() ? u"openclaw-gateway.service"_s : instance.unit;
    return CommandLine(
               u"sudo"_s,
               { u"journalctl"_s, instance.isSystemUnit ? u"-u"_s : u"_SYSTEMD_USER_UNIT="_s + unit, u"-n"_s, u"50"_s })
        .toDisplay();
}

/// Its listeners, as the kernel has them; without its sockets to be seen, those of its user on the port it should have.
QList<GatewayListener> listenersOf(const ServerFacts &facts, const OpenClawGateway &gateway)
{
    const GatewayInstance &instance = gateway.instance;
    const GatewayPolicy *policy = gateway.policy ? &*gateway.policy : nullptr;
    const quint16 given = instance.settings.portFlag ? instance.settings.portFlag
        : instance.settings.port                     ? instance.settings.port
        : policy && policy->port                     ? *policy->port
                                                     : 18789;
    QList<GatewayListener> its;
    for (const GatewayListener &listener : facts.openClaw.state.facts.listeners) {
        const bool fits =
            instance.listens.isEmpty() ? listener.port == given : instance.listens.contains(listener.port);
        if (listener.uid == instance.uid && fits)
            its.append(listener);
    }
    return its;
}

QString addressText(const GatewayListener &listener)
{
    const QString address = listener.address.isEmpty() ? u"?"_s : listener.address;
    return (address.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(address).arg(listener.port);
}

} // namespace Helmclaw::OpenClawWords
