// SPDX-License-Identifier: MIT
#include "views/actions/FuzzyMatch.h"

namespace Helmclaw {

namespace {

bool isWordStart(const QString &text, int index)
{
    return index == 0 || !text.at(index - 1).isLetterOrNumber()
        || (text.at(index).isUpper() && text.at(index - 1).isLower());
}

/// Greedy from @p start on; word starts are preferred over the next occurrence when the rest still fits behind them.
std::optional<FuzzyMatch> matchFrom(const QString &query, const QString &text, int start)
{
    FuzzyMatch match;
    int from = start;
    int previous = -2;
    for (const QChar wanted : query) {
        int found = -1;
        for (int i = from; i < text.size(); ++i) {
            if (text.at(i).toCaseFolded() == wanted) {
                found = i;
                break;
            }
        }
        if (found < 0)
            return std::nullopt;
        if (found == previous + 1)
            match.score += 8;
        else if (previous >= 0)
            match.score -= qMin(6, found - previous);
        if (isWordStart(text, found))
            match.score += 10;
        match.positions.append(found);
        previous = found;
        from = found + 1;
    }
    return match;
}

} // namespace

std::optional<FuzzyMatch> fuzzyMatch(const QString &query, const QString &text)
{
    QString letters;
    for (const QChar c : query) {
        if (!c.isSpace())
            letters.append(c.toCaseFolded());
    }
    if (letters.isEmpty())
        return FuzzyMatch {};
    std::optional<FuzzyMatch> best;
    // The first letter decides: try every place where it stands.
    for (int i = 0; i < text.size(); ++i) {
        if (text.at(i).toCaseFolded() != letters.at(0))
            continue;
        auto match = matchFrom(letters, text, i);
        if (!match)
            break;
        match->score -= qMin(5, i / 4);
        if (!best || match->score > best->score)
            best = std::move(match);
    }
    if (best)
        best->score -= static_cast<int>(text.size()) / 16;
    return best;
}

} // namespace Helmclaw
