// SPDX-License-Identifier: MIT
#include "models/posture/Exposure.h"

#include "models/posture/FilterMatch.h"
#include "models/posture/FilterWalk.h"
#include "models/posture/ForwardedPorts.h"
#include "models/posture/ServerFacts.h"

#include <QJsonArray>

#include <algorithm>
#include <tuple>

namespace Helmclaw {

namespace {

using From = ExposureRow::From;
using Reach = FilterAnswer::Reach;

/// A table that is longer says nothing to anybody; and each row costs a walk through the rules.
constexpr qsizetype maxRows = 512;

QString familyText(AddressFamily family)
{
    return family == AddressFamily::IPv4 ? QStringLiteral("IPv4") : QStringLiteral("IPv6");
}

/// Gathers, over the interfaces, who gets in.
class Gate
{
public:
    Gate(const NetworkFacts &network, ExposureRow &row)
        : m_network(network)
        , m_walk(network.filters)
        , m_row(row)
    {
        m_row.from = From::ThisServer;
    }

    /// Asks for packets that come in by @p interface; @p only: these networks at the most.
    void ask(FilterQuestion question, const QString &interface, const QStringList &only)
    {
        question.inInterface = interface;
        const FilterAnswer answer = m_walk.ask(question);
        if (NetworkFacts::isTailnetInterface(interface))
            add(answer, { QStringLiteral("tailnet") });
        else
            add(answer, only);
        askForThisComputer(question, interface);
    }

    void finish()
    {
        m_row.networks.removeDuplicates();
        if (m_row.from == From::Networks && m_row.networks == QStringList { QStringLiteral("tailnet") })
            m_row.from = From::Tailnet;
        if (m_row.from != From::Networks)
            m_row.networks.clear();
    }

private:
    void add(const FilterAnswer &answer, const QStringList &only)
    {
        From from = From::ThisServer;
        QStringList networks;
        switch (answer.reach) {
        case Reach::Nobody:
            break;
        case Reach::Networks:
            from = From::Networks;
            networks = FilterMatch::intersection(answer.networks, only).value_or(QStringList());
            if (networks.isEmpty() || only == QStringList { QStringLiteral("tailnet") })
                networks = only.isEmpty() ? answer.networks : only;
            break;
        case Reach::Unknown:
            from = From::Unknown;
            break;
        case Reach::Anyone:
            from = only.isEmpty() ? From::Anyone : From::Networks;
            networks = only;
            break;
        }
        if (int(from) > int(m_row.from) || m_row.why.isEmpty())
            m_row.why = answer.why;
        m_row.from = std::max(m_row.from, from);
        m_row.networks += networks;
    }

    void askForThisComputer(FilterQuestion question, const QString &interface)
    {
        const QString client = m_network.clientAddress;
        const bool byTailnet = NetworkFacts::isTailnetAddress(client);
        if (client.isEmpty() || byTailnet != NetworkFacts::isTailnetInterface(interface)
            || client.contains(u':') != (question.family == AddressFamily::IPv6))
            return;
        question.source = client;
        const Reach reach = m_walk.ask(question).reach;
        if (reach == Reach::Unknown)
            m_row.admitsThisComputer = m_row.admitsThisComputer == true ? std::optional(true) : std::nullopt;
        else
            m_row.admitsThisComputer = m_row.admitsThisComputer.value_or(false) || reach != Reach::Nobody;
    }

    const NetworkFacts &m_network;
    FilterWalk m_walk;
    ExposureRow &m_row;
};

/// Without a default route only those nearby get an answer from the server.
QStringList nearby(const NetworkFacts &network, const QString &interface, AddressFamily family, bool linkOnly)
{
    if (!linkOnly && (!network.routesRead || network.defaultRoutes(family).contains(interface)))
        return {};
    QStringList networks;
    for (const InterfaceAddress &address : network.addresses) {
        if (address.interface == interface && address.family == family && (address.linkOnly || !linkOnly))
            networks.append(QStringLiteral("%1/%2").arg(address.address).arg(address.prefixLength));
    }
    return networks.isEmpty() ? QStringList { QStringLiteral("neighbours on %1").arg(interface) } : networks;
}

/// The interfaces by which packets for @p listener can come in.
QStringList waysIn(const NetworkFacts &network, const Listener &listener, AddressFamily family)
{
    if (!listener.scope.isEmpty())
        return { listener.scope };
    const QString owner = listener.address.isEmpty() ? QString() : network.interfaceOf(listener.address);
    if (NetworkFacts::isTailnetInterface(owner) || NetworkFacts::isContainerInterface(owner))
        return { owner };
    if (listener.address.isEmpty())
        return network.outerInterfaces(family) + network.tailnetInterfaces();
    return network.outerInterfaces(family);
}

bool isExpected(const ExposureRow &row, int sshPort)
{
    if (row.forwarded)
        return false;
    const QStringList processes = row.process.split(u'/', Qt::SkipEmptyParts);
    if (row.protocol == u"tcp" && (row.port == sshPort || row.port == 22)) {
        return processes.isEmpty()
            ? row.port == sshPort
            : processes.contains(u"sshd") || processes.contains(u"dropbear") || processes.contains(u"systemd");
    }
    if (processes.contains(u"tailscaled"))
        return true;
    static const QStringList dhcpClients =
        QStringLiteral("dhclient dhcpcd systemd-network systemd-networkd NetworkManager connmand udhcpc").split(u' ');
    return row.protocol == u"udp" && (row.port == 68 || row.port == 546)
        && std::any_of(processes.begin(), processes.end(),
                       [](const QString &process) { return dhcpClients.contains(process); });
}

ExposureRow listenerRow(const ServerFacts &facts, const Listener &listener, AddressFamily family)
{
    const NetworkFacts &network = facts.network;
    ExposureRow row;
    row.protocol = listener.protocol;
    row.port = listener.port;
    row.family = family;
    row.address = listener.address;
    row.process = listener.process;
    row.expected = isExpected(row, facts.sshPort);
    if (listener.isLoopback()) {
        row.loopback = true;
        row.from = From::ThisServer;
        row.why = Exposure::tr("bound to %1").arg(listener.address.isEmpty() ? listener.scope : listener.address);
        row.admitsThisComputer = false;
        return row;
    }
    if (!network.filtersRead || !network.addressesRead) {
        row.why = !network.filterProblem.isEmpty() ? network.filterProblem
            : network.filtersRead                  ? Exposure::tr("the server's addresses could not be read")
                                                   : Exposure::tr("the packet filter's rules need root");
        return row;
    }
    Gate gate(network, row);
    const bool linkOnly = listener.address.startsWith(u"fe80:");
    for (const QString &interface : waysIn(network, listener, family)) {
        FilterQuestion question;
        question.family = family;
        question.protocol = listener.protocol;
        question.port = question.originalPort = listener.port;
        question.destination = listener.address;
        gate.ask(question, interface, nearby(network, interface, family, linkOnly));
    }
    gate.finish();
    if (row.why.isEmpty())
        row.why = Exposure::tr("the server has no %1 address for others").arg(familyText(family));
    return row;
}

ExposureRow forwardedRow(const ServerFacts &facts, const ForwardedPort &forwarded)
{
    const NetworkFacts &network = facts.network;
    ExposureRow row;
    row.protocol = forwarded.protocol;
    row.port = forwarded.port;
    row.family = forwarded.family;
    row.address = forwarded.address;
    row.forwarded = true;
    row.process = QStringLiteral("→ %1").arg(forwarded.targetText());
    for (const Container &container : facts.docker.containers) {
        for (const PublishedPort &port : container.ports) {
            if (port.hostPort == row.port && port.protocol == row.protocol && !row.process.contains(container.name))
                row.process += QStringLiteral(" (%1)").arg(container.name);
        }
    }
    if (!forwarded.address.isEmpty() && FilterMatch::contains(QStringLiteral("127.0.0.0/8"), forwarded.address)) {
        row.from = From::ThisServer;
        row.why = forwarded.text;
        row.admitsThisComputer = false;
        return row;
    }
    FilterQuestion question = forwarded.question(network);
    Gate gate(network, row);
    if (question.hook == FilterChain::Hook::Forward && network.forwards(forwarded.family) == false) {
        row.why = Exposure::tr("the kernel does not route");
        row.admitsThisComputer = false;
        return row;
    }
    for (const QString &interface : network.outerInterfaces(forwarded.family) + network.tailnetInterfaces()) {
        if (forwarded.appliesTo(interface))
            gate.ask(question, interface, nearby(network, interface, forwarded.family, false));
    }
    gate.finish();
    if (row.why.isEmpty())
        row.why = forwarded.text;
    return row;
}

} // namespace

Exposure Exposure::of(const ServerFacts &facts)
{
    const NetworkFacts &network = facts.network;
    Exposure exposure;
    if (!facts.isLinux)
        exposure.problem = tr("not a Linux server");
    else if (!network.sockets.read)
        exposure.problem = network.sockets.problem;
    else if (!network.filtersRead)
        exposure.problem =
            network.filterProblem.isEmpty() ? tr("the packet filter's rules need root") : network.filterProblem;
    else if (!network.addressesRead)
        exposure.problem = tr("the server's addresses could not be read");

    const ForwardedPorts forwarded = ForwardedPorts::of(network.filters);
    exposure.notUnderstood = forwarded.notUnderstood;
    const auto isForwarded = [&](const Listener &listener, AddressFamily family) {
        return std::any_of(forwarded.ports.begin(), forwarded.ports.end(), [&](const ForwardedPort &port) {
            return port.protocol == listener.protocol && port.port == listener.port && port.family == family
                && (port.address.isEmpty() || port.address == listener.address);
        });
    };
    for (const Listener &listener : network.sockets.listeners) {
        for (const AddressFamily family : { AddressFamily::IPv4, AddressFamily::IPv6 }) {
            const bool has = family == AddressFamily::IPv4 ? listener.ipv4 : listener.ipv6;
            // What is sent elsewhere never comes to the socket.
            if (!has || (!listener.isLoopback() && isForwarded(listener, family)))
                continue;
            if (exposure.rows.size() == maxRows) {
                exposure.problem = tr("more than %1 ports").arg(maxRows);
                break;
            }
            exposure.rows.append(listenerRow(facts, listener, family));
        }
    }
    for (const ForwardedPort &port : forwarded.ports) {
        if (exposure.rows.size() == maxRows) {
            exposure.problem = tr("more than %1 ports").arg(maxRows);
            break;
        }
        exposure.rows.append(forwardedRow(facts, port));
    }
    std::stable_sort(exposure.rows.begin(), exposure.rows.end(), [](const ExposureRow &a, const ExposureRow &b) {
        return std::tie(a.port, a.protocol, a.family, a.address) < std::tie(b.port, b.protocol, b.family, b.address);
    });
    // Several sockets on the same port (SO_REUSEPORT) are one row.
    exposure.rows.erase(std::unique(exposure.rows.begin(), exposure.rows.end()), exposure.rows.end());
    return exposure;
}

QString Exposure::fromText(const ExposureRow &row)
{
    switch (row.from) {
    case From::ThisServer:
        return tr("this server only");
    case From::Tailnet:
        return tr("the tailnet");
    case From::Networks:
        return row.networks.join(QStringLiteral(", "));
    case From::Unknown:
        return tr("unknown");
    case From::Anyone:
        return tr("anyone");
    }
    Q_UNREACHABLE();
}

QString Exposure::rowText(const ExposureRow &row)
{
    const QString process = row.process.isEmpty() ? tr("unknown process") : row.process;
    return QStringLiteral("%1 %2 %3: %4 (%5)")
        .arg(row.portText(), familyText(row.family), process, fromText(row), row.why);
}

QJsonObject Exposure::toJson(const ExposureRow &row)
{
    static const char *const names[] = { "this-server", "tailnet", "networks", "unknown", "anyone" };
    return {
        { QStringLiteral("protocol"), row.protocol },
        { QStringLiteral("port"), row.port },
        { QStringLiteral("family"), familyText(row.family).toLower() },
        { QStringLiteral("address"), row.address },
        { QStringLiteral("process"), row.process },
        { QStringLiteral("forwarded"), row.forwarded },
        { QStringLiteral("from"), QLatin1StringView(names[int(row.from)]) },
        { QStringLiteral("networks"), QJsonArray::fromStringList(row.networks) },
        { QStringLiteral("why"), row.why },
        { QStringLiteral("expected"), row.expected },
    };
}

} // namespace Helmclaw
