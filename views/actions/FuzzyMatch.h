// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace Helmclaw {

/// Where the letters of a query were found in a text.
struct FuzzyMatch
{
    int score = 0; ///< higher is better
    QList<int> positions; ///< indices into the text, ascending
};

/// Matches when every letter of @p query (blanks aside, case aside) occurs in @p text in this order. Word starts and
/// unbroken runs score, gaps cost. An empty query matches everything with score 0.
[[nodiscard]] std::optional<FuzzyMatch> fuzzyMatch(const QString &query, const QString &text);

} // namespace Helmclaw
