// SPDX-License-Identifier: MIT
#include "models/posture/NetworkChecks.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/CheckDraft.h"
#include "models/posture/DockerUserChain.h"
#include "models/posture/Exposure.h"
#include "models/posture/ServerFacts.h"

namespace Helmclaw {

namespace {

using From = ExposureRow::From;
using Row = ExposureRow;

const QString dockerUnit = QStringLiteral("docker.service");

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::NetworkChecks)
public:
    static QString needsRoot(const ServerFacts &facts)
    {
        return facts.network.filterProblem.isEmpty()
            ? tr("The kernel shows its packet filter to root only. Log in as root or as a user whose sudo asks for no "
                 "password")
            : tr("Read the rules on the server: sudo iptables-save; sudo ip6tables-save; sudo nft list ruleset");
    }
    static QString closePort()
    {
        return tr("Bind the service to 127.0.0.1 and reach it by SSH tunnel or Tailscale, or stop it; if others need "
                  "it, let only them in (sudo ufw allow from NETWORK to any port PORT)");
    }
};

QStringList portsOf(const QList<Row> &rows)
{
    QStringList ports;
    for (const Row &row : rows) {
        if (!ports.contains(row.portText()))
            ports.append(row.portText());
    }
    return ports;
}

QList<Row> filtered(const QList<Row> &rows, From from)
{
    QList<Row> some;
    for (const Row &row : rows) {
        if (row.from == from && !row.expected)
            some.append(row);
    }
    return some;
}

} // namespace

CheckResult NetworkChecks::dockerUserOf(const ServerFacts &facts, AddressFamily family)
{
    const bool four = family == AddressFamily::IPv4;
    const NetworkFacts &network = facts.network;
    CheckDraft draft(four ? QStringLiteral("network.docker-user") : QStringLiteral("network.docker-user-ipv6"));
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    const UnitFacts unit = facts.units.value(dockerUnit);
    if (facts.hasSystemd)
        draft.evidence(unit.evidence(dockerUnit));
    const std::optional<bool> forwards = network.forwards(family);
    if (forwards) {
        draft.evidence(four ? QStringLiteral("/proc/sys/net/ipv4/ip_forward")
                            : QStringLiteral("/proc/sys/net/ipv6/conf/all/forwarding"),
                       *forwards ? QStringLiteral("1") : QStringLiteral("0"));
    }
    const bool docker = unit.isActive() || facts.docker.installed || network.hasDockerChains(family);
    // Docker switches IPv4 routing on when it starts; it does so for IPv6 only where it is told to.
    if (forwards == false && (!docker || !four))
        return draft.notApplicable(docker ? tr("the kernel does not route IPv6")
                                          : tr("no Docker, and the kernel does not route"));
    if (!network.filtersRead) {
        draft.evidence(QStringLiteral("packet filter"),
                       network.filterProblem.isEmpty() ? tr("only root may read it") : network.filterProblem);
        return draft.unknown(network.filterProblem.isEmpty() ? tr("not readable without sudo")
                                                             : tr("the packet filter's rules were not understood"),
                             Texts::needsRoot(facts));
    }
    draft.evidence(network.routeLines);
    if (!network.routesRead)
        draft.evidence(QStringLiteral("ip route"), tr("not understood"));
    const DockerUserChain chain = DockerUserChain::of(network, family, docker);
    draft.evidence(chain.evidence);
    const QString file = four ? QStringLiteral("/etc/ufw/after.rules") : QStringLiteral("/etc/ufw/after6.rules");
    const QString remedy =
        tr("Put these lines before COMMIT in %1, with this server's interface, then: sudo ufw reload; sudo systemctl "
           "restart docker. \":DOCKER-USER - [0:0]\", \"-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j "
           "ACCEPT\", \"-A DOCKER-USER -i lo -j ACCEPT\", \"-A DOCKER-USER -i %2 -j DROP\"")
            .arg(file, chain.interfaces.value(0, QStringLiteral("INTERFACE")));
    using State = DockerUserChain::State;
    switch (chain.state) {
    case State::NoDefaultRoute:
        return draft.unknown(network.routesRead ? tr("no interface has a default route")
                                                : tr("the routes could not be read"),
                             tr("Without a way out it cannot be told which interface is the outer one: see ip route"));
    case State::NotNeeded:
        return draft.pass(tr("Docker leaves %1 alone, and the firewall drops what is routed")
                              .arg(four ? QStringLiteral("IPv4") : QStringLiteral("IPv6")));
    case State::Missing:
        return draft.fail(tr("there is no DOCKER-USER chain"), remedy);
    case State::NotHooked:
        return draft.fail(tr("DOCKER-USER does nothing: %1").arg(chain.detail),
                          tr("Docker hooks the chain in when it starts: sudo systemctl restart docker"));
    case State::NotDropping:
        return draft.fail(tr("DOCKER-USER does not drop what comes in by %1").arg(chain.detail), remedy);
    case State::NotUnderstood:
        return draft.unknown(tr("a rule was not understood: %1").arg(chain.detail),
                             tr("Read the chain on the server: sudo iptables -L DOCKER-USER -n -v"));
    case State::Exceptions:
        return draft.warn(tr("drops, but lets some through: %1").arg(chain.detail),
                          tr("Take the exception out of %1 unless the whole world needs that container").arg(file));
    case State::CutsReplies:
        return draft.warn(tr("replies to containers are dropped, too"), remedy);
    case State::Effective:
        return draft.pass(tr("drops what comes in by %1").arg(chain.interfaces.join(QStringLiteral(", "))));
    }
    Q_UNREACHABLE();
}

CheckResult NetworkChecks::dockerUser(const ServerFacts &facts)
{
    return dockerUserOf(facts, AddressFamily::IPv4);
}

CheckResult NetworkChecks::dockerUser6(const ServerFacts &facts)
{
    return dockerUserOf(facts, AddressFamily::IPv6);
}

CheckResult NetworkChecks::listeners(const ServerFacts &facts)
{
    const ListenerFacts &sockets = facts.network.sockets;
    CheckDraft draft(QStringLiteral("network.listeners"));
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    if (!sockets.read) {
        return draft.evidence(QStringLiteral("sockets"), sockets.problem)
            .unknown(tr("the sockets could not be read"), tr("Install iproute2, then try on the server: ss -tulnp"));
    }
    const Exposure exposure = Exposure::of(facts);
    QList<Row> others;
    int outer = 0;
    for (const bool expected : { false, true }) {
        for (const Row &row : exposure.rows) {
            if (row.forwarded || row.loopback || row.expected != expected)
                continue;
            ++outer;
            draft.evidence(sockets.source, Exposure::rowText(row));
            if (!expected)
                others.append(row);
        }
    }
    if (!sockets.withProcesses)
        draft.evidence(sockets.source, tr("whose sockets they are is shown to root only"));
    if (outer == 0)
        draft.evidence(sockets.source, tr("nothing listens but on loopback"));
    if (const QList<Row> open = filtered(others, From::Anyone); !open.isEmpty())
        return draft.fail(tr("anyone can reach: %1").arg(portsOf(open).join(QStringLiteral(", "))), Texts::closePort());
    if (const QList<Row> unknown = filtered(others, From::Unknown); !unknown.isEmpty()) {
        return draft.unknown(tr("who can reach %1 is not known").arg(portsOf(unknown).join(QStringLiteral(", "))),
                             Texts::needsRoot(facts));
    }
    if (!others.isEmpty()) {
        return draft.pass(tr("the firewall keeps the world from %1").arg(portsOf(others).join(QStringLiteral(", "))));
    }
    return draft.pass(tr("only SSH and Tailscale listen to the outside"));
}

CheckResult NetworkChecks::exposure(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("network.exposure"));
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    const Exposure exposure = Exposure::of(facts);
    const QList<Row> open = filtered(exposure.rows, From::Anyone);
    for (const Row &row : open)
        draft.evidence(Exposure::rowText(row));
    draft.evidence(exposure.notUnderstood);
    for (const Row &row : exposure.rows) {
        if (row.from != From::Anyone || row.expected)
            draft.evidence(Exposure::rowText(row));
    }
    if (!exposure.problem.isEmpty())
        draft.evidence(exposure.problem);
    else if (exposure.rows.isEmpty())
        draft.evidence(facts.network.sockets.source, tr("nothing listens"));
    if (!open.isEmpty())
        return draft.fail(tr("anyone can reach: %1").arg(portsOf(open).join(QStringLiteral(", "))), Texts::closePort());
    if (!exposure.isComplete()) {
        return draft.unknown(exposure.problem.isEmpty() ? tr("a redirection of ports was not understood")
                                                        : tr("not known: %1").arg(exposure.problem),
                             Texts::needsRoot(facts));
    }
    if (const QList<Row> unknown = filtered(exposure.rows, From::Unknown); !unknown.isEmpty()) {
        return draft.unknown(tr("who can reach %1 is not known").arg(portsOf(unknown).join(QStringLiteral(", "))),
                             Texts::needsRoot(facts));
    }
    return draft.pass(
        tr("%n port(s), none open to anyone but SSH and Tailscale", nullptr, int(portsOf(exposure.rows).size())));
}

QList<CheckRule> NetworkChecks::rules()
{
    const QString area = QStringLiteral("network");
    const CheckCategory category = CheckCategory::Infrastructure;
    return {
        { { QStringLiteral("network.exposure"), tr("Only SSH and Tailscale can be reached by anyone"), tr("Exposure"),
            area,
            tr("What counts is not what one tool says, but what is left when sockets, containers' ports and all packet "
               "filters are put together."),
            category, Severity::Critical },
          NetworkChecks::exposure },
        { { QStringLiteral("network.listeners"), tr("Only SSH and Tailscale listen to the outside"), tr("Listeners"),
            area, tr("A service that listens on every address is one firewall mistake away from the world."), category,
            Severity::High },
          NetworkChecks::listeners },
        { { QStringLiteral("network.docker-user"), tr("Containers are shielded from outside (DOCKER-USER)"),
            tr("DOCKER-USER"), area,
            tr("Docker lets published ports in before the firewall's own rules are asked; only a chain that is hooked "
               "in, and drops on the outer interface, keeps them private."),
            category, Severity::High },
          NetworkChecks::dockerUser },
        { { QStringLiteral("network.docker-user-ipv6"), tr("Containers are shielded from outside over IPv6"),
            tr("DOCKER-USER IPv6"), area,
            tr("The rules for IPv4 do nothing for IPv6; a server that routes it needs the same shield a second time."),
            category, Severity::High },
          NetworkChecks::dockerUser6 },
    };
}

} // namespace Helmclaw
