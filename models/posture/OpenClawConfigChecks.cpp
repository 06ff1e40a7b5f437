// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawConfigChecks.h"

#include "models/posture/OpenClawChecks.h"
#include "models/posture/OpenClawWords.h"
#include "models/posture/ServerFacts.h"

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

using namespace OpenClawWords;

namespace {

using Checks = OpenClawConfigChecks;
using Kind = SharedSecret::Kind;

/// Evidence of a secret: never the secret.
void tell(CheckDraft &draft, const QString &name, const SharedSecret &secret)
{
    switch (secret.kind) {
    case Kind::Absent:
        return;
    case Kind::Present:
        draft.evidence(u"openclaw.json"_s, u"%1: set, %2 characters"_s.arg(name).arg(secret.length));
        return;
    case Kind::Reference:
        draft.evidence(u"openclaw.json"_s, u"%1: a reference to a secret store"_s.arg(name));
        return;
    case Kind::Substituted:
        draft.evidence(u"openclaw.json"_s, u"%1: an environment variable"_s.arg(name));
        return;
    }
}

/// The secret where other users of the server see it: on a command line, in a unit's environment.
std::optional<CheckResult> judgeLeaks(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    const GatewayInstance &instance = gateway.instance;
    const GatewayFacts &seen = facts.openClaw.state.facts;
    const QString remedy =
        Checks::tr("Put the token into %1 alone (mode 600), make a new one, and restart the gateway; "
                   "the old one is to be taken for known")
            .arg(instance.configPath);
    QStringList flags;
    for (const GatewayProcess &process : seen.processes) {
        if (process.uid != instance.uid || (!process.settings.tokenFlag && !process.settings.passwordFlag))
            continue;
        draft.evidence(u"/proc/%1/cmdline: %2 …"_s.arg(process.pid)
                           .arg(process.settings.tokenFlag ? u"--token"_s : u"--password"_s));
        flags.append(process.settings.tokenFlag ? u"--token"_s : u"--password"_s);
    }
    bool environment = false;
    bool systemUnit = false;
    for (const GatewayUnit &unit : seen.units) {
        if (unit.uid != instance.uid)
            continue;
        if (unit.settings.tokenFlag || unit.settings.passwordFlag) {
            flags.append(unit.settings.tokenFlag ? u"--token"_s : u"--password"_s);
            draft.evidence(unit.file, u"ExecStart has "_s + flags.constLast());
        }
        if (unit.settings.token || unit.settings.password) {
            environment = true;
            systemUnit = systemUnit || unit.isSystemUnit;
            draft.evidence(unit.file,
                           u"Environment has "_s
                               + (unit.settings.token ? u"OPENCLAW_GATEWAY_TOKEN"_s : u"OPENCLAW_GATEWAY_PASSWORD"_s));
        }
    }
    if (!flags.isEmpty())
        return draft.fail(Checks::tr("started with %1: every user of the server can read it").arg(flags.constFirst()),
                          remedy);
    if (systemUnit)
        return draft.fail(Checks::tr("the secret is in a system unit: every user can read it (systemctl show)"),
                          remedy);
    if (environment)
        return draft.warn(Checks::tr("the secret is in the unit's text"), remedy);
    return std::nullopt;
}

CheckResult judgeSecret(const SharedSecret &secret, const QString &name, bool inEnvironment, CheckDraft &draft)
{
    const QString remedy = Checks::tr("Make a new one with at least %1 random characters").arg(Checks::minSecretLength);
    if (secret.kind == Kind::Absent) {
        if (!inEnvironment)
            return draft.unknown(
                Checks::tr("the configuration has no %1; where it comes from is not to be seen").arg(name),
                Checks::tr("Set gateway.auth.%1").arg(name));
        draft.evidence(u"environment: a %1 is set"_s.arg(name));
        return draft.pass(Checks::tr("%1, from the environment").arg(name));
    }
    if (secret.kind == Kind::Present && secret.isPlaceholder)
        return draft.fail(Checks::tr("the %1 is a placeholder").arg(name), remedy);
    if (secret.kind == Kind::Present && secret.length < Checks::minSecretLength)
        return draft.warn(Checks::tr("the %1 is short: %2 characters").arg(name).arg(secret.length), remedy);
    return draft.pass(name);
}

CheckResult judgeAuth(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    const std::optional<CheckResult> leak = judgeLeaks(facts, gateway, draft);
    if (leak && leak->verdict == Verdict::Fail)
        return *leak;
    if (!gateway.policy)
        return leak ? *leak : Checks::withoutPolicy(facts, gateway, draft);
    const GatewayPolicy &policy = *gateway.policy;
    draft.evidence(u"openclaw.json"_s,
                   u"gateway.auth.mode: "_s + (policy.authMode.isEmpty() ? u"not set"_s : policy.authMode));
    tell(draft, u"gateway.auth.token"_s, policy.token);
    tell(draft, u"gateway.auth.password"_s, policy.password);
    if (policy.authMode == "none"_L1)
        return draft.fail(Checks::tr("none: whoever reaches it may do everything"),
                          Checks::tr("Set gateway.auth.mode to \"token\" in %1").arg(gateway.instance.configPath));
    if (leak)
        return *leak;
    if (policy.hasInclude())
        return Checks::withIncludes(policy, draft);
    const GatewaySettings &settings = gateway.instance.settings;
    if (policy.authMode == "token"_L1)
        return judgeSecret(policy.token, u"token"_s, settings.token, draft);
    if (policy.authMode == "password"_L1)
        return judgeSecret(policy.password, u"password"_s, settings.password, draft);
    if (policy.authMode.isEmpty() && (settings.token || settings.password)) {
        const QString name = settings.token ? u"token"_s : u"password"_s;
        return judgeSecret({}, name, true, draft);
    }
    if (policy.authMode == "trusted-proxy"_L1)
        return draft.warn(Checks::tr("trusted-proxy: it believes what the proxy says about who somebody is"),
                          Checks::tr("Only the proxy may reach the gateway: look at gateway.trustedProxies and at what "
                                     "else can connect to its port"));
    return draft.unknown(policy.authMode.isEmpty() ? Checks::tr("no mode is set")
                                                   : Checks::tr("the mode \"%1\" is not known").arg(policy.authMode),
                         Checks::tr("Set gateway.auth.mode to \"token\" in %1").arg(gateway.instance.configPath));
}

CheckResult judgeRateLimit(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    if (!gateway.policy)
        return Checks::withoutPolicy(facts, gateway, draft);
    const GatewayPolicy &policy = *gateway.policy;
    const QString example =
        Checks::tr("Set gateway.auth.rateLimit in %1: { maxAttempts: 10, windowMs: 60000, lockoutMs: 300000, "
                   "exemptLoopback: true }")
            .arg(gateway.instance.configPath);
    if (policy.hasInclude() && (!policy.rateLimit || policy.rateLimit->exemptLoopback))
        return Checks::withIncludes(policy, draft);
    if (!policy.rateLimitUnderstood) {
        draft.evidence(u"openclaw.json"_s, u"gateway.auth.rateLimit: not understood"_s);
        return draft.unknown(Checks::tr("gateway.auth.rateLimit is not understood"), example);
    }
    if (!policy.rateLimit) {
        draft.evidence(u"openclaw.json"_s, u"gateway.auth.rateLimit: not set"_s);
        return draft.warn(Checks::tr("not set: only what this version of OpenClaw does by itself"), example);
    }
    const AuthRateLimit &limit = *policy.rateLimit;
    const double attempts = limit.maxAttempts.value_or(10);
    const double window = limit.windowMs.value_or(60000) / 1000;
    const double lockout = limit.lockoutMs.value_or(300000) / 1000;
    draft.evidence(
        u"openclaw.json"_s,
        u"gateway.auth.rateLimit: maxAttempts %1, window %2 s, lockout %3 s, exemptLoopback %4"_s.arg(attempts)
            .arg(window)
            .arg(lockout)
            .arg(limit.exemptLoopback ? u"true"_s : u"false"_s));
    if (!limit.exemptLoopback)
        return draft.warn(
            Checks::tr("the loopback address is not exempt: one wrong token too many locks everybody out who comes "
                       "through a tunnel"),
            Checks::tr("Set gateway.auth.rateLimit.exemptLoopback to true in %1").arg(gateway.instance.configPath));
    constexpr double MaxAttempts = 100;
    if (attempts > MaxAttempts)
        return draft.warn(Checks::tr("%1 attempts are no limit").arg(attempts), example);
    return draft.pass(Checks::tr("%1 attempts in %2 s, then out for %3 s").arg(attempts).arg(window).arg(lockout));
}

CheckResult judgeOrigins(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    if (!gateway.policy)
        return Checks::withoutPolicy(facts, gateway, draft);
    const GatewayPolicy &policy = *gateway.policy;
    draft.evidence(u"openclaw.json"_s,
                   u"gateway.controlUi.allowedOrigins: "_s
                       + (policy.allowedOrigins.isEmpty() ? u"not set"_s : policy.allowedOrigins.join(u", "_s)));
    for (const QString &flag : policy.dangerousFlags)
        draft.evidence(u"openclaw.json"_s, flag + u": on"_s);
    if (!policy.originsUnderstood)
        return draft.unknown(Checks::tr("gateway.controlUi.allowedOrigins is not understood"),
                             Checks::tr("See what openclaw config validate says about it"));
    const QString &file = gateway.instance.configPath;
    if (policy.allowedOrigins.contains("*"_L1))
        return draft.fail(
            Checks::tr("\"*\": every web page may talk to the gateway"),
            Checks::tr("List the addresses that the web UI is opened at in gateway.controlUi.allowedOrigins "
                       "(%1); through a tunnel none is needed")
                .arg(file));
    if (!policy.dangerousFlags.isEmpty())
        return draft.fail(
            Checks::tr("switched on: %1").arg(policy.dangerousFlags.join(u", "_s)),
            Checks::tr("Take it out of %1: openclaw config unset %2").arg(file, policy.dangerousFlags.constFirst()));
    if (policy.hasInclude())
        return Checks::withIncludes(policy, draft);
    if (!policy.controlUiEnabled)
        return draft.pass(Checks::tr("the web UI is switched off"));
    return draft.pass(policy.allowedOrigins.isEmpty() ? Checks::tr("only pages from the server itself or a tunnel")
                                                      : policy.allowedOrigins.join(u", "_s));
}

} // namespace

CheckResult OpenClawConfigChecks::withoutPolicy(const ServerFacts &facts, const OpenClawGateway &gateway,
                                                CheckDraft &draft)
{
    const GatewayInstance &instance = gateway.instance;
    const QString file = instance.configPath.isEmpty() ? u"openclaw.json"_s : instance.configPath;
    if (instance.configMissing)
        return draft.evidence(file, u"not there"_s)
            .unknown(tr("there is no configuration file"), tr("As user %1: openclaw configure").arg(instance.user));
    if (!gateway.policyProblem.isEmpty())
        return draft.evidence(file, gateway.policyProblem).unknown(gateway.policyProblem, gateway.policyRemedy);
    return draft.evidence(file, u"not readable"_s)
        .unknown(tr("the configuration is not readable for %1").arg(facts.user), seeMore(facts));
}

CheckResult OpenClawConfigChecks::withIncludes(const GatewayPolicy &policy, CheckDraft &draft)
{
    return draft.evidence(u"openclaw.json"_s, policy.includes.join(u", "_s))
        .unknown(tr("the configuration includes other files, which are not read"),
                 tr("See what holds in the end: openclaw config get gateway"));
}

CheckResult OpenClawConfigChecks::auth(const ServerFacts &facts)
{
    return OpenClawChecks::overGateways(facts, u"openclaw.auth"_s, judgeAuth);
}

CheckResult OpenClawConfigChecks::rateLimit(const ServerFacts &facts)
{
    return OpenClawChecks::overGateways(facts, u"openclaw.rate-limit"_s, judgeRateLimit);
}

CheckResult OpenClawConfigChecks::origins(const ServerFacts &facts)
{
    return OpenClawChecks::overGateways(facts, u"openclaw.origins"_s, judgeOrigins);
}

} // namespace Helmclaw
