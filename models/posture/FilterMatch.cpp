// SPDX-License-Identifier: MIT
#include "models/posture/FilterMatch.h"

#include <QHostAddress>

#include <algorithm>
#include <optional>

namespace Helmclaw {

namespace {

using Field = FilterCondition::Field;
using Level = FilterMatch::Level;
using Hook = FilterChain::Hook;

struct Network
{
    QHostAddress address;
    int length = -1;
};

std::optional<Network> parseNetwork(const QString &text)
{
    // A lone number would be an address to QHostAddress (inet_aton(3)).
    if (!text.contains(u'.') && !text.contains(u':'))
        return std::nullopt;
    const QString host = text.section(u'/', 0, 0);
    const QHostAddress address(host);
    if (address.isNull())
        return std::nullopt;
    const int bits = address.protocol() == QAbstractSocket::IPv4Protocol ? 32 : 128;
    if (!text.contains(u'/'))
        return Network { address, bits };
    const QPair<QHostAddress, int> subnet = QHostAddress::parseSubnet(text);
    if (subnet.second < 0)
        return std::nullopt;
    return Network { subnet.first, subnet.second };
}

bool isMulticastOrBroadcast(const QString &network)
{
    const std::optional<Network> parsed = parseNetwork(network);
    return parsed && (parsed->address.isMulticast() || parsed->address.isBroadcast());
}

bool nameMatches(const QString &pattern, const QString &name)
{
    return pattern.endsWith(u'+') ? name.startsWith(QStringView(pattern).chopped(1)) : pattern == name;
}

Level yesNo(bool yes)
{
    return yes ? Level::Yes : Level::No;
}

Level port(const QStringList &values, int port)
{
    if (port == 0)
        return Level::Some;
    bool understood = true;
    for (const QString &value : values) {
        bool firstOk = false;
        bool lastOk = false;
        const int first = value.section(u':', 0, 0).toInt(&firstOk);
        const int last = value.section(u':', -1).toInt(&lastOk);
        if (!firstOk || !lastOk)
            understood = false;
        else if (first <= port && port <= last)
            return Level::Yes;
    }
    return understood ? Level::No : Level::Unsure;
}

Level protocol(const QStringList &values, const QString &asked)
{
    static const QHash<QString, QString> numbers { { QStringLiteral("6"), QStringLiteral("tcp") },
                                                   { QStringLiteral("17"), QStringLiteral("udp") } };
    return yesNo(std::any_of(values.begin(), values.end(), [&](const QString &value) {
        return value == u"all" || value == u"0" || numbers.value(value, value) == asked;
    }));
}

Level state(const QStringList &values, const FilterQuestion &question)
{
    static const QStringList ofStanding =
        QStringLiteral("ESTABLISHED RELATED SEEN_REPLY ASSURED SEEN-REPLY").split(u' ');
    return yesNo(std::any_of(values.begin(), values.end(), [&](const QString &value) {
        if (value == u"DNAT")
            return question.redirected;
        return question.established ? ofStanding.contains(value) : value == u"NEW";
    }));
}

Level destination(const QStringList &values, const FilterQuestion &question)
{
    if (!question.destination.isEmpty()) {
        return yesNo(std::any_of(values.begin(), values.end(), [&](const QString &value) {
            return FilterMatch::contains(value, question.destination);
        }));
    }
    const bool unicast =
        std::any_of(values.begin(), values.end(), [](const QString &value) { return !isMulticastOrBroadcast(value); });
    const bool every = values.contains(u"0.0.0.0/0") || values.contains(u"::/0");
    return every ? Level::Yes : unicast ? Level::Some : Level::No;
}

Level destinationType(const QStringList &values, Hook hook)
{
    // LOCAL is fib's and addrtype's word, HOST and UNICAST are those of the packet's own type.
    const bool local = values.contains(u"LOCAL") && hook == Hook::Input;
    return yesNo(local || values.contains(u"UNICAST") || values.contains(u"HOST"));
}

Level mark(const QStringList &values, bool possible)
{
    bool ok = false;
    const quint64 value = values.value(0).section(u'/', 0, 0).toULongLong(&ok, 0);
    if (possible || !ok)
        return Level::Unsure;
    return yesNo(value == 0);
}

Level levelOf(const FilterCondition &condition, const FilterQuestion &question, bool markPossible)
{
    const QStringList &values = condition.values;
    switch (condition.field) {
    case Field::InInterface:
    case Field::OutInterface: {
        const QString &name = condition.field == Field::InInterface ? question.inInterface : question.outInterface;
        if (name.isEmpty())
            return question.hook == Hook::Input ? Level::No : Level::Unsure;
        return yesNo(
            std::any_of(values.begin(), values.end(), [&](const QString &value) { return nameMatches(value, name); }));
    }
    case Field::Destination:
        return destination(values, question);
    case Field::Protocol:
        return protocol(values, question.protocol);
    case Field::DestinationPort:
        return port(values, question.port);
    case Field::OriginalPort:
        return port(values, question.originalPort);
    case Field::State:
        return state(values, question);
    case Field::DestinationType:
        return destinationType(values, question.hook);
    case Field::SourceType:
        return yesNo(values.contains(u"UNICAST"));
    case Field::Family:
        return yesNo(values.contains(question.family == AddressFamily::IPv4 ? u"ipv4" : u"ipv6"));
    case Field::Mark:
        return mark(values, markPossible);
    case Field::NewConnection:
        return yesNo(question.protocol == u"tcp" && !question.established);
    case Field::ClientChoice:
        return Level::Some;
    case Field::Seldom:
        return Level::Seldom;
    case Field::Source:
    case Field::Unknown:
        break;
    }
    return Level::Unsure;
}

} // namespace

bool FilterMatch::contains(const QString &outer, const QString &network)
{
    const std::optional<Network> big = parseNetwork(outer);
    const std::optional<Network> small = parseNetwork(network);
    if (!big || !small)
        return outer == network;
    return big->address.protocol() == small->address.protocol() && small->length >= big->length
        && small->address.isInSubnet(big->address, big->length);
}

std::optional<QStringList> FilterMatch::intersection(const QStringList &some, const QStringList &others)
{
    if (some.isEmpty() || others.isEmpty())
        return some.isEmpty() ? others : some;
    QStringList common;
    for (const QString &one : some) {
        for (const QString &other : others) {
            if (contains(other, one))
                common.append(one);
            else if (contains(one, other))
                common.append(other);
            else if (!parseNetwork(one) || !parseNetwork(other))
                common.append(QStringLiteral("%1 and %2").arg(one, other));
        }
    }
    common.removeDuplicates();
    if (common.isEmpty())
        return std::nullopt;
    return common;
}

FilterMatch FilterMatch::of(const FilterRule &rule, const FilterQuestion &question, bool markPossible)
{
    FilterMatch match;
    for (const FilterCondition &condition : rule.conditions) {
        if (condition.field == Field::Source) {
            if (condition.values.contains(u"0.0.0.0/0") || condition.values.contains(u"::/0")) {
                if (condition.negated)
                    match.level = Level::No;
            } else if (question.source.isEmpty()) {
                (condition.negated ? match.exceptSources : match.sources) += condition.values;
            } else {
                bool in = false;
                bool understood = true;
                for (const QString &value : condition.values) {
                    in = in || contains(value, question.source);
                    understood = understood && parseNetwork(value);
                }
                if (!in && !understood)
                    match.level = std::max(match.level, Level::Unsure);
                else if (in == condition.negated)
                    match.level = Level::No;
            }
        } else {
            Level its = levelOf(condition, question, markPossible);
            if (condition.negated && (its == Level::Yes || its == Level::No))
                its = its == Level::Yes ? Level::No : Level::Yes;
            if (its == Level::No)
                match.level = Level::No;
            else
                match.level = std::max(match.level, its);
        }
        if (match.level == Level::No)
            return match;
    }
    return match;
}

} // namespace Helmclaw
