// SPDX-License-Identifier: MIT
#include "models/posture/FirewallChecks.h"

#include "models/posture/CheckDraft.h"
#include "models/posture/ServerFacts.h"

#include <optional>

namespace Helmclaw {

namespace {

const QString statusSource = QStringLiteral("ufw status verbose");
const QString confSource = QStringLiteral("/etc/ufw/ufw.conf");
const QString defaultsSource = QStringLiteral("/etc/default/ufw");
const QString ufwUnit = QStringLiteral("ufw.service");

QString remedyForStatus(const ServerFacts &facts)
{
    return CheckDraft::sudoRemedy(facts, QStringLiteral("/usr/sbin/ufw status verbose"));
}

void addStatus(CheckDraft &draft, const FirewallFacts &firewall)
{
    if (firewall.active)
        draft.evidence(statusSource,
                       *firewall.active ? QStringLiteral("Status: active") : QStringLiteral("Status: inactive"));
    else if (!firewall.problem.isEmpty())
        draft.evidence(statusSource, firewall.problem);
    if (firewall.enabledAtBoot)
        draft.evidence(confSource,
                       *firewall.enabledAtBoot ? QStringLiteral("ENABLED=yes") : QStringLiteral("ENABLED=no"));
}

void addDefaults(CheckDraft &draft, const FirewallFacts &firewall)
{
    if (!firewall.incoming.isEmpty()) {
        draft.evidence(statusSource,
                       QStringLiteral("Default: %1 (incoming), %2 (outgoing), %3 (routed)")
                           .arg(firewall.incoming, firewall.outgoing, firewall.routed));
    }
}

/// The configured policy, root-less: "/etc/default/ufw: DEFAULT_INPUT_POLICY=DROP".
QString addConfigured(CheckDraft &draft, const FirewallFacts &firewall, const QString &key)
{
    const QString value = firewall.defaults.value(key);
    if (!value.isEmpty())
        draft.evidence(defaultsSource, QStringLiteral("%1=%2").arg(key, value));
    return value;
}

} // namespace

CheckResult FirewallChecks::active(const ServerFacts &facts)
{
    const FirewallFacts &firewall = facts.firewall;
    CheckDraft draft(QStringLiteral("firewall.active"));
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    if (!firewall.installed) {
        return draft.evidence(QStringLiteral("command -v ufw"), QStringLiteral("not found"))
            .unknown(tr("ufw is not installed"),
                     tr("Helmclaw reads the firewall through ufw. Install it (sudo apt install ufw), allow SSH (sudo "
                        "ufw allow 22/tcp), then "
                        "sudo ufw enable; if another firewall guards this server, check that one by hand."));
    }
    addStatus(draft, firewall);
    const UnitFacts unit = facts.units.value(ufwUnit);
    if (facts.hasSystemd)
        draft.evidence(unit.evidence(ufwUnit));

    const QString enable =
        tr("Make sure that SSH stays allowed (sudo ufw allow 22/tcp), then switch the firewall on: sudo ufw enable");
    if (firewall.active == true) {
        if (firewall.enabledAtBoot == false || (facts.hasSystemd && !unit.isEnabled()))
            return draft.warn(tr("active, but not after the next boot"),
                              tr("sudo ufw enable; sudo systemctl enable ufw"));
        return draft.pass(tr("active"));
    }
    if (firewall.active == false)
        return draft.fail(tr("inactive"), enable);
    if (firewall.enabledAtBoot == false)
        return draft.fail(tr("switched off in ufw.conf"), enable);
    if (facts.hasSystemd && !unit.isActive())
        return draft.fail(tr("the ufw service is not running"),
                          tr("sudo systemctl enable --now ufw; then check with sudo ufw status verbose"));
    if (!firewall.problem.isEmpty() && facts.canBecomeRoot())
        return draft.unknown(tr("ufw did not answer as expected"),
                             tr("Run sudo ufw status verbose on the server and see what it says"));
    return draft.unknown(firewall.enabledAtBoot == true ? tr("configured on; whether it is loaded needs sudo")
                                                        : tr("not readable without sudo"),
                         remedyForStatus(facts));
}

namespace {

/// What the checks of single policies have in common: the cases in which there is no policy word to judge.
std::optional<CheckResult> withoutPolicy(CheckDraft &draft, const ServerFacts &facts, const QString &notLinux,
                                         const QString &noUfw)
{
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(notLinux);
    if (!facts.firewall.installed)
        return draft.evidence(QStringLiteral("command -v ufw"), QStringLiteral("not found"))
            .unknown(noUfw, FirewallChecks::active(facts).remedy);
    return std::nullopt;
}

} // namespace

CheckResult FirewallChecks::defaultIncoming(const ServerFacts &facts)
{
    const FirewallFacts &firewall = facts.firewall;
    CheckDraft draft(QStringLiteral("firewall.default-incoming"));
    if (const auto result = withoutPolicy(draft, facts, CheckDraft::notLinuxText(facts), tr("ufw is not installed")))
        return *result;
    addStatus(draft, firewall);
    addDefaults(draft, firewall);
    const QString remedy = tr("Allow SSH first (sudo ufw allow 22/tcp), then: sudo ufw default deny incoming");
    if (firewall.active == false)
        return draft.fail(tr("nothing is denied: the firewall is inactive"), FirewallChecks::active(facts).remedy);
    if (firewall.incoming == u"deny" || firewall.incoming == u"reject")
        return draft.pass(tr("%1 (incoming)").arg(firewall.incoming));
    if (firewall.incoming == u"allow")
        return draft.fail(tr("allow (incoming)"), remedy);
    const QString configured = addConfigured(draft, firewall, QStringLiteral("DEFAULT_INPUT_POLICY"));
    if (configured == u"ACCEPT")
        return draft.fail(tr("configured to allow"), remedy);
    if (firewall.enabledAtBoot == false)
        return draft.fail(tr("nothing is denied: the firewall is switched off"), FirewallChecks::active(facts).remedy);
    return draft.unknown(configured.isEmpty() ? tr("not readable without sudo")
                                              : tr("configured to deny; whether it is loaded needs sudo"),
                         remedyForStatus(facts));
}

CheckResult FirewallChecks::defaultOutgoing(const ServerFacts &facts)
{
    const FirewallFacts &firewall = facts.firewall;
    CheckDraft draft(QStringLiteral("firewall.default-outgoing"));
    if (const auto result = withoutPolicy(draft, facts, CheckDraft::notLinuxText(facts), tr("ufw is not installed")))
        return *result;
    addStatus(draft, firewall);
    addDefaults(draft, firewall);
    if (firewall.active == false)
        return draft.notApplicable(tr("the firewall is inactive"));
    if (firewall.outgoing == u"allow")
        return draft.pass(tr("allow (outgoing)"));
    const QString configured = addConfigured(draft, firewall, QStringLiteral("DEFAULT_OUTPUT_POLICY"));
    if (firewall.outgoing == u"deny" || firewall.outgoing == u"reject") {
        return draft.warn(tr("%1 (outgoing)").arg(firewall.outgoing),
                          tr("Stricter than documented. Make sure that updates, DNS, model providers and Tailscale "
                             "have rules, or: sudo ufw default "
                             "allow outgoing"));
    }
    return draft.unknown(configured.isEmpty() ? tr("not readable without sudo")
                                              : tr("configured %1; what is loaded needs sudo").arg(configured),
                         remedyForStatus(facts));
}

CheckResult FirewallChecks::defaultRouted(const ServerFacts &facts)
{
    const FirewallFacts &firewall = facts.firewall;
    CheckDraft draft(QStringLiteral("firewall.default-routed"));
    if (const auto result = withoutPolicy(draft, facts, CheckDraft::notLinuxText(facts), tr("ufw is not installed")))
        return *result;
    addStatus(draft, firewall);
    addDefaults(draft, firewall);
    draft.evidence(firewall.forwardingLines);
    const QString remedy = tr("sudo ufw default deny routed; containers that must be reached get a rule of their own "
                              "(sudo ufw route allow …)");
    if (firewall.active == false) {
        if (firewall.forwarding == false)
            return draft.notApplicable(tr("the firewall is inactive; the kernel does not route"));
        return draft.fail(tr("nothing is denied: the firewall is inactive"), FirewallChecks::active(facts).remedy);
    }
    if (firewall.routed == u"deny" || firewall.routed == u"reject")
        return draft.pass(tr("%1 (routed)").arg(firewall.routed));
    // ufw says "disabled" while net.ipv4.ip_forward is 0; the policy that will hold once Docker switches routing on is
    // in its defaults.
    const QString configured = addConfigured(draft, firewall, QStringLiteral("DEFAULT_FORWARD_POLICY"));
    if (firewall.routed == u"disabled") {
        if (configured == u"ACCEPT")
            return draft.warn(tr("the kernel does not route now, but would be allowed to"), remedy);
        if (firewall.forwarding == false)
            return draft.pass(tr("disabled (routed): the kernel does not route"));
        if (firewall.forwarding == true) {
            return draft.unknown(tr("ufw says that routing is off, the kernel says that it is on"),
                                 tr("IPv6 routing may be on alone (sysctl net.ipv6.conf.all.forwarding); then ufw "
                                    "reload and refresh again"));
        }
    }
    if (firewall.routed == u"allow")
        return draft.fail(tr("allow (routed)"), remedy);
    if (configured == u"ACCEPT" && firewall.routed.isEmpty())
        return draft.fail(tr("configured to allow"), remedy);
    return draft.unknown(configured.isEmpty() ? tr("not readable without sudo")
                                              : tr("configured %1; what is loaded needs sudo").arg(configured),
                         remedyForStatus(facts));
}

CheckResult FirewallChecks::rules(const ServerFacts &facts)
{
    const FirewallFacts &firewall = facts.firewall;
    CheckDraft draft(QStringLiteral("firewall.rules"));
    if (const auto result = withoutPolicy(draft, facts, CheckDraft::notLinuxText(facts), tr("ufw is not installed")))
        return *result;
    if (firewall.active == false) {
        addStatus(draft, firewall);
        return draft.notApplicable(tr("the firewall is inactive"));
    }
    if (!firewall.active) {
        addStatus(draft, firewall);
        return draft.unknown(tr("not readable without sudo"), remedyForStatus(facts));
    }

    QStringList expected { QStringLiteral("22/tcp"), QStringLiteral("41641/udp") };
    if (facts.sshPort > 0)
        expected.append(QStringLiteral("%1/tcp").arg(facts.sshPort));
    bool everything = false;
    QStringList extra;
    QStringList extraLines;
    for (const FirewallRule &rule : firewall.rules) {
        if (!rule.isOpenToAnyone() || (rule.direction == u"IN" && expected.contains(rule.port())))
            continue;
        everything = everything || (rule.direction == u"IN" && rule.port().isEmpty());
        extra.append(rule.port().isEmpty() ? tr("everything") : rule.port());
        extraLines.append(rule.line);
    }
    // The rules that matter come first, then the rest.
    for (const QString &line : std::as_const(extraLines))
        draft.evidence(statusSource, line);
    for (const QString &line : firewall.notUnderstood)
        draft.evidence(statusSource, line);
    for (const FirewallRule &rule : firewall.rules) {
        if (!extraLines.contains(rule.line))
            draft.evidence(statusSource, rule.line);
    }
    if (firewall.rules.isEmpty() && firewall.notUnderstood.isEmpty())
        draft.evidence(statusSource, tr("no rules"));
    if (firewall.defaults.value(QStringLiteral("IPV6")).toLower() == u"no")
        draft.evidence(defaultsSource, QStringLiteral("IPV6=no"));

    extra.removeDuplicates();
    const QString remedy =
        tr("See sudo ufw status numbered and take away what is not needed (sudo ufw delete NUMBER), or limit it to the "
           "addresses or the interface that need it (sudo ufw allow in on tailscale0 to any port PORT)");
    if (everything)
        return draft.fail(tr("open to anyone: everything"), remedy);
    if (!extra.isEmpty())
        return draft.warn(tr("also open to anyone: %1").arg(extra.join(QStringLiteral(", "))), remedy);
    if (!firewall.notUnderstood.isEmpty()) {
        return draft.unknown(tr("%n rule(s) not understood", nullptr, int(firewall.notUnderstood.size())),
                             tr("Read the rules on the server: sudo ufw status verbose"));
    }
    return draft.pass(tr("%n rule(s), none opens more than SSH and Tailscale", nullptr, int(firewall.rules.size())));
}

} // namespace Helmclaw
