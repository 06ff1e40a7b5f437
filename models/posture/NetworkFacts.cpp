// SPDX-License-Identifier: MIT
#include "models/posture/NetworkFacts.h"

#include "models/posture/FilterMatch.h"
#include "models/posture/IptablesSave.h"
#include "models/posture/NftRuleset.h"
#include "models/posture/ProbeReport.h"

#include <QHostAddress>
#include <QRegularExpression>

#include <algorithm>

namespace Helmclaw {

namespace {

void parseAddresses(const ProbeSection &section, NetworkFacts &facts)
{
    // 2: eth0    inet 10.81.0.11/16 scope global eth0\ ...; a tunnel's: "inet 100.64.0.1/32", "inet 10.0.0.1
    // peer 10.0.0.2/32"
    static const QRegularExpression form(
        QStringLiteral("^[0-9]+: +(\\S+) +inet6? +([0-9a-fA-F:.]+)(?: peer [0-9a-fA-F:.]+)?(?:/([0-9]+))?(.*)$"));
    for (const QString &line : section.lines()) {
        const QRegularExpressionMatch match = form.match(line);
        const QHostAddress address(match.captured(2));
        if (!match.hasMatch() || address.isNull())
            continue;
        const bool four = address.protocol() == QAbstractSocket::IPv4Protocol;
        facts.addresses.append(InterfaceAddress {
            match.captured(1).section(u'@', 0, 0), four ? AddressFamily::IPv4 : AddressFamily::IPv6, address.toString(),
            match.captured(3).isEmpty() ? (four ? 32 : 128) : match.captured(3).toInt(),
            match.captured(4).contains(u"scope link") });
    }
    facts.addressesRead = !facts.addresses.isEmpty();
}

void parseRoutes(const ProbeSection &section, NetworkFacts &facts)
{
    static const QRegularExpression device(QStringLiteral(" dev (\\S+)"));
    static const QRegularExpression noWayOut(QStringLiteral("^[46] (unreachable|blackhole|prohibit|throw) default "));
    facts.routesRead = true;
    for (const QString &line : section.lines()) {
        if (!line.startsWith(u"4 default ") && !line.startsWith(u"6 default ")) {
            facts.routesRead = facts.routesRead && noWayOut.match(line).hasMatch();
            continue;
        }
        facts.routeLines.append(line.mid(2).trimmed());
        QStringList &routes = line.startsWith(u'4') ? facts.defaultRoutes4 : facts.defaultRoutes6;
        for (auto it = device.globalMatch(line); it.hasNext();) {
            const QString name = it.next().captured(1);
            if (name != u"lo" && !routes.contains(name))
                routes.append(name);
        }
    }
}

/// The kernel has no such filter: then there are no rules in it.
bool isUnsupported(const ProbeSection &section)
{
    const QByteArray text = section.text.toLower();
    return text.contains("not supported") || text.contains("failed to initialize nft")
        || text.contains("protocol error");
}

struct FamilyDump
{
    bool understood = false; ///< what there is was told
    QStringList covered; ///< nf_tables tables that nft need not tell again
};

FamilyDump parseFamily(const ProbeReport &report, AddressFamily family, NetworkFacts &facts)
{
    const bool four = family == AddressFamily::IPv4;
    static const QStringList known = QStringLiteral("filter nat mangle raw security").split(u' ');
    FamilyDump dump;
    for (const char *name : { four ? "iptables" : "ip6tables", four ? "iptables-legacy" : "ip6tables-legacy" }) {
        const bool legacy = QByteArrayView(name).endsWith("-legacy");
        const ProbeSection *section = report.find(name);
        if (!section) {
            facts.filterProblem = QStringLiteral("section %1 is missing").arg(QLatin1StringView(name));
            return dump;
        }
        if (section->absent || (!section->succeeded() && isUnsupported(*section)))
            continue;
        const Result<IptablesDump> parsed = section->succeeded()
            ? IptablesDump::parse(section->text, family)
            : failure(ErrorCode::CommandFailed,
                      QStringLiteral("exit status %1: %2").arg(section->status).arg(printable(section->text, 200)));
        if (!parsed) {
            facts.filterProblem = QStringLiteral("%1: %2").arg(QLatin1StringView(name), parsed.error().what);
            return dump;
        }
        facts.filters += parsed->tables;
        dump.understood = true;
        if (!legacy && !parsed->legacy) {
            for (const QString &table : known) {
                if (!parsed->notShown.contains(table))
                    dump.covered.append(table);
            }
        }
    }
    return dump;
}

void parseFilters(const ProbeReport &report, NetworkFacts &facts)
{
    if (const ProbeSection *failed = report.find("network-root")) {
        facts.filterProblem = QStringLiteral("exit status %1").arg(failed->status);
        return;
    }
    const ProbeSection *nft = report.find("nft");
    if (!nft)
        return; // not asked
    const FamilyDump four = parseFamily(report, AddressFamily::IPv4, facts);
    const FamilyDump six =
        facts.filterProblem.isEmpty() ? parseFamily(report, AddressFamily::IPv6, facts) : FamilyDump();
    if (!facts.filterProblem.isEmpty())
        return;
    bool nftUnderstood = false;
    if (!nft->absent && (nft->succeeded() || !isUnsupported(*nft))) {
        if (!nft->succeeded()) {
            facts.filterProblem =
                QStringLiteral("nft: exit status %1: %2").arg(nft->status).arg(printable(nft->text, 200));
            return;
        }
        if (!nft->text.trimmed().isEmpty()) {
            const Result<NftRuleset> ruleset = NftRuleset::parse(nft->text);
            if (!ruleset) {
                facts.filterProblem = QStringLiteral("nft: %1").arg(ruleset.error().what);
                return;
            }
            for (const FilterTable &table : ruleset->tables) {
                const bool told = table.ipv4 != table.ipv6 && (table.ipv4 ? four : six).covered.contains(table.name);
                if (!told)
                    facts.filters.append(table);
            }
        }
        nftUnderstood = true;
    }
    facts.filtersRead = nftUnderstood || (four.understood && six.understood);
    if (!facts.filtersRead)
        facts.filterProblem = QStringLiteral("neither iptables nor nft is there to tell the packet filter's rules");
}

/// The socket that this very connection came in by must be among them; Tailscale's own SSH server has none.
void mustHave(const QString &connection, ListenerFacts &sockets)
{
    const QString address = connection.section(u' ', 2, 2);
    const int port = connection.section(u' ', 3, 3).toInt();
    if (!sockets.read || port <= 0 || NetworkFacts::isTailnetAddress(address))
        return;
    const bool there =
        std::any_of(sockets.listeners.begin(), sockets.listeners.end(),
                    [port](const Listener &listener) { return listener.protocol == u"tcp" && listener.port == port; });
    if (!there) {
        sockets.read = false;
        sockets.problem = QStringLiteral("%1: the socket of this connection (port %2) is not among them")
                              .arg(sockets.source)
                              .arg(port);
    }
}

std::optional<bool> isForwarding(const ProbeSection &section, const QString &file)
{
    for (const QString &word : printable(section.text).split(u' ', Qt::SkipEmptyParts)) {
        const QString value = word.section(u'=', 1);
        if (word.section(u'=', 0, 0) == file && (value == u"0" || value == u"1" || value == u"2"))
            return value != u"0";
    }
    return std::nullopt;
}

} // namespace

bool NetworkFacts::isTailnetInterface(const QString &name)
{
    static const QRegularExpression form(QStringLiteral("^tailscale[0-9]*$"));
    return form.match(name).hasMatch();
}

bool NetworkFacts::isTailnetAddress(const QString &address)
{
    return FilterMatch::contains(QStringLiteral("100.64.0.0/10"), address)
        || FilterMatch::contains(QStringLiteral("fd7a:115c:a1e0::/48"), address);
}

bool NetworkFacts::isContainerInterface(const QString &name)
{
    static const QRegularExpression form(
        QStringLiteral("^(docker|br-|veth|podman|cni|lxcbr|lxdbr|virbr|vnet|flannel|cali)"));
    return form.match(name).hasMatch();
}

QStringList NetworkFacts::outerInterfaces(AddressFamily family) const
{
    QStringList names = defaultRoutes(family);
    for (const InterfaceAddress &address : addresses) {
        if (address.family == family)
            names.append(address.interface);
    }
    names.removeDuplicates();
    names.removeIf(
        [](const QString &name) { return name == u"lo" || isTailnetInterface(name) || isContainerInterface(name); });
    return names;
}

QStringList NetworkFacts::tailnetInterfaces() const
{
    QStringList names;
    for (const InterfaceAddress &address : addresses) {
        if (isTailnetInterface(address.interface) && !names.contains(address.interface))
            names.append(address.interface);
    }
    return names;
}

QString NetworkFacts::interfaceTowards(const QString &target) const
{
    for (const InterfaceAddress &address : addresses) {
        if (address.interface != u"lo"
            && FilterMatch::contains(QStringLiteral("%1/%2").arg(address.address).arg(address.prefixLength), target))
            return address.interface;
    }
    return {};
}

QString NetworkFacts::interfaceOf(const QString &own) const
{
    for (const InterfaceAddress &address : addresses) {
        if (address.address == own)
            return address.interface;
    }
    return {};
}

bool NetworkFacts::hasDockerChains(AddressFamily family) const
{
    return std::any_of(filters.begin(), filters.end(), [family](const FilterTable &table) {
        return table.isOf(family)
            && (table.chains.contains(QStringLiteral("DOCKER"))
                || table.chains.contains(QStringLiteral("DOCKER-FORWARD")) || table.name.startsWith(u"docker"));
    });
}

NetworkFacts NetworkFacts::parse(const ProbeReport &report)
{
    NetworkFacts facts;
    if (const ProbeSection *section = report.find("addresses"); section && section->succeeded())
        parseAddresses(*section, facts);
    if (const ProbeSection *section = report.find("routes"); section && section->succeeded())
        parseRoutes(*section, facts);
    if (const ProbeSection *section = report.find("forwarding"); section && section->succeeded()) {
        facts.forwards4 = isForwarding(*section, QStringLiteral("/proc/sys/net/ipv4/ip_forward"));
        facts.forwards6 = isForwarding(*section, QStringLiteral("/proc/sys/net/ipv6/conf/all/forwarding"));
    }
    if (const ProbeSection *section = report.find("connection"); section && section->succeeded()) {
        const QString client = printable(section->text).section(u' ', 0, 0);
        facts.clientAddress = QHostAddress(client).isNull() ? QString() : QHostAddress(client).toString();
    }
    parseFilters(report, facts);
    facts.sockets = ListenerFacts::parse(report, report.find("nft") != nullptr);
    if (const ProbeSection *section = report.find("connection"); section && section->succeeded())
        mustHave(printable(section->text), facts.sockets);
    if (!facts.filtersRead)
        facts.filters.clear();
    return facts;
}

} // namespace Helmclaw
