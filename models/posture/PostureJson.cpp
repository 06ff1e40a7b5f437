// SPDX-License-Identifier: MIT
#include "models/posture/PostureJson.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureStore.h"
#include "models/posture/ResidualRisk.h"

#include <QJsonArray>

namespace Helmclaw {

namespace {

QJsonValue timeToJson(const QDateTime &time)
{
    return time.isValid() ? QJsonValue(time.toUTC().toString(Qt::ISODate)) : QJsonValue(QJsonValue::Null);
}

QJsonObject resultToJson(const CheckResult &result, const CheckInfo &info)
{
    return {
        { QStringLiteral("id"), result.checkId },
        { QStringLiteral("title"), info.title },
        { QStringLiteral("area"), info.area },
        { QStringLiteral("category"), categoryName(info.category) },
        { QStringLiteral("severity"), severityName(info.severity) },
        { QStringLiteral("verdict"), verdictName(result.verdict) },
        { QStringLiteral("summary"), result.summary },
        { QStringLiteral("evidence"), QJsonArray::fromStringList(result.evidence) },
        { QStringLiteral("remedy"), result.remedy },
        { QStringLiteral("why"), info.why },
        { QStringLiteral("since"), timeToJson(result.since) },
    };
}

} // namespace

QJsonObject riskToJson(const ResidualRisk &risk)
{
    return {
        { QStringLiteral("known"), risk.known ? QJsonValue(severityName(*risk.known)) : QJsonValue(QJsonValue::Null) },
        { QStringLiteral("possible"), severityName(risk.possible) },
        { QStringLiteral("unknownChecks"), risk.unknown },
    };
}

QJsonObject postureToJson(const ServerPosture &posture)
{
    QJsonArray checks;
    for (const CheckResult &result : posture.results)
        checks.append(resultToJson(result, checkInfo(result.checkId)));
    QJsonValue error(QJsonValue::Null);
    if (posture.lastError) {
        error = QJsonObject { { QStringLiteral("code"), errorCodeName(posture.lastError->code) },
                              { QStringLiteral("what"), posture.lastError->what },
                              { QStringLiteral("remedy"), posture.lastError->remedy } };
    }
    return {
        { QStringLiteral("worst"), verdictName(posture.worst()) },
        { QStringLiteral("risk"), riskToJson(residualRisk(posture)) },
        { QStringLiteral("probedAt"), timeToJson(posture.probedAt) },
        { QStringLiteral("withSudo"), posture.withSudo },
        { QStringLiteral("stale"), posture.lastError.has_value() && !posture.results.isEmpty() },
        { QStringLiteral("error"), error },
        { QStringLiteral("checks"), checks },
    };
}

} // namespace Helmclaw
