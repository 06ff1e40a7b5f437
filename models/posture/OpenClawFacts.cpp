// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawFacts.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(OpenClawFacts)
};

} // namespace

OpenClawFacts OpenClawFacts::parse(const ProbeReport &report)
{
    OpenClawFacts facts;
    const ProbeSection *section = report.find("openclaw");
    if (!section || section->absent) {
        facts.problem = Text::tr("the probe could not look for it");
        return facts;
    }
    if (section->status != 0) {
        facts.problem = Text::tr("looking for it ended with status %1").arg(section->status);
        return facts;
    }
    // A report inside the report, with the same number; the shell took its last line end off.
    Result<GatewayState> state = GatewayState::parse(section->text + '\n', report.nonce());
    if (!state) {
        facts.problem = state.error().what;
        return facts;
    }
    facts.asked = true;
    facts.state = *std::move(state);
    const QList<GatewayProcess> &processes = facts.state.facts.processes;
    facts.inContainer = std::any_of(processes.begin(), processes.end(),
                                    [](const GatewayProcess &p) { return p.isGateway && p.otherNetwork; });
    const QList<GatewayInstance> instances = gatewayInstances(facts.state.facts);
    for (const GatewayInstance &instance : instances)
        facts.gateways.append({ instance, {}, {}, {} });
    // Folders that only the command-line program has left (root's, for instance) are no gateways where there is one.
    const bool certain = std::any_of(facts.gateways.begin(), facts.gateways.end(),
                                     [](const OpenClawGateway &gateway) { return gateway.isCertain(); });
    if (certain)
        facts.gateways.removeIf([](const OpenClawGateway &gateway) { return !gateway.isCertain(); });
    return facts;
}

QList<ConfigToRead> OpenClawFacts::configsToRead(const QString &loginUser, bool maySudo) const
{
    QList<ConfigToRead> wanted;
    for (int i = 0; i < gateways.size(); ++i) {
        const GatewayInstance &instance = gateways.at(i).instance;
        if (instance.configPath.isEmpty() || instance.configMissing)
            continue;
        const bool own = instance.user == loginUser || loginUser == "root"_L1;
        const bool named = !instance.user.isEmpty() && state.facts.homeOf(instance.uid) != nullptr;
        if (own)
            wanted.append({ i, instance.configPath, {} });
        else if (named && (maySudo || state.facts.mayBecome(instance.user)))
            wanted.append({ i, instance.configPath, instance.user });
        else if (instance.configReadable && state.facts.uid != 0)
            wanted.append({ i, instance.configPath, {} }); // open to everybody, which another check says
    }
    constexpr int MaxConfigs = 4;
    return wanted.first(std::min<qsizetype>(wanted.size(), MaxConfigs));
}

void OpenClawFacts::setConfig(int gateway, const Secret &content, const std::optional<Error> &error)
{
    OpenClawGateway &its = gateways[gateway];
    if (error) {
        its.policyProblem = error->what;
        its.policyRemedy = error->remedy;
        return;
    }
    Result<GatewayPolicy> policy = GatewayPolicy::parse(content);
    if (policy) {
        its.policy = *std::move(policy);
        return;
    }
    its.policyProblem = Text::tr("%1 is not understood: %2").arg(its.instance.configPath, policy.error().what);
    its.policyRemedy = Text::tr("See what openclaw config validate says about it");
}

} // namespace Helmclaw
