// SPDX-License-Identifier: MIT
#include "models/posture/Judge.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/ProbeReport.h"
#include "models/posture/ServerFacts.h"

namespace Helmclaw {

QList<CheckResult> judge(const ServerFacts &facts)
{
    QList<CheckResult> results;
    for (const CheckRule &rule : checkRules())
        results += rule.judge(facts);
    return results;
}

Result<ProbeOutcome> judgeProbe(const QByteArray &output, const QByteArray &nonce)
{
    const Result<ProbeReport> report = ProbeReport::parse(output, nonce);
    if (!report)
        return tl::unexpected(report.error());
    const Result<ServerFacts> facts = ServerFacts::parse(*report);
    if (!facts)
        return tl::unexpected(facts.error());
    return ProbeOutcome { judge(*facts), facts->canBecomeRoot(), facts->sshPort };
}

} // namespace Helmclaw
