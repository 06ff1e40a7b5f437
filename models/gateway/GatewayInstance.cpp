// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayInstance.h"

#include "ssh/CommandLine.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

constexpr quint16 DefaultPort = 18789;

QString tr(const char *text)
{
    return QCoreApplication::translate("GatewayInstance", text);
}

/// Fills in what the process did not tell from its unit.
void complete(GatewaySettings &settings, const GatewaySettings &unit, bool environmentKnown)
{
    if (!settings.portFlag)
        settings.portFlag = unit.portFlag;
    settings.tokenFlag = settings.tokenFlag || unit.tokenFlag;
    if (settings.package.isEmpty())
        settings.package = unit.package;
    if (environmentKnown)
        return;
    settings.profile = settings.profile.isEmpty() ? unit.profile : settings.profile;
    settings.home = unit.home;
    settings.stateDir = unit.stateDir;
    settings.configPath = unit.configPath;
    settings.port = unit.port;
    settings.token = unit.token;
}

QString versionOf(const GatewayFacts &facts, const GatewayInstance &instance)
{
    QString package = instance.settings.package;
    for (const GatewayProcess &process : facts.processes) {
        if (package.isEmpty() && !process.isGateway && process.uid == instance.uid)
            package = process.settings.package;
    }
    if (!package.isEmpty())
        return facts.versions.value(package);
    return facts.versions.size() == 1 ? *facts.versions.begin() : QString();
}

void locateConfig(const GatewayFacts &facts, GatewayInstance &instance)
{
    const GatewayHome *home = facts.homeOf(instance.uid);
    instance.user = facts.userName(instance.uid);
    instance.home = home ? home->path : QString();
    if (instance.configPath.isEmpty())
        instance.configPath = instance.settings.configFile(instance.home);
    // A path that only the environment names was not looked at; its owner and root may read it.
    instance.configReadable = facts.uid == instance.uid || facts.uid == 0;
    if (!home)
        return;
    for (const GatewayConfigFile &file : home->configs) {
        if (file.path == instance.configPath) {
            instance.configReadable = file.readable;
            instance.configMissing = file.existence == GatewayConfigFile::Existence::No;
            instance.configHidden = file.existence == GatewayConfigFile::Existence::Hidden;
        }
    }
}

const GatewayUnit *unitOf(const GatewayFacts &facts, const GatewayProcess &process)
{
    const GatewayUnit *only = nullptr;
    for (const GatewayUnit &unit : facts.units) {
        if (unit.uid != process.uid)
            continue;
        const quint16 port = unit.settings.portFlag ? unit.settings.portFlag : unit.settings.port;
        if (port && process.listens.contains(port))
            return &unit;
        if (process.environmentKnown && unit.settings.profile != process.settings.profile)
            continue;
        if (only)
            return nullptr; // several: none can be told to be the one
        only = &unit;
    }
    return only;
}

GatewayInstance fromProcess(const GatewayFacts &facts, const GatewayProcess &process)
{
    GatewayInstance instance;
    instance.uid = process.uid;
    instance.pid = process.pid;
    instance.running = true;
    instance.listens = process.listens;
    instance.settings = process.settings;
    if (const GatewayUnit *unit = unitOf(facts, process)) {
        complete(instance.settings, unit->settings, process.environmentKnown);
        instance.unit = unit->name();
        instance.isSystemUnit = unit->isSystemUnit;
    }
    locateConfig(facts, instance);
    return instance;
}

bool knows(const QList<GatewayInstance> &instances, const GatewayInstance &other)
{
    return std::any_of(instances.begin(), instances.end(), [&](const GatewayInstance &known) {
        return known.uid == other.uid && known.configPath == other.configPath;
    });
}

QString startCommand(const GatewayFacts &facts, const GatewayInstance &instance)
{
    CommandLine command;
    if (instance.unit.isEmpty())
        return {};
    if (instance.isSystemUnit)
        command = CommandLine(u"sudo"_s, { u"systemctl"_s, u"start"_s, instance.unit });
    else if (instance.uid == facts.uid)
        command = CommandLine(u"systemctl"_s, { u"--user"_s, u"start"_s, instance.unit });
    else
        command = CommandLine(u"sudo"_s,
                              { u"-u"_s, instance.user, u"XDG_RUNTIME_DIR=/run/user/%1"_s.arg(instance.uid),
                                u"systemctl"_s, u"--user"_s, u"start"_s, instance.unit });
    return command.toDisplay();
}

tl::unexpected<Error> notRunning(const GatewayFacts &facts, const GatewayInstance &instance)
{
    const QString command = startCommand(facts, instance);
    if (!facts.seesOthers && instance.uid != facts.uid)
        return failure(ErrorCode::PermissionDenied,
                       tr("%1 is installed; whether it runs is hidden from %2").arg(instance.description(), facts.user),
                       tr("Write its port into the server's entry, or log in as %1").arg(instance.user));
    return failure(ErrorCode::FileNotFound, tr("%1 is installed, but it does not run").arg(instance.description()),
                   command.isEmpty() ? tr("Start it on the server as %1: openclaw gateway run").arg(instance.user)
                                     : tr("Start it on the server: %1").arg(command));
}

GatewayInstance unknownOwnerOf(const GatewayFacts &facts, quint16 port, uint uid)
{
    GatewayInstance instance;
    instance.uid = uid;
    instance.running = true;
    instance.listens = { port };
    locateConfig(facts, instance);
    return instance;
}

Result<GatewayInstance> chooseByPort(const GatewayFacts &facts, const QList<GatewayInstance> &instances, quint16 port)
{
    const std::optional<uint> uid = facts.listenerUid(port);
    for (const GatewayInstance &instance : instances) {
        if (instance.running && instance.listens.contains(port))
            return instance;
    }
    for (const GatewayInstance &instance : instances) {
        // Root: a container's published port, or a proxy before the gateway.
        if (instance.running && (uid == instance.uid || uid == 0U) && instance.listens.isEmpty())
            return instance;
    }
    if (uid)
        return unknownOwnerOf(facts, port, *uid);
    if (!facts.listenersKnown) {
        GatewayInstance instance = unknownOwnerOf(facts, port, facts.uid);
        instance.configReadable = false;
        return instance;
    }
    if (instances.size() == 1 && !instances.constFirst().running)
        return notRunning(facts, instances.constFirst());
    return failure(ErrorCode::FileNotFound,
                   tr("nothing listens on port %1, which the server's entry names as the gateway's").arg(port),
                   tr("Start the gateway, or correct the gateway port in the server's entry (0: find it)"));
}

} // namespace

QString GatewayInstance::description() const
{
    return unit.isEmpty() ? tr("the gateway of user %1").arg(user) : tr("the gateway of user %1 (%2)").arg(user, unit);
}

QList<GatewayInstance> gatewayInstances(const GatewayFacts &facts)
{
    QList<GatewayInstance> instances;
    for (const GatewayProcess &process : facts.processes) {
        // The command-line program has that title too while it runs: a gateway is one of those who listens.
        const bool vague = process.titleIsVague && process.listens.isEmpty()
            && (process.environmentKnown || facts.loopbackPortsOf(process.uid).isEmpty());
        if (!process.isGateway || process.otherNetwork || vague)
            continue;
        const GatewayInstance instance = fromProcess(facts, process);
        if (!knows(instances, instance))
            instances.append(instance);
    }
    for (const GatewayUnit &unit : facts.units) {
        GatewayInstance instance;
        instance.uid = unit.uid;
        instance.settings = unit.settings;
        instance.unit = unit.name();
        instance.isSystemUnit = unit.isSystemUnit;
        locateConfig(facts, instance);
        const bool known = std::any_of(instances.begin(), instances.end(), [&](const GatewayInstance &other) {
            return other.running && other.uid == unit.uid && other.unit == instance.unit;
        });
        if (!known && !knows(instances, instance))
            instances.append(instance);
    }
    for (const GatewayHome &home : facts.homes) {
        for (const GatewayConfigFile &file : home.configs) {
            GatewayInstance instance;
            instance.uid = home.uid;
            instance.configPath = file.path;
            locateConfig(facts, instance);
            if (file.existence == GatewayConfigFile::Existence::No || knows(instances, instance))
                continue;
            // Its processes are hidden: who else should the user's loopback listener be?
            instance.running = !facts.seesOthers && !facts.loopbackPortsOf(home.uid).isEmpty();
            instances.append(instance);
        }
    }
    for (GatewayInstance &instance : instances)
        instance.version = versionOf(facts, instance);
    std::stable_partition(instances.begin(), instances.end(), [](const GatewayInstance &i) { return i.running; });
    return instances;
}

Result<GatewayInstance> chooseGateway(const GatewayFacts &facts, quint16 wantedPort)
{
    const QList<GatewayInstance> instances = gatewayInstances(facts);
    if (wantedPort)
        return chooseByPort(facts, instances, wantedPort);
    QStringList running;
    for (const GatewayInstance &instance : instances) {
        if (instance.running) {
            const QString port =
                instance.listens.isEmpty() ? tr("port not known") : tr("port %1").arg(instance.listens.constFirst());
            running.append(tr("%1, %2").arg(instance.description(), port));
        }
    }
    if (running.size() == 1)
        return instances.constFirst();
    if (running.size() > 1)
        return failure(ErrorCode::InvalidInput, tr("several gateways run on it: %1").arg(running.join("; "_L1)),
                       tr("Write the port of the one that is meant into the server's entry (gateway port)"));
    if (const std::optional<uint> uid = facts.listenerUid(DefaultPort))
        return unknownOwnerOf(facts, DefaultPort, *uid);
    const auto installed =
        std::find_if(instances.begin(), instances.end(), [](const GatewayInstance &i) { return !i.configHidden; });
    if (installed != instances.end())
        return notRunning(facts, *installed);
    if (!facts.listenersKnown)
        return failure(ErrorCode::Unsupported,
                       tr("whether a gateway runs on it cannot be told: its system does not say who listens"),
                       tr("Write the gateway's port (usually %1) into the server's entry").arg(DefaultPort));
    return failure(
        ErrorCode::FileNotFound, tr("no OpenClaw gateway was found on it"),
        instances.isEmpty()
            ? tr("Install OpenClaw on the server and start its gateway, or write the gateway's port into the server's "
                 "entry")
            : tr("User %1 may have one that %2 may not see. Write its port into the server's entry, or log in as %1")
                  .arg(instances.constFirst().user, facts.user));
}

Result<quint16> gatewayPort(const GatewayFacts &facts, const GatewayInstance &instance, const GatewayConfig *config,
                            quint16 wantedPort)
{
    const GatewaySettings &settings = instance.settings;
    const quint16 configured = settings.portFlag ? settings.portFlag
        : settings.port                          ? settings.port
        : config && config->port                 ? *config->port
                                                 : DefaultPort;
    quint16 port = wantedPort ? wantedPort : configured;
    if (!wantedPort && !instance.listens.isEmpty() && !instance.listens.contains(port))
        port = instance.listens.constFirst(); // old versions listen on the ports after it as well
    if (!facts.listenersKnown)
        return port;

    std::optional<uint> uid = facts.listenerUid(port);
    if (!wantedPort && uid != instance.uid && !config) {
        // Nobody could read which port it was given.
        if (const QList<quint16> own = facts.loopbackPortsOf(instance.uid); !own.isEmpty() && instance.uid != 0) {
            port = own.constFirst();
            uid = instance.uid;
        }
    }
    if (!uid)
        return failure(ErrorCode::FileNotFound,
                       tr("%1 does not listen on port %2 (yet)").arg(instance.description()).arg(port),
                       tr("It may still be starting; try again in some seconds"));
    if (*uid != instance.uid && *uid != 0)
        return failure(
            ErrorCode::PermissionDenied,
            tr("port %1 belongs to user %2, and not to %3").arg(port).arg(facts.userName(*uid), instance.description()),
            tr("Find out what user %1 runs there before you open it").arg(facts.userName(*uid)));
    return port;
}

QString betterInformedUser(const GatewayFacts &facts, const Result<GatewayInstance> &chosen)
{
    if (facts.uid == 0)
        return {};
    if (chosen) {
        const bool named = facts.homeOf(chosen->uid) != nullptr;
        return chosen->uid != facts.uid && named && facts.mayBecome(chosen->user) ? chosen->user : QString();
    }
    if (chosen.error().code == ErrorCode::InvalidInput)
        return {}; // several run: more to see would not help
    // Its unit, its processes or its very configuration may be closed to us.
    for (const GatewayInstance &instance : gatewayInstances(facts)) {
        if (instance.uid != facts.uid && facts.mayBecome(instance.user))
            return instance.user;
    }
    return {};
}

} // namespace Helmclaw
