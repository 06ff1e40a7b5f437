// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PacketFilter.h"

#include <QJsonArray>
#include <QJsonObject>

namespace Helmclaw {

/// The statements of one nftables rule, as libnftables-json(5) has them, read into FilterRules: one, or for a verdict
/// map one for each of its entries. Pure.
class NftExpression
{
public:
    /// Elements of named sets, as values of a condition; a set that is not there is not known.
    using Sets = QHash<QString, QStringList>;

    [[nodiscard]] static QList<FilterRule> rules(const QJsonArray &statements, const Sets &sets);
    /// A value as conditions have it: "22", "8000-8010" as "8000:8010", "10.0.0.0/8"; sets and lists become several.
    /// Empty when there is one that has no such form.
    [[nodiscard]] static QStringList values(const QJsonValue &right, const Sets &sets);
};

} // namespace Helmclaw
