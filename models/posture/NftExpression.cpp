// SPDX-License-Identifier: MIT
#include "models/posture/NftExpression.h"

#include "ssh/Error.h"

#include <optional>

namespace Helmclaw {

namespace {

using Field = FilterCondition::Field;
using Target = FilterRule::Target;

QString text(const QJsonValue &value)
{
    return printable(value.toVariant().toString().toUtf8(), 200);
}

/// What the left side of a match is about, with what it asks by the way (a "tcp dport" asks for TCP).
struct Subject
{
    Field field = Field::Unknown;
    QString words; ///< "tcp dport"
    QList<FilterCondition> implied;
};

Subject payload(const QJsonObject &object)
{
    const QString protocol = text(object.value(u"protocol"));
    const QString field = text(object.value(u"field"));
    Subject subject { Field::Unknown, protocol + u' ' + field, {} };
    const auto implies = [&subject](Field what, const QString &value) {
        subject.implied.append(FilterCondition { what, false, { value } });
    };
    if (protocol == u"ip" || protocol == u"ip6") {
        implies(Field::Family, protocol == u"ip" ? QStringLiteral("ipv4") : QStringLiteral("ipv6"));
        subject.field = field == u"saddr"                                                       ? Field::Source
            : field == u"daddr"                                                                 ? Field::Destination
            : field == u"protocol" || field == u"nexthdr"                                       ? Field::Protocol
            : field == u"ttl" || field == u"hoplimit" || field == u"dscp" || field == u"length" ? Field::ClientChoice
                                                                                                : Field::Unknown;
        return subject;
    }
    if (protocol != u"th")
        implies(Field::Protocol, protocol == u"icmpv6" ? QStringLiteral("ipv6-icmp") : protocol);
    if (field == u"dport")
        subject.field = Field::DestinationPort;
    else if (field == u"sport" || field == u"flags" || protocol.startsWith(u"icmp"))
        subject.field = Field::ClientChoice;
    return subject;
}

Subject meta(const QString &key)
{
    static const QHash<QString, Field> fields {
        { QStringLiteral("iif"), Field::InInterface },         { QStringLiteral("iifname"), Field::InInterface },
        { QStringLiteral("oif"), Field::OutInterface },        { QStringLiteral("oifname"), Field::OutInterface },
        { QStringLiteral("l4proto"), Field::Protocol },        { QStringLiteral("nfproto"), Field::Family },
        { QStringLiteral("pkttype"), Field::DestinationType }, { QStringLiteral("mark"), Field::Mark },
        { QStringLiteral("length"), Field::ClientChoice },     { QStringLiteral("hour"), Field::ClientChoice },
        { QStringLiteral("day"), Field::ClientChoice },        { QStringLiteral("time"), Field::ClientChoice },
    };
    return { fields.value(key, Field::Unknown), QStringLiteral("meta ") + key, {} };
}

Subject subjectOf(const QJsonObject &left)
{
    if (left.contains(u"payload"))
        return payload(left.value(u"payload").toObject());
    if (left.contains(u"meta"))
        return meta(text(left.value(u"meta").toObject().value(u"key")));
    if (left.contains(u"ct")) {
        const QString key = text(left.value(u"ct").toObject().value(u"key"));
        return { key == u"state" || key == u"status" ? Field::State : Field::Unknown, QStringLiteral("ct ") + key, {} };
    }
    if (left.contains(u"fib")) {
        const QJsonObject fib = left.value(u"fib").toObject();
        const QJsonValue flags = fib.value(u"flags");
        const QString flag =
            flags.isArray() && flags.toArray().size() == 1 ? text(flags.toArray().first()) : text(flags);
        const bool type = text(fib.value(u"result")) == u"type";
        return { !type                  ? Field::Unknown
                     : flag == u"daddr" ? Field::DestinationType
                     : flag == u"saddr" ? Field::SourceType
                                        : Field::Unknown,
                 QStringLiteral("fib %1 type").arg(flag),
                 {} };
    }
    if (left.contains(u"&")) {
        // tcp flags & (fin|syn|rst|ack) == syn
        const Subject inner = subjectOf(left.value(u"&").toArray().at(0).toObject());
        if (inner.words == u"tcp flags")
            return { Field::NewConnection, inner.words, inner.implied };
    }
    return { Field::Unknown, QStringLiteral("?"), {} };
}

/// As iptables has them, where the words differ.
QStringList normalised(Field field, QStringList values)
{
    for (QString &value : values) {
        if (field == Field::State || field == Field::DestinationType || field == Field::SourceType)
            value = value.toUpper();
        if ((field == Field::InInterface || field == Field::OutInterface) && value.endsWith(u'*'))
            value = value.chopped(1) + u'+';
        if (field == Field::Protocol && value == u"icmpv6")
            value = QStringLiteral("ipv6-icmp");
    }
    return values;
}

bool isAddressField(Field field)
{
    return field == Field::Source || field == Field::Destination;
}

class Reader
{
public:
    explicit Reader(const NftExpression::Sets &sets)
        : m_sets(sets)
    {
    }

    void read(const QJsonObject &statement)
    {
        const QString kind = statement.isEmpty() ? QString() : statement.begin().key();
        const QJsonValue body = statement.value(kind);
        if (kind == u"match") {
            match(body.toObject());
        } else if (kind == u"vmap") {
            verdictMap(body.toObject());
        } else if (kind == u"limit") {
            add(body.toObject().value(u"inv").toBool() ? Field::Seldom : Field::ClientChoice, false, { kind }, kind);
        } else if (kind == u"xt") {
            translated(body.toObject());
        } else if (kind == u"set") {
            // "add @set { … limit … }": remembers addresses, lets the packet go on.
            add(Field::Seldom, false, { kind }, kind);
        } else if (kind == u"counter" || kind == u"log" || kind == u"comment" || kind == u"notrack" || kind == u"flow"
                   || kind == u"last") {
            m_rule.text += (m_rule.text.isEmpty() ? QString() : QStringLiteral(" ")) + kind;
        } else if (!verdict(m_rule, kind, body)) {
            // "masquerade", "snat": how it leaves, not whether.
            const bool outgoing = kind == u"masquerade" || kind == u"snat";
            word(kind);
            m_rule.target = outgoing ? Target::Continue : Target::Unknown;
        }
    }

    [[nodiscard]] QList<FilterRule> take() const
    {
        return m_entries.isEmpty() ? QList<FilterRule> { m_rule } : m_entries;
    }

private:
    void word(const QString &more) { m_rule.text += (m_rule.text.isEmpty() ? QString() : QStringLiteral(" ")) + more; }
    void add(Field field, bool negated, const QStringList &values, const QString &words)
    {
        m_rule.conditions.append(FilterCondition { field, negated, values });
        word(words);
    }

    void match(const QJsonObject &object)
    {
        Subject subject = subjectOf(object.value(u"left").toObject());
        m_rule.conditions += subject.implied;
        const QString op = text(object.value(u"op"));
        const QJsonValue right = object.value(u"right");
        QStringList values = normalised(subject.field, NftExpression::values(right, m_sets));
        const bool ordered = op == u">=" || op == u"<=" || op == u">" || op == u"<";
        if (ordered && subject.field == Field::DestinationPort && values.size() == 1
            && !values.first().contains(u':')) {
            const int port = values.first().toInt();
            values = { op == u">="      ? QStringLiteral("%1:65535").arg(port)
                           : op == u">" ? QStringLiteral("%1:65535").arg(port + 1)
                           : op == u"<" ? QStringLiteral("0:%1").arg(port - 1)
                                        : QStringLiteral("0:%1").arg(port) };
        } else if (ordered) {
            subject.field = subject.field == Field::ClientChoice ? subject.field : Field::Unknown;
        }
        if (values.isEmpty() && isAddressField(subject.field) && right.isString())
            values = { QStringLiteral("set %1").arg(text(right).mid(1)) };
        if (values.isEmpty() && subject.field != Field::ClientChoice && subject.field != Field::NewConnection)
            subject.field = Field::Unknown;
        if (subject.field == Field::NewConnection && values != QStringList { QStringLiteral("syn") })
            subject.field = Field::ClientChoice;
        add(subject.field, op == u"!=", values,
            QStringLiteral("%1 %2%3").arg(subject.words, op == u"==" || op == u"in" ? QString() : op + u' ',
                                          values.isEmpty() ? text(right) : values.join(u',')));
    }

    void verdictMap(const QJsonObject &object)
    {
        const Subject subject = subjectOf(object.value(u"key").toObject());
        const QJsonValue set = object.value(u"data").toObject().value(u"set");
        if (subject.field == Field::Unknown || !set.isArray()) {
            word(subject.words + QStringLiteral(" vmap"));
            m_rule.target = Target::Unknown;
            return;
        }
        for (const QJsonValue &entry : set.toArray()) {
            const QJsonArray pair = entry.toArray();
            FilterRule rule = m_rule;
            const QStringList values = normalised(subject.field, NftExpression::values(pair.at(0), m_sets));
            rule.conditions += subject.implied;
            rule.conditions.append(
                FilterCondition { values.isEmpty() ? Field::Unknown : subject.field, false, values });
            rule.text += (rule.text.isEmpty() ? QString() : QStringLiteral(" "))
                + QStringLiteral("%1 %2").arg(subject.words, values.join(u','));
            const QJsonObject decision = pair.at(1).toObject();
            if (decision.isEmpty() || !verdict(rule, decision.begin().key(), decision.begin().value()))
                rule.target = Target::Unknown;
            m_entries.append(rule);
        }
    }

    /// A match or target of iptables that nft cannot say in its own words.
    void translated(const QJsonObject &object)
    {
        const QString name = text(object.value(u"name"));
        if (text(object.value(u"type")) != u"target") {
            add(Field::Unknown, false, { name }, name);
            return;
        }
        word(name);
        if (name == u"MARK" || name == u"CONNMARK")
            m_rule.target = Target::Mark;
        else if (name != u"LOG" && name != u"NFLOG" && name != u"MASQUERADE" && name != u"TCPMSS" && name != u"CT")
            m_rule.target = name == u"REJECT" ? Target::Drop : Target::Unknown;
    }

    static bool verdict(FilterRule &rule, const QString &kind, const QJsonValue &body)
    {
        static const QHash<QString, Target> known {
            { QStringLiteral("accept"), Target::Accept },      { QStringLiteral("drop"), Target::Drop },
            { QStringLiteral("reject"), Target::Drop },        { QStringLiteral("return"), Target::Return },
            { QStringLiteral("jump"), Target::Jump },          { QStringLiteral("goto"), Target::Goto },
            { QStringLiteral("mangle"), Target::Mark },        { QStringLiteral("dnat"), Target::Translate },
            { QStringLiteral("redirect"), Target::Translate }, { QStringLiteral("continue"), Target::Continue },
        };
        const auto it = known.constFind(kind);
        if (it == known.constEnd())
            return false;
        rule.target = *it;
        rule.chain = text(body.toObject().value(u"target"));
        if (*it == Target::Translate) {
            rule.toAddress = text(body.toObject().value(u"addr"));
            rule.toPort = text(body.toObject().value(u"port"));
            // A map or an expression: to where is not known.
            if (body.toObject().value(u"addr").isObject() || body.toObject().value(u"port").isObject())
                rule.target = Target::Unknown;
        }
        rule.text += (rule.text.isEmpty() ? QString() : QStringLiteral(" ")) + kind
            + (rule.chain.isEmpty() ? QString() : u' ' + rule.chain);
        return true;
    }

    const NftExpression::Sets &m_sets;
    FilterRule m_rule;
    QList<FilterRule> m_entries;
};

} // namespace

QStringList NftExpression::values(const QJsonValue &right, const Sets &sets)
{
    const auto all = [&sets](const QJsonArray &array) {
        QStringList list;
        for (const QJsonValue &value : array) {
            const QStringList some = values(value, sets);
            if (some.isEmpty())
                return QStringList();
            list += some;
        }
        return list;
    };
    if (right.isArray())
        return all(right.toArray());
    if (right.isString() && right.toString().startsWith(u'@'))
        return sets.value(right.toString().mid(1));
    if (!right.isObject())
        return right.isDouble() || right.isString() ? QStringList { text(right) } : QStringList();
    const QJsonObject object = right.toObject();
    if (object.contains(u"set"))
        return all(object.value(u"set").toArray());
    if (object.contains(u"elem"))
        return values(object.value(u"elem").toObject().value(u"val"), sets);
    if (object.contains(u"prefix")) {
        const QJsonObject prefix = object.value(u"prefix").toObject();
        return { QStringLiteral("%1/%2").arg(text(prefix.value(u"addr"))).arg(prefix.value(u"len").toInt(-1)) };
    }
    if (object.contains(u"range")) {
        const QJsonArray range = object.value(u"range").toArray();
        const bool ports = range.at(0).isDouble();
        return { text(range.at(0)) + (ports ? u':' : u'-') + text(range.at(1)) };
    }
    return {};
}

QList<FilterRule> NftExpression::rules(const QJsonArray &statements, const Sets &sets)
{
    Reader reader(sets);
    for (const QJsonValue &statement : statements)
        reader.read(statement.toObject());
    return reader.take();
}

} // namespace Helmclaw
