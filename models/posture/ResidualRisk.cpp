// SPDX-License-Identifier: MIT
#include "models/posture/ResidualRisk.h"

#include "models/posture/CheckCatalogue.h"

#include <QCoreApplication>
#include <QHash>

#include <algorithm>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ResidualRisk)
};

Severity stepDown(Severity severity)
{
    return severity == Severity::Low ? severity : static_cast<Severity>(static_cast<int>(severity) - 1);
}

} // namespace

QString riskLabel(Severity severity)
{
    switch (severity) {
    case Severity::Low:
        return Text::tr("Low");
    case Severity::Medium:
        return Text::tr("Medium");
    case Severity::High:
        return Text::tr("High");
    case Severity::Critical:
        break;
    }
    return Text::tr("Critical");
}

int ResidualRisk::rank() const
{
    constexpr int levels = static_cast<int>(Severity::Critical) + 1;
    return (known ? static_cast<int>(*known) + 1 : 0) * levels + static_cast<int>(possible);
}

QString ResidualRisk::label() const
{
    if (!known)
        return Text::tr("Unknown");
    if (possible == *known)
        return riskLabel(*known);
    if (unknown == 0)
        return Text::tr("%1, perhaps %2").arg(riskLabel(*known), riskLabel(possible));
    return Text::tr("%1, perhaps %2 (%n check(s) unknown)", nullptr, unknown)
        .arg(riskLabel(*known), riskLabel(possible));
}

ResidualRisk residualRisk(const ServerPosture &posture)
{
    static const QHash<QString, Severity> severities = [] {
        QHash<QString, Severity> all;
        for (const CheckInfo &info : checkCatalogue())
            all.insert(info.id, info.severity);
        return all;
    }();
    ResidualRisk risk;
    Severity hidden = Severity::Low;
    for (const CheckResult &result : posture.results) {
        const Severity severity = severities.value(result.checkId, Severity::Medium);
        switch (result.verdict) {
        case Verdict::NotApplicable:
            break;
        case Verdict::Unknown:
            ++risk.unknown;
            hidden = std::max(hidden, severity);
            break;
        case Verdict::Pass:
            risk.known = std::max(risk.known.value_or(Severity::Low), Severity::Low);
            break;
        case Verdict::Warn:
            risk.known = std::max(risk.known.value_or(Severity::Low), stepDown(severity));
            break;
        case Verdict::Fail:
            risk.known = std::max(risk.known.value_or(Severity::Low), severity);
            break;
        }
    }
    risk.possible = risk.known ? std::max(*risk.known, hidden) : Severity::Critical;
    return risk;
}

ResidualRisk worstOf(const QList<ResidualRisk> &risks)
{
    ResidualRisk worst;
    bool first = true;
    for (const ResidualRisk &risk : risks) {
        if (first) {
            worst = risk;
            first = false;
            continue;
        }
        if (risk.known && (!worst.known || *risk.known > *worst.known))
            worst.known = risk.known;
        worst.possible = std::max(worst.possible, risk.possible);
        worst.unknown += risk.unknown;
    }
    return worst;
}

} // namespace Helmclaw
