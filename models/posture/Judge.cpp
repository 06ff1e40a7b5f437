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

ProbeOutcome outcomeOf(const ServerFacts &facts)
{
    return { judge(facts), facts.canBecomeRoot(), facts.sshPort, Exposure::of(facts) };
}

Result<ServerFacts> understandProbe(const QByteArray &output, const QByteArray &nonce)
{
    const Result<ProbeReport> report = ProbeReport::parse(output, nonce);
    return report ? ServerFacts::parse(*report) : tl::unexpected(report.error());
}

Result<ProbeOutcome> judgeProbe(const QByteArray &output, const QByteArray &nonce)
{
    const Result<ServerFacts> facts = understandProbe(output, nonce);
    if (!facts)
        return tl::unexpected(facts.error());
    return outcomeOf(*facts);
}

} // namespace Helmclaw
