// SPDX-License-Identifier: MIT
#include "models/posture/Check.h"

namespace Helmclaw {

QString verdictName(Verdict verdict)
{
    switch (verdict) {
    case Verdict::NotApplicable:
        return QStringLiteral("not-applicable");
    case Verdict::Pass:
        return QStringLiteral("pass");
    case Verdict::Unknown:
        return QStringLiteral("unknown");
    case Verdict::Warn:
        return QStringLiteral("warn");
    case Verdict::Fail:
        return QStringLiteral("fail");
    }
    Q_UNREACHABLE();
}

QString categoryName(CheckCategory category)
{
    switch (category) {
    case CheckCategory::Authentication:
        return QStringLiteral("authentication");
    case CheckCategory::Data:
        return QStringLiteral("data");
    case CheckCategory::Infrastructure:
        return QStringLiteral("infrastructure");
    case CheckCategory::Compliance:
        return QStringLiteral("compliance");
    }
    Q_UNREACHABLE();
}

QString severityName(Severity severity)
{
    switch (severity) {
    case Severity::Low:
        return QStringLiteral("low");
    case Severity::Medium:
        return QStringLiteral("medium");
    case Severity::High:
        return QStringLiteral("high");
    case Severity::Critical:
        return QStringLiteral("critical");
    }
    Q_UNREACHABLE();
}

QString verdictLabel(Verdict verdict)
{
    switch (verdict) {
    case Verdict::NotApplicable:
        return QCoreApplication::translate("Verdict", "Not applicable");
    case Verdict::Pass:
        return QCoreApplication::translate("Verdict", "Pass");
    case Verdict::Unknown:
        return QCoreApplication::translate("Verdict", "Unknown");
    case Verdict::Warn:
        return QCoreApplication::translate("Verdict", "Warning");
    case Verdict::Fail:
        return QCoreApplication::translate("Verdict", "Fail");
    }
    Q_UNREACHABLE();
}

} // namespace Helmclaw
