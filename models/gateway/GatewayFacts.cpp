// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayFacts.h"

#include "models/gateway/ScriptBlocks.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QRegularExpression>
#include <QtEndian>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

GatewaySettings settingsOf(const ScriptBlock &block)
{
    GatewaySettings settings;
    settings.portFlag = ScriptBlock::portOrZero(block.value("port-flag"_L1));
    settings.tokenFlag = block.says("token-flag"_L1);
    settings.passwordFlag = block.says("password-flag"_L1);
    settings.profile = ScriptBlock::wordOrEmpty(block.value("env-profile"_L1));
    settings.home = ScriptBlock::pathOrEmpty(block.value("env-openclaw-home"_L1));
    if (settings.home.isEmpty())
        settings.home = ScriptBlock::pathOrEmpty(block.value("env-home"_L1));
    settings.stateDir = ScriptBlock::pathOrEmpty(block.value("env-state-dir"_L1));
    settings.configPath = ScriptBlock::pathOrEmpty(block.value("env-config-path"_L1));
    settings.port = ScriptBlock::portOrZero(block.value("env-port"_L1));
    settings.token = block.says("env-token"_L1);
    settings.password = block.says("env-password"_L1);
    settings.package = ScriptBlock::pathOrEmpty(block.value("package"_L1));
    return settings;
}

/// systemd.unit(5)
QString unitName(const QString &text)
{
    static const QRegularExpression Name(u"\\A[A-Za-z0-9:_.@-]{1,255}\\.service\\z"_s);
    return Name.match(text).hasMatch() ? text : QString();
}

/// An address as /proc/net/tcp has it: words of 32 bits in hexadecimal, each in the byte order of the machine (little
/// endian wherever OpenClaw runs). Empty: not one.
QString kernelAddress(const QString &hex)
{
    static const QRegularExpression Digits(u"\\A(?:[0-9A-F]{8}|[0-9A-F]{32})\\z"_s);
    if (!Digits.match(hex).hasMatch())
        return {};
    QByteArray bytes = QByteArray::fromHex(hex.toLatin1());
    for (qsizetype word = 0; word < bytes.size(); word += 4)
        std::reverse(bytes.begin() + word, bytes.begin() + word + 4);
    if (bytes.size() == 4)
        return QHostAddress(qFromBigEndian<quint32>(bytes.constData())).toString();
    const QHostAddress address(reinterpret_cast<const quint8 *>(bytes.constData()));
    // Not by toIPv4Address() alone: it takes "::" for 0.0.0.0.
    const bool mapped = bytes.startsWith(QByteArray(10, '\0') + "\xff\xff");
    return mapped ? QHostAddress(address.toIPv4Address()).toString() : address.toString();
}

void readListeners(const ProbeReport &report, GatewayFacts &facts)
{
    const ProbeSection *section = report.find("listeners");
    facts.listenersKnown = section && section->succeeded();
    facts.listenersComplete = facts.listenersKnown;
    for (const ScriptBlock &block : ScriptBlock::read(report, "listeners", "listener"_L1)) {
        const QStringList words = block.first().split(u' '); // port uid inode reach address
        if (words.size() != 4 && words.size() != 5) {
            facts.listenersComplete = false;
            continue;
        }
        const std::optional<uint> port = ScriptBlock::number(words.at(0), 65535);
        const std::optional<uint> uid = ScriptBlock::number(words.at(1), 0xFFFFFFFF);
        if (!port || !uid) {
            facts.listenersComplete = false;
            continue;
        }
        using Reach = GatewayListener::Reach;
        const GatewayListener listener { quint16(*port), *uid,
                                         words.at(3) == "loopback"_L1   ? Reach::Loopback
                                             : words.at(3) == "any4"_L1 ? Reach::AnyIPv4
                                             : words.at(3) == "any6"_L1 ? Reach::AnyIPv6
                                                                        : Reach::Other,
                                         kernelAddress(words.value(4)) };
        if (!facts.listeners.contains(listener))
            facts.listeners.append(listener);
    }
}

void readProcesses(const ProbeReport &report, GatewayFacts &facts)
{
    for (const ScriptBlock &block : ScriptBlock::read(report, "processes", "process"_L1)) {
        const std::optional<uint> pid = ScriptBlock::number(block.first(), 0x7FFFFFFF);
        const std::optional<uint> uid = ScriptBlock::number(block.value("uid"_L1), 0xFFFFFFFF);
        if (!pid || !uid)
            continue;
        GatewayProcess process;
        process.pid = int(*pid);
        process.uid = *uid;
        process.isGateway = block.says("gateway"_L1);
        process.titleIsVague = block.value("title"_L1) == "openclaw"_L1;
        process.otherNetwork = block.value("network"_L1) == "other"_L1;
        process.environmentKnown = block.says("environment"_L1);
        process.group = unitName(block.value("group"_L1));
        process.settings = settingsOf(block);
        for (const ScriptBlock::Line &line : block.lines()) {
            if (const quint16 port = line.key == "listens"_L1 ? ScriptBlock::portOrZero(line.value) : 0)
                process.listens.append(port);
        }
        std::sort(process.listens.begin(), process.listens.end());
        facts.processes.append(process);
    }
}

void readUnits(const ProbeReport &report, GatewayFacts &facts)
{
    for (const ScriptBlock &block : ScriptBlock::read(report, "units", "unit"_L1)) {
        const std::optional<uint> uid = ScriptBlock::number(block.value("uid"_L1), 0xFFFFFFFF);
        const QString file = ScriptBlock::pathOrEmpty(block.first());
        if (uid && !file.isEmpty())
            facts.units.append({ file, *uid, block.value("scope"_L1) == "system"_L1, settingsOf(block) });
    }
}

void readHomes(const ProbeReport &report, GatewayFacts &facts)
{
    using Existence = GatewayConfigFile::Existence;
    for (const ScriptBlock &block : ScriptBlock::read(report, "homes", "home"_L1)) {
        const std::optional<uint> uid = ScriptBlock::number(block.value("uid"_L1), 0xFFFFFFFF);
        GatewayHome home { ScriptBlock::pathOrEmpty(block.first()),
                           uid.value_or(0),
                           ScriptBlock::wordOrEmpty(block.value("user"_L1)),
                           {} };
        if (!uid || home.path.isEmpty() || home.user.isEmpty())
            continue;
        for (const ScriptBlock::Line &line : block.lines()) {
            const QString existence = line.value.section(u' ', 0, 0);
            const QString path = ScriptBlock::pathOrEmpty(line.value.section(u' ', 2));
            if (line.key != "config"_L1 || path.isEmpty())
                continue;
            home.configs.append({ path,
                                  existence == "yes"_L1      ? Existence::Yes
                                      : existence == "no"_L1 ? Existence::No
                                                             : Existence::Hidden,
                                  line.value.section(u' ', 1, 1) == "readable"_L1 });
        }
        facts.homes.append(home);
    }
}

} // namespace

bool GatewayListener::isLoopback() const
{
    return reach == Reach::Loopback || (!address.isEmpty() && QHostAddress(address).isLoopback());
}

QString GatewaySettings::configFile(const QString &userHome) const
{
    if (!configPath.isEmpty())
        return configPath;
    if (!stateDir.isEmpty())
        return stateDir + "/openclaw.json"_L1;
    const QString folder = profile.isEmpty() || profile == "default"_L1 ? u"/.openclaw"_s : u"/.openclaw-"_s + profile;
    const QString base = home.isEmpty() ? userHome : home;
    return base.isEmpty() ? QString() : base + folder + "/openclaw.json"_L1;
}

QString GatewayUnit::name() const
{
    return file.section(u'/', -1);
}

Result<GatewayFacts> GatewayFacts::parse(const QByteArray &output, const QByteArray &nonce)
{
    const Result<ProbeReport> report = ProbeReport::parse(output, nonce);
    return report ? parse(*report) : tl::unexpected(report.error());
}

Result<GatewayFacts> GatewayFacts::parse(const ProbeReport &report)
{
    GatewayFacts facts;
    const QList<ScriptBlock> asking = ScriptBlock::read(report, "user", "uid"_L1);
    const std::optional<uint> askingUid =
        asking.isEmpty() ? std::nullopt : ScriptBlock::number(asking.constFirst().first(), 0xFFFFFFFF);
    if (!askingUid)
        return failure(ErrorCode::BadServerData,
                       QCoreApplication::translate("GatewayFacts", "the server did not say who is logged in"));
    facts.uid = *askingUid;
    facts.user = ScriptBlock::wordOrEmpty(asking.constFirst().value("name"_L1));
    facts.home = ScriptBlock::pathOrEmpty(asking.constFirst().value("home"_L1));
    facts.seesOthers = asking.constFirst().says("sees-others"_L1);
    readListeners(report, facts);
    readProcesses(report, facts);
    readUnits(report, facts);
    readHomes(report, facts);
    for (const ScriptBlock &block : ScriptBlock::read(report, "versions", "package"_L1))
        facts.versions.insert(block.first(), ScriptBlock::wordOrEmpty(block.value("version"_L1)));
    if (const ProbeSection *sudo = report.find("sudo"); sudo && sudo->succeeded())
        facts.sudoUsers = parseSudoUsers(QString::fromUtf8(sudo->text));
    return facts;
}

const GatewayHome *GatewayFacts::homeOf(uint owner) const
{
    const auto it =
        std::find_if(homes.begin(), homes.end(), [owner](const GatewayHome &entry) { return entry.uid == owner; });
    return it == homes.end() ? nullptr : &*it;
}

QString GatewayFacts::userName(uint owner) const
{
    const GatewayHome *found = homeOf(owner);
    return found ? found->user : QString::number(owner);
}

std::optional<uint> GatewayFacts::listenerUid(quint16 port) const
{
    const GatewayListener *best = nullptr;
    for (const GatewayListener &listener : listeners) {
        const bool fits = listener.port == port && listener.reach != GatewayListener::Reach::Other;
        if (fits && (!best || listener.reach < best->reach))
            best = &listener;
    }
    return best ? std::optional(best->uid) : std::nullopt;
}

QList<quint16> GatewayFacts::loopbackPortsOf(uint owner) const
{
    QList<quint16> ports;
    for (const GatewayListener &listener : listeners) {
        if (listener.uid == owner && listener.reach == GatewayListener::Reach::Loopback
            && !ports.contains(listener.port))
            ports.append(listener.port);
    }
    std::sort(ports.begin(), ports.end());
    return ports;
}

bool GatewayFacts::mayBecome(const QString &other) const
{
    return sudoUsers.contains(other) || sudoUsers.contains("ALL"_L1);
}

QStringList GatewayFacts::parseSudoUsers(const QString &text)
{
    // "    (ALL : ALL) NOPASSWD: ALL", "    (openclaw) NOPASSWD: SETENV: ALL": sudo(8), -l. In parentheses: users, then
    // perhaps groups.
    static const QRegularExpression Entry(
        u"^\\s+\\(([^():]+?)\\s*(?::[^()]*)?\\)\\s+(?:[A-Z_]+:\\s*)*?NOPASSWD:\\s*(?:[A-Z_]+:\\s*)*ALL\\s*$"_s,
        QRegularExpression::MultilineOption);
    QStringList users;
    for (auto it = Entry.globalMatch(text); it.hasNext();) {
        const QStringList names = it.next().captured(1).split(u',', Qt::SkipEmptyParts);
        for (const QString &name : names) {
            const QString word = name.trimmed();
            if (word == "ALL"_L1 || !ScriptBlock::wordOrEmpty(word).isEmpty())
                users.append(word);
        }
    }
    users.removeDuplicates();
    return users;
}

} // namespace Helmclaw
