// SPDX-License-Identifier: MIT
#include "models/posture/Judge.h"

#include "models/posture/Fail2banChecks.h"
#include "models/posture/FirewallChecks.h"
#include "models/posture/ProbeReport.h"
#include "models/posture/ServerFacts.h"
#include "models/posture/UpdateChecks.h"

namespace Helmclaw {

QList<CheckResult> judge(const ServerFacts &facts)
{
    return {
        FirewallChecks::active(facts),
        FirewallChecks::defaultIncoming(facts),
        FirewallChecks::defaultOutgoing(facts),
        FirewallChecks::defaultRouted(facts),
        FirewallChecks::rules(facts),
        Fail2banChecks::active(facts),
        Fail2banChecks::sshdJail(facts),
        Fail2banChecks::limits(facts),
        Fail2banChecks::banned(facts),
        UpdateChecks::unattended(facts),
        UpdateChecks::origins(facts),
        UpdateChecks::security(facts),
        UpdateChecks::pending(facts),
        UpdateChecks::packages(facts),
        UpdateChecks::lastRun(facts),
        UpdateChecks::autoReboot(facts),
        UpdateChecks::reboot(facts),
    };
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
