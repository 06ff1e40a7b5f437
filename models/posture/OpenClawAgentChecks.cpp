// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawAgentChecks.h"

#include "models/posture/OpenClawChecks.h"
#include "models/posture/OpenClawConfigChecks.h"
#include "models/posture/ServerFacts.h"

#include <QVersionNumber>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

using Checks = OpenClawAgentChecks;

CheckResult judgeExec(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    if (!gateway.policy)
        return OpenClawConfigChecks::withoutPolicy(facts, gateway, draft);
    const AgentPolicy &policy = gateway.policy->agents;
    draft.evidence(u"openclaw.json"_s, u"tools.exec: "_s + policy.exec.text());
    draft.evidence(u"openclaw.json"_s,
                   u"agents.defaults.sandbox.mode: "_s + (policy.sandbox.isEmpty() ? u"not set"_s : policy.sandbox));
    bool known = policy.exec.isKnown;
    bool unlimited = policy.exec.isUnlimited();
    for (const ExecPolicy &agent : policy.agentExec) {
        draft.evidence(u"openclaw.json"_s, u"agent %1, tools.exec: %2"_s.arg(agent.agent, agent.text()));
        known = known && agent.isKnown;
        unlimited = unlimited || agent.isUnlimited();
    }
    const QString remedy =
        Checks::tr(
            "Set tools.exec.security to \"allowlist\" and tools.exec.ask to \"on-miss\" in %1, or run agents in a "
            "sandbox (agents.defaults.sandbox.mode)")
            .arg(gateway.instance.configPath);
    if (!policy.elevatedForAll.isEmpty()) {
        draft.evidence(u"openclaw.json"_s,
                       u"tools.elevated.allowFrom: \"*\" for "_s + policy.elevatedForAll.join(u", "_s));
        return draft.fail(
            Checks::tr("everybody on %1 may run commands past the sandbox").arg(policy.elevatedForAll.join(u", "_s)),
            Checks::tr("Name the people in tools.elevated.allowFrom (%1)").arg(gateway.instance.configPath));
    }
    if (!known)
        return draft.unknown(Checks::tr("a word of tools.exec is not known"),
                             Checks::tr("See what holds in the end: openclaw exec-policy show"));
    if (unlimited)
        return draft.warn(Checks::tr("commands run unasked, and any command"), remedy);
    if (gateway.policy->hasInclude())
        return OpenClawConfigChecks::withIncludes(*gateway.policy, draft);
    if (policy.sandbox == "all"_L1)
        return draft.pass(Checks::tr("agents run in a sandbox"));
    if (policy.exec.isLimited())
        return draft.pass(policy.exec.text());
    // Approvals can only make it stricter, and live in the gateway's own database.
    return draft.unknown(Checks::tr("the configuration sets no limit; whether the gateway's own approvals do is in its "
                                    "database, which is not read"),
                         remedy + u". "_s + Checks::tr("What holds in the end: openclaw exec-policy show"));
}

struct ChannelFinding
{
    Verdict verdict = Verdict::Pass;
    QString text;
};

ChannelFinding judgeChannel(const ChannelPolicy &channel)
{
    if (!channel.isOn)
        return { Verdict::Pass, {} };
    if (channel.signatureOff)
        return { Verdict::Fail, Checks::tr("%1: the senders of its requests are not verified").arg(channel.name) };
    if (channel.directMessages == "open"_L1 || (channel.anybody && channel.directMessages != "disabled"_L1))
        return { Verdict::Fail, Checks::tr("%1: anybody may write to the agents").arg(channel.name) };
    static const QStringList Known { QString(), u"pairing"_s, u"allowlist"_s, u"disabled"_s };
    static const QStringList KnownGroups { QString(), u"allowlist"_s, u"disabled"_s };
    if (channel.groups == "open"_L1)
        return { Verdict::Warn, Checks::tr("%1: anybody in its groups may write to the agents").arg(channel.name) };
    if (!Known.contains(channel.directMessages) || !KnownGroups.contains(channel.groups))
        return { Verdict::Unknown, Checks::tr("%1: a policy that is not known").arg(channel.name) };
    if (channel.webhook && !channel.webhookSecret)
        return { Verdict::Warn,
                 Checks::tr("%1: a webhook, and no secret for it in the configuration").arg(channel.name) };
    if (channel.webhook)
        return { Verdict::Unknown,
                 Checks::tr("%1: a webhook with a secret; whether it refuses old requests is not to be seen")
                     .arg(channel.name) };
    return { Verdict::Pass, {} };
}

QString channelText(const ChannelPolicy &channel)
{
    const auto word = [](const QString &text, const QString &otherwise) {
        return text.isEmpty() ? otherwise + u" (default)"_s : text;
    };
    return u"channels.%1: %2, direct messages %3%4, groups %5%6"_s.arg(
        channel.name, channel.isOn ? u"on"_s : u"off"_s, word(channel.directMessages, u"pairing"_s),
        channel.anybody ? u" from \"*\""_s : QString(), word(channel.groups, u"allowlist"_s),
        !channel.webhook            ? QString()
            : channel.webhookSecret ? u", webhook with a secret"_s
                                    : u", webhook without a secret"_s);
}

CheckResult judgeChannels(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    if (!gateway.policy)
        return OpenClawConfigChecks::withoutPolicy(facts, gateway, draft);
    const AgentPolicy &policy = gateway.policy->agents;
    QList<ChannelFinding> findings;
    for (const ChannelPolicy &channel : policy.channels) {
        draft.evidence(u"openclaw.json"_s, channelText(channel));
        findings += judgeChannel(channel);
    }
    draft.evidence(u"openclaw.json"_s,
                   policy.hooksOn ? u"hooks: on, token %1"_s.arg(policy.hooksToken ? u"set"_s : u"not set"_s)
                                  : u"hooks: off"_s);
    if (policy.hooksOn && !policy.hooksToken)
        findings += { Verdict::Fail, Checks::tr("hooks are on without a token") };
    if (gateway.policy->hasInclude())
        findings += { Verdict::Unknown, Checks::tr("the configuration includes other files, which are not read") };
    Verdict worst = Verdict::Pass;
    QStringList texts;
    for (const ChannelFinding &finding : std::as_const(findings))
        worst = std::max(worst, finding.verdict);
    for (const ChannelFinding &finding : std::as_const(findings)) {
        if (finding.verdict == worst && !finding.text.isEmpty())
            texts += finding.text;
    }
    const QString summary = texts.join(u"; "_s);
    const QString remedy =
        Checks::tr(
            "Name the people in allowFrom and leave dmPolicy at \"pairing\" and groupPolicy at \"allowlist\"; give "
            "webhooks a secret (%1). What is still open: openclaw security audit")
            .arg(gateway.instance.configPath);
    switch (worst) {
    case Verdict::Fail:
        return draft.fail(summary, remedy);
    case Verdict::Warn:
        return draft.warn(summary, remedy);
    case Verdict::Unknown:
        return draft.unknown(summary, remedy);
    case Verdict::Pass:
    case Verdict::NotApplicable:
        break;
    }
    const auto on = std::count_if(policy.channels.begin(), policy.channels.end(),
                                  [](const ChannelPolicy &channel) { return channel.isOn; });
    if (on == 0 && !policy.hooksOn)
        return draft.notApplicable(Checks::tr("no channel is on"));
    return draft.pass(Checks::tr("only known people may write to the agents"));
}

/// OpenClaw 2026.9.2 and newer end at once on a node before 24 (facts: engines.node).
bool refusesNode(const QVersionNumber &openClaw, const QString &node)
{
    return openClaw >= QVersionNumber(2026, 9, 2) && !node.isEmpty()
        && QVersionNumber::fromString(node) < QVersionNumber(24);
}

CheckResult judgeVersion(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    const OpenClawFacts &openClaw = facts.openClaw;
    const QString installed = gateway.instance.version;
    draft.evidence(u"package.json"_s, installed.isEmpty() ? u"version not found"_s : u"openclaw "_s + installed);
    for (auto node = openClaw.state.nodes.begin(); node != openClaw.state.nodes.end(); ++node)
        draft.evidence(u"node"_s, node.key() + u' ' + node.value());
    if (openClaw.newest.isEmpty())
        draft.evidence(u"registry.npmjs.org"_s, openClaw.newestProblem);
    else
        draft.evidence(u"registry.npmjs.org"_s, u"openclaw "_s + openClaw.newest);
    if (installed.isEmpty())
        return draft.unknown(Checks::tr("the installed version is not to be found"),
                             Checks::tr("Ask it on the server: openclaw --version"));
    const QVersionNumber its = QVersionNumber::fromString(installed);
    for (const QString &node : openClaw.state.nodes) {
        if (gateway.instance.pid == 0 && refusesNode(its, node))
            return draft.fail(Checks::tr("%1 does not run on Node %2").arg(installed, node),
                              Checks::tr("Install Node 24 or newer (24.16)"));
    }
    if (openClaw.newest.isEmpty())
        return draft.unknown(
            Checks::tr("%1; the newest version is not known").arg(installed),
            Checks::tr("This computer asks registry.npmjs.org once a day: %1").arg(openClaw.newestProblem));
    const QVersionNumber newest = QVersionNumber::fromString(openClaw.newest);
    if (its.isNull() || newest.isNull())
        return draft.unknown(Checks::tr("%1 and %2 cannot be compared").arg(installed, openClaw.newest),
                             Checks::tr("See OpenClaw's release notes"));
    if (its < newest)
        return draft.warn(
            Checks::tr("%1; newest is %2").arg(installed, openClaw.newest),
            Checks::tr("As user %1: openclaw update. Read the release notes first").arg(gateway.instance.user));
    return draft.pass(Checks::tr("%1, the newest").arg(installed));
}

} // namespace

CheckResult OpenClawAgentChecks::execApprovals(const ServerFacts &facts)
{
    return OpenClawChecks::overGateways(facts, u"openclaw.exec-approvals"_s, judgeExec);
}

CheckResult OpenClawAgentChecks::channels(const ServerFacts &facts)
{
    return OpenClawChecks::overGateways(facts, u"openclaw.channels"_s, judgeChannels);
}

CheckResult OpenClawAgentChecks::version(const ServerFacts &facts)
{
    return OpenClawChecks::overGateways(facts, u"openclaw.version"_s, judgeVersion);
}

} // namespace Helmclaw
