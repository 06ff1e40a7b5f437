// SPDX-License-Identifier: MIT
#include "ProbeInvariants.h"

#include "models/posture/CheckCatalogue.h"

namespace Helmclaw {

namespace {

/// Longer than any line that printable() lets through, with what a check says around it.
constexpr qsizetype maxText = 64 * 1024;

QString unsafe(const QString &text)
{
    if (text.size() > maxText)
        return QStringLiteral("%1 characters").arg(text.size());
    for (const QChar c : text) {
        const bool overrides = (c >= u'\u202a' && c <= u'\u202e') || (c >= u'\u2066' && c <= u'\u2069');
        if (c.category() == QChar::Other_Control || overrides || c == u'\u2028' || c == u'\u2029')
            return QStringLiteral("U+%1").arg(c.unicode(), 4, 16, QLatin1Char('0'));
    }
    return {};
}

} // namespace

QString brokenInvariant(const ProbeOutcome &outcome)
{
    const QList<CheckInfo> catalogue = checkCatalogue();
    if (outcome.results.size() != catalogue.size())
        return QStringLiteral("%1 results").arg(outcome.results.size());
    for (qsizetype i = 0; i < catalogue.size(); ++i) {
        const CheckResult &result = outcome.results.at(i);
        if (result.checkId != catalogue.at(i).id)
            return QStringLiteral("%1 instead of %2").arg(result.checkId, catalogue.at(i).id);
        if (result.summary.isEmpty() || result.evidence.isEmpty())
            return QStringLiteral("%1: no summary or no evidence").arg(result.checkId);
        const bool good = result.verdict == Verdict::Pass || result.verdict == Verdict::NotApplicable;
        if (result.remedy.isEmpty() != good)
            return QStringLiteral("%1: %2, remedy \"%3\"")
                .arg(result.checkId, verdictName(result.verdict), result.remedy);
        for (const QString &text : result.evidence + QStringList { result.summary, result.remedy }) {
            if (const QString what = unsafe(text); !what.isEmpty())
                return QStringLiteral("%1: %2 in \"%3\"").arg(result.checkId, what, text.left(200));
        }
    }
    return {};
}

} // namespace Helmclaw
