// SPDX-License-Identifier: MIT
#include "models/posture/DockerUserChain.h"

#include "models/posture/FilterWalk.h"
#include "models/posture/NetworkFacts.h"

#include <algorithm>

namespace Helmclaw {

namespace {

using Reach = FilterAnswer::Reach;
using State = DockerUserChain::State;

const QString chainName = QStringLiteral("DOCKER-USER");
/// No rule of anybody's is about it, so what holds for it holds for all the ports that no rule names.
constexpr int portOfNobody = 59999;

FilterQuestion routed(AddressFamily family, const QString &interface, const QString &protocol)
{
    FilterQuestion question;
    question.family = family;
    question.hook = FilterChain::Hook::Forward;
    question.inInterface = interface;
    question.outInterface = QStringLiteral("docker0");
    question.protocol = protocol;
    question.redirected = true;
    return question;
}

/// One table's chain for one interface and protocol.
State judge(const NetworkFacts &network, const FilterTable &table, const FilterQuestion &question, QString &detail)
{
    const FilterWalk walk(network.filters);
    if (!walk.comesTo(table, chainName, question)) {
        const int references = table.references(chainName);
        detail = references == 0
            ? QStringLiteral("0 references")
            : QStringLiteral("packets from %1 are let through before it").arg(question.inInterface);
        return State::NotHooked;
    }
    const FilterAnswer all = walk.askChain(table, chainName, question);
    if (all.reach != Reach::Nobody) {
        FilterQuestion ordinary = question;
        ordinary.port = ordinary.originalPort = portOfNobody;
        const FilterAnswer most = walk.askChain(table, chainName, ordinary);
        detail = most.reach == Reach::Anyone ? question.inInterface : all.why;
        return most.reach == Reach::Anyone ? State::NotDropping
            : most.reach == Reach::Unknown ? State::NotUnderstood
                                           : State::Exceptions;
    }
    FilterQuestion reply = question;
    reply.established = true;
    return walk.askChain(table, chainName, reply).reach == Reach::Nobody ? State::CutsReplies : State::Effective;
}

bool dropsEverythingRouted(const NetworkFacts &network, AddressFamily family, const QStringList &interfaces)
{
    const FilterWalk walk(network.filters);
    return std::all_of(interfaces.begin(), interfaces.end(), [&](const QString &interface) {
        return walk.ask(routed(family, interface, QStringLiteral("tcp"))).reach == Reach::Nobody
            && walk.ask(routed(family, interface, QStringLiteral("udp"))).reach == Reach::Nobody;
    });
}

} // namespace

DockerUserChain DockerUserChain::of(const NetworkFacts &network, AddressFamily family, bool docker)
{
    DockerUserChain result;
    result.interfaces = network.defaultRoutes(family);
    result.interfaces.removeIf([](const QString &name) { return NetworkFacts::isTailnetInterface(name); });
    QList<const FilterTable *> tables;
    for (const FilterTable &table : network.filters) {
        if (!table.isOf(family) || !table.chains.contains(chainName))
            continue;
        tables.append(&table);
        result.evidence.append(
            QStringLiteral("%1: %2 (%3 references)").arg(table.source, chainName).arg(table.references(chainName)));
        for (const FilterRule &rule : table.chains[chainName].rules)
            result.evidence.append(QStringLiteral("%1: %2").arg(table.source, rule.text));
    }
    if (result.interfaces.isEmpty() || !network.routesRead) {
        result.state = State::NoDefaultRoute;
        return result;
    }
    const bool managed = network.hasDockerChains(family) || (docker && family == AddressFamily::IPv4);
    if (!managed && tables.isEmpty() && dropsEverythingRouted(network, family, result.interfaces)) {
        result.state = State::NotNeeded;
        return result;
    }
    result.state = State::Missing;
    // A packet has to pass every packet filter there is: one that drops is enough.
    for (const FilterTable *table : std::as_const(tables)) {
        State state = State::Effective;
        QString detail;
        for (const QString &interface : std::as_const(result.interfaces)) {
            for (const char *protocol : { "tcp", "udp" }) {
                QString its;
                const State one = judge(network, *table, routed(family, interface, QLatin1StringView(protocol)), its);
                if (int(one) < int(state)) {
                    state = one;
                    detail = its;
                }
            }
        }
        if (int(state) > int(result.state) || result.state == State::Missing) {
            result.state = state;
            result.detail = detail;
        }
    }
    return result;
}

} // namespace Helmclaw
