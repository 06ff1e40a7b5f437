// SPDX-License-Identifier: MIT
#include "models/posture/ForwardedPorts.h"

#include "models/posture/FilterMatch.h"
#include "models/posture/NetworkFacts.h"

#include <QHostAddress>

#include <algorithm>

namespace Helmclaw {

namespace {

using Field = FilterCondition::Field;
using Target = FilterRule::Target;

constexpr int maxPortsOfRule = 64;

QString single(const FilterRule &rule, Field field)
{
    const FilterCondition *condition = rule.find(field);
    return condition && !condition->negated && condition->values.size() == 1 ? condition->values.first() : QString();
}

/// The ports that a rule names; empty when it names none, or too many.
QList<int> portsOf(const FilterRule &rule)
{
    const FilterCondition *condition = rule.find(Field::DestinationPort);
    if (!condition || condition->negated)
        return {};
    QList<int> ports;
    for (const QString &value : condition->values) {
        const int first = value.section(u':', 0, 0).toInt();
        const int last = value.section(u':', -1).toInt();
        if (first <= 0 || last < first || last > 65535 || last - first >= maxPortsOfRule)
            return {};
        for (int port = first; port <= last; ++port)
            ports.append(port);
    }
    return ports;
}

} // namespace

QString ForwardedPort::targetText() const
{
    const QString host = toAddress.isEmpty() ? QStringLiteral("this server") : toAddress;
    return host.contains(u':') ? QStringLiteral("[%1]:%2").arg(host).arg(toPort)
                               : QStringLiteral("%1:%2").arg(host).arg(toPort);
}

bool ForwardedPort::appliesTo(const QString &interface) const
{
    FilterQuestion question;
    question.family = family;
    question.hook = FilterChain::Hook::Prerouting;
    question.inInterface = interface;
    question.protocol = protocol;
    question.port = question.originalPort = port;
    return FilterMatch::of(rule, question, true).level != FilterMatch::Level::No;
}

FilterQuestion ForwardedPort::question(const NetworkFacts &network) const
{
    FilterQuestion question;
    question.family = family;
    question.protocol = protocol;
    question.originalPort = port;
    question.port = toPort;
    question.redirected = true;
    question.destination = toAddress;
    if (!toAddress.isEmpty() && !QHostAddress(toAddress).isLoopback() && network.interfaceOf(toAddress).isEmpty()) {
        question.hook = FilterChain::Hook::Forward;
        question.outInterface = network.interfaceTowards(toAddress);
    }
    return question;
}

ForwardedPorts ForwardedPorts::of(const QList<FilterTable> &tables)
{
    ForwardedPorts all;
    for (const FilterTable &table : tables) {
        const bool translates = std::any_of(table.chains.begin(), table.chains.end(), [](const FilterChain &chain) {
            return chain.translates && chain.hook == FilterChain::Hook::Prerouting;
        });
        if (!translates)
            continue;
        for (const QString &name : table.chainsFrom(FilterChain::Hook::Prerouting)) {
            if (!table.chains[name].translates && table.chains[name].hook != FilterChain::Hook::None)
                continue;
            for (const FilterRule &rule : table.chains[name].rules) {
                if (rule.target != Target::Translate && rule.target != Target::Unknown)
                    continue;
                ForwardedPort forwarded;
                forwarded.family = table.ipv4 ? AddressFamily::IPv4 : AddressFamily::IPv6;
                forwarded.protocol = single(rule, Field::Protocol);
                forwarded.address = single(rule, Field::Destination).section(u'/', 0, 0);
                forwarded.toAddress = rule.toAddress;
                forwarded.rule = rule;
                forwarded.text = QStringLiteral("%1: %2").arg(table.source, rule.text);
                const QList<int> ports = portsOf(rule);
                if (rule.target == Target::Unknown || ports.isEmpty()
                    || (forwarded.protocol != u"tcp" && forwarded.protocol != u"udp")) {
                    all.notUnderstood.append(forwarded.text);
                    continue;
                }
                for (const int port : ports) {
                    forwarded.port = port;
                    const int to = rule.toPort.section(u'-', 0, 0).toInt();
                    forwarded.toPort = to > 0 ? to : port;
                    all.ports.append(forwarded);
                }
            }
        }
    }
    return all;
}

} // namespace Helmclaw
