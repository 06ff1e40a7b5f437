// SPDX-License-Identifier: MIT
#include "models/posture/NftRuleset.h"

#include "models/posture/NftExpression.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <algorithm>

namespace Helmclaw {

namespace {

/// Longer lists of addresses are named, not told.
constexpr qsizetype maxSetElements = 64;

tl::unexpected<Error> bad(const QString &what)
{
    return failure(
        ErrorCode::BadServerData,
        QCoreApplication::translate("NftRuleset", "the packet filter's rules were not understood: %1").arg(what),
        QCoreApplication::translate("NftRuleset", "Look at them on the server: sudo nft list ruleset"));
}

QString text(const QJsonObject &object, const char *key)
{
    return printable(object.value(QLatin1StringView(key)).toString().toUtf8(), 200);
}

FilterChain::Hook hookOf(const QString &name)
{
    return name.isEmpty()       ? FilterChain::Hook::None
        : name == u"input"      ? FilterChain::Hook::Input
        : name == u"forward"    ? FilterChain::Hook::Forward
        : name == u"prerouting" ? FilterChain::Hook::Prerouting
                                : FilterChain::Hook::Other;
}

} // namespace

Result<NftRuleset> NftRuleset::parse(const QByteArray &json)
{
    QJsonParseError error {};
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        return bad(error.errorString());
    const QJsonValue list = document.object().value(u"nftables");
    if (!list.isArray())
        return bad(QStringLiteral("no list of tables"));

    NftRuleset ruleset;
    QHash<QString, qsizetype> index; // "inet filter" → position
    QHash<QString, NftExpression::Sets> sets;
    const QJsonArray objects = list.toArray();
    const auto keyOf = [](const QJsonObject &object) { return text(object, "family") + u' ' + text(object, "table"); };
    for (const QJsonValue &value : objects) {
        const QJsonObject table = value.toObject().value(u"table").toObject();
        const QString family = text(table, "family");
        if (family == u"ip" || family == u"ip6" || family == u"inet") {
            FilterTable made;
            made.name = text(table, "name");
            made.source = QStringLiteral("nft %1 %2").arg(family, made.name);
            made.ipv4 = family != u"ip6";
            made.ipv6 = family != u"ip";
            index.insert(family + u' ' + made.name, ruleset.tables.size());
            ruleset.tables.append(made);
        }
        const QJsonObject set = value.toObject().value(u"set").toObject();
        if (!set.isEmpty() && set.contains(u"elem")) {
            const QStringList elements = NftExpression::values(set.value(u"elem"), {});
            if (elements.size() <= maxSetElements)
                sets[keyOf(set)].insert(text(set, "name"), elements);
        }
    }
    for (const QJsonValue &value : objects) {
        const QJsonObject chain = value.toObject().value(u"chain").toObject();
        const auto at = index.constFind(keyOf(chain));
        if (at == index.constEnd())
            continue;
        FilterChain made;
        made.hook = hookOf(text(chain, "hook"));
        made.dropsByPolicy = text(chain, "policy") == u"drop";
        made.translates = text(chain, "type") == u"nat";
        ruleset.tables[*at].chains.insert(text(chain, "name"), made);
        ruleset.tables[*at].chainOrder.append(text(chain, "name"));
    }
    for (const QJsonValue &value : objects) {
        const QJsonObject rule = value.toObject().value(u"rule").toObject();
        if (rule.isEmpty())
            continue;
        const auto at = index.constFind(keyOf(rule));
        if (at == index.constEnd())
            continue; // of a family that does not decide about IP packets
        FilterTable &table = ruleset.tables[*at];
        const QString chain = text(rule, "chain");
        if (!table.chains.contains(chain) || !rule.value(u"expr").isArray())
            return bad(QStringLiteral("a rule of no chain: %1").arg(chain));
        for (FilterRule made : NftExpression::rules(rule.value(u"expr").toArray(), sets.value(keyOf(rule)))) {
            if ((made.target == FilterRule::Target::Jump || made.target == FilterRule::Target::Goto)
                && !table.chains.contains(made.chain))
                made.target = FilterRule::Target::Unknown;
            made.text = QStringLiteral("%1: %2").arg(chain, made.text).left(300);
            table.chains[chain].rules.append(made);
        }
    }
    return ruleset;
}

} // namespace Helmclaw
