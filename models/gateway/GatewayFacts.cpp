// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayFacts.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

/// A section of KEY=VALUE lines as a list of blocks; each begins with the key @p first.
struct Line
{
    QString key;
    QString value;
};
using Block = QList<Line>;

QList<Block> blocks(const ProbeReport &report, const char *section, QLatin1StringView first)
{
    QList<Block> blocks;
    const ProbeSection *text = report.find(section);
    if (!text || text->absent)
        return blocks;
    for (const QString &line : text->lines()) {
        const qsizetype equals = line.indexOf(u'=');
        if (equals < 1)
            continue;
        const Line parsed { line.first(equals), line.sliced(equals + 1) };
        if (parsed.key == first)
            blocks.append(Block());
        if (!blocks.isEmpty())
            blocks.last().append(parsed);
    }
    return blocks;
}

QString valueOf(const Block &block, QLatin1StringView key)
{
    const auto it = std::find_if(block.begin(), block.end(), [&](const Line &line) { return line.key == key; });
    return it == block.end() ? QString() : it->value;
}

std::optional<uint> number(const QString &text, uint highest)
{
    const bool digits =
        !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    bool ok = false;
    const uint value = text.toUInt(&ok);
    return digits && ok && value <= highest ? std::optional(value) : std::nullopt;
}

quint16 portOrZero(const QString &text)
{
    return quint16(number(text, 65535).value_or(0));
}

/// An absolute path that is shown and used exactly as the server wrote it; else empty. printable() has turned what
/// must not be shown into escapes, which no real path of a gateway has.
QString pathOrEmpty(const QString &text)
{
    const bool fits = text.startsWith(u'/') && text.size() <= 1024 && !text.contains(u'\\')
        && !text.contains(QChar::ReplacementCharacter);
    return fits ? text : QString();
}

QString wordOrEmpty(const QString &text)
{
    static const QRegularExpression Word(u"\\A[A-Za-z0-9._-]{1,64}\\z"_s);
    return Word.match(text).hasMatch() ? text : QString();
}

GatewaySettings settingsOf(const Block &block)
{
    GatewaySettings settings;
    settings.portFlag = portOrZero(valueOf(block, "port-flag"_L1));
    settings.tokenFlag = valueOf(block, "token-flag"_L1) == "yes"_L1;
    settings.profile = wordOrEmpty(valueOf(block, "env-profile"_L1));
    settings.home = pathOrEmpty(valueOf(block, "env-openclaw-home"_L1));
    if (settings.home.isEmpty())
        settings.home = pathOrEmpty(valueOf(block, "env-home"_L1));
    settings.stateDir = pathOrEmpty(valueOf(block, "env-state-dir"_L1));
    settings.configPath = pathOrEmpty(valueOf(block, "env-config-path"_L1));
    settings.port = portOrZero(valueOf(block, "env-port"_L1));
    settings.token = valueOf(block, "env-token"_L1) == "yes"_L1;
    settings.package = pathOrEmpty(valueOf(block, "package"_L1));
    return settings;
}

void readListeners(const ProbeReport &report, GatewayFacts &facts)
{
    const ProbeSection *section = report.find("listeners");
    facts.listenersKnown = section && section->succeeded();
    for (const Block &block : blocks(report, "listeners", "listener"_L1)) {
        const QStringList words = block.constFirst().value.split(u' '); // port uid inode reach
        if (words.size() != 4)
            continue;
        const std::optional<uint> port = number(words.at(0), 65535);
        const std::optional<uint> uid = number(words.at(1), 0xFFFFFFFF);
        if (!port || !uid)
            continue;
        using Reach = GatewayListener::Reach;
        const GatewayListener listener { quint16(*port), *uid,
                                         words.at(3) == "loopback"_L1   ? Reach::Loopback
                                             : words.at(3) == "any4"_L1 ? Reach::AnyIPv4
                                             : words.at(3) == "any6"_L1 ? Reach::AnyIPv6
                                                                        : Reach::Other };
        if (!facts.listeners.contains(listener))
            facts.listeners.append(listener);
    }
}

void readProcesses(const ProbeReport &report, GatewayFacts &facts)
{
    for (const Block &block : blocks(report, "processes", "process"_L1)) {
        const std::optional<uint> pid = number(block.constFirst().value, 0x7FFFFFFF);
        const std::optional<uint> uid = number(valueOf(block, "uid"_L1), 0xFFFFFFFF);
        if (!pid || !uid)
            continue;
        GatewayProcess process;
        process.pid = int(*pid);
        process.uid = *uid;
        process.isGateway = valueOf(block, "gateway"_L1) == "yes"_L1;
        process.titleIsVague = valueOf(block, "title"_L1) == "openclaw"_L1;
        process.otherNetwork = valueOf(block, "network"_L1) == "other"_L1;
        process.environmentKnown = valueOf(block, "environment"_L1) == "yes"_L1;
        process.settings = settingsOf(block);
        for (const Line &line : block) {
            if (const quint16 port = line.key == "listens"_L1 ? portOrZero(line.value) : 0)
                process.listens.append(port);
        }
        std::sort(process.listens.begin(), process.listens.end());
        facts.processes.append(process);
    }
}

void readUnits(const ProbeReport &report, GatewayFacts &facts)
{
    for (const Block &block : blocks(report, "units", "unit"_L1)) {
        const std::optional<uint> uid = number(valueOf(block, "uid"_L1), 0xFFFFFFFF);
        const QString file = pathOrEmpty(block.constFirst().value);
        if (uid && !file.isEmpty())
            facts.units.append({ file, *uid, valueOf(block, "scope"_L1) == "system"_L1, settingsOf(block) });
    }
}

void readHomes(const ProbeReport &report, GatewayFacts &facts)
{
    using Existence = GatewayConfigFile::Existence;
    for (const Block &block : blocks(report, "homes", "home"_L1)) {
        const std::optional<uint> uid = number(valueOf(block, "uid"_L1), 0xFFFFFFFF);
        GatewayHome home {
            pathOrEmpty(block.constFirst().value), uid.value_or(0), wordOrEmpty(valueOf(block, "user"_L1)), {}
        };
        if (!uid || home.path.isEmpty() || home.user.isEmpty())
            continue;
        for (const Line &line : block) {
            const QString existence = line.value.section(u' ', 0, 0);
            const QString path = pathOrEmpty(line.value.section(u' ', 2));
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
    if (!report)
        return tl::unexpected(report.error());
    GatewayFacts facts;
    const QList<Block> asking = blocks(*report, "user", "uid"_L1);
    const std::optional<uint> askingUid =
        asking.isEmpty() ? std::nullopt : number(asking.constFirst().constFirst().value, 0xFFFFFFFF);
    if (!askingUid)
        return failure(ErrorCode::BadServerData,
                       QCoreApplication::translate("GatewayFacts", "the server did not say who is logged in"));
    facts.uid = *askingUid;
    facts.user = wordOrEmpty(valueOf(asking.constFirst(), "name"_L1));
    facts.home = pathOrEmpty(valueOf(asking.constFirst(), "home"_L1));
    facts.seesOthers = valueOf(asking.constFirst(), "sees-others"_L1) == "yes"_L1;
    readListeners(*report, facts);
    readProcesses(*report, facts);
    readUnits(*report, facts);
    readHomes(*report, facts);
    for (const Block &block : blocks(*report, "versions", "package"_L1))
        facts.versions.insert(block.constFirst().value, wordOrEmpty(valueOf(block, "version"_L1)));
    if (const ProbeSection *sudo = report->find("sudo"); sudo && sudo->succeeded())
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
            if (word == "ALL"_L1 || !wordOrEmpty(word).isEmpty())
                users.append(word);
        }
    }
    users.removeDuplicates();
    return users;
}

} // namespace Helmclaw
