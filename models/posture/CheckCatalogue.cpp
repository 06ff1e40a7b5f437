// SPDX-License-Identifier: MIT
#include "models/posture/CheckCatalogue.h"

#include "models/posture/DockerChecks.h"
#include "models/posture/Fail2banChecks.h"
#include "models/posture/FirewallChecks.h"
#include "models/posture/HostCatalogue.h"
#include "models/posture/NetworkChecks.h"
#include "models/posture/OpenClawRules.h"
#include "models/posture/UpdateChecks.h"

namespace Helmclaw {

namespace {

struct Catalogue
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::Catalogue)
public:
    static QList<CheckRule> firewall()
    {
        const QString area = QStringLiteral("firewall");
        const CheckCategory category = CheckCategory::Infrastructure;
        return {
            { { QStringLiteral("firewall.active"), tr("Firewall is active"), tr("Active"), area,
                tr("Without a firewall every service that listens can be reached by anyone, also one that was started "
                   "by "
                   "mistake."),
                category, Severity::Critical },
              FirewallChecks::active },
            { { QStringLiteral("firewall.default-incoming"), tr("Incoming traffic is denied by default"),
                tr("Incoming"), area,
                tr("What no rule allows must stay out; otherwise each new service is public until somebody thinks of "
                   "it."),
                category, Severity::Critical },
              FirewallChecks::defaultIncoming },
            { { QStringLiteral("firewall.default-outgoing"), tr("Outgoing traffic is allowed by default"),
                tr("Outgoing"), area,
                tr("Security updates, model providers and Tailscale need the way out; a server that cannot fetch "
                   "updates "
                   "grows old unnoticed."),
                category, Severity::Low },
              FirewallChecks::defaultOutgoing },
            { { QStringLiteral("firewall.default-routed"), tr("Routed traffic is denied by default"), tr("Routed"),
                area,
                tr("Containers are reached through routing. A server that routes freely gives the outside a way to "
                   "them, "
                   "and to its "
                   "neighbours' networks."),
                category, Severity::High },
              FirewallChecks::defaultRouted },
            { { QStringLiteral("firewall.rules"), tr("Only SSH and Tailscale are open to anyone"), tr("Open ports"),
                area,
                tr("The gateway is bound to localhost on purpose. Every further port that anyone can reach is one more "
                   "thing to attack."),
                category, Severity::High },
              FirewallChecks::rules },
        };
    }
    static QList<CheckRule> fail2ban()
    {
        const QString area = QStringLiteral("fail2ban");
        const CheckCategory category = CheckCategory::Authentication;
        return {
            { { QStringLiteral("fail2ban.active"), tr("fail2ban is running"), tr("Running"), area,
                tr("fail2ban shuts out addresses that try passwords and keys; without it an attacker can try for "
                   "ever."),
                category, Severity::High },
              Fail2banChecks::active },
            { { QStringLiteral("fail2ban.sshd-jail"), tr("SSH is watched by a jail"), tr("SSH jail"), area,
                tr("fail2ban watches only what has a jail; SSH is the one door that is open to everybody."), category,
                Severity::High },
              Fail2banChecks::sshdJail },
            { { QStringLiteral("fail2ban.limits"), tr("SSH bans are strict enough"), tr("Limits"), area,
                tr("At most 5 failures within at least 10 minutes, then out for at least an hour: looser limits leave "
                   "room for slow guessing."),
                category, Severity::Medium },
              Fail2banChecks::limits },
            { { QStringLiteral("fail2ban.banned"), tr("Banned addresses"), tr("Banned"), area,
                tr("Who is locked out now. Your own address among them explains a server that cannot be reached."),
                category, Severity::Low },
              Fail2banChecks::banned },
        };
    }
    static QList<CheckRule> updates()
    {
        const QString area = QStringLiteral("updates");
        const CheckCategory infrastructure = CheckCategory::Infrastructure;
        const CheckCategory compliance = CheckCategory::Compliance;
        return {
            { { QStringLiteral("updates.unattended"), tr("Updates are installed automatically"), tr("Automatic"), area,
                tr("Most break-ins use holes for which an update had been there for weeks."), compliance,
                Severity::High },
              UpdateChecks::unattended },
            { { QStringLiteral("updates.origins"), tr("Automatic updates cover the security archive"), tr("Origins"),
                area,
                tr("unattended-upgrades installs only from the origins it is told of. If none of them is the archive "
                   "that this server's "
                   "security updates come from, it runs every day, reports success and installs nothing."),
                compliance, Severity::High },
              UpdateChecks::origins },
            { { QStringLiteral("updates.security"), tr("No security update is pending"), tr("Security"), area,
                tr("A published security update tells attackers where the hole is."), infrastructure,
                Severity::Critical },
              UpdateChecks::security },
            { { QStringLiteral("updates.pending"), tr("No other update is pending"), tr("Other"), area,
                tr("Servers that stay behind get harder to update, and their state can no longer be compared."),
                infrastructure, Severity::Low },
              UpdateChecks::pending },
            { { QStringLiteral("updates.packages"), tr("Package system is in order"), tr("Packages"), area,
                tr("A package that is half installed blocks every later update, security updates included."),
                infrastructure, Severity::High },
              UpdateChecks::packages },
            { { QStringLiteral("updates.last-run"), tr("Automatic updates ran lately"), tr("Last run"), area,
                tr("Only a run that took place proves that the configuration works."), compliance, Severity::Medium },
              UpdateChecks::lastRun },
            { { QStringLiteral("updates.auto-reboot"), tr("No automatic reboot"), tr("Auto reboot"), area,
                tr("A reboot by itself interrupts agents in the middle of their work; it should be somebody's "
                   "decision."),
                compliance, Severity::Low },
              UpdateChecks::autoReboot },
            { { QStringLiteral("updates.reboot"), tr("No reboot is pending"), tr("Reboot"), area,
                tr("Until the reboot the old kernel or library keeps running, with the hole that the update closed."),
                infrastructure, Severity::High },
              UpdateChecks::reboot },
        };
    }
};

} // namespace

QList<CheckRule> checkRules()
{
    return Catalogue::firewall() + Catalogue::fail2ban() + Catalogue::updates() + hostCheckRules() + openClawRules()
        + NetworkChecks::rules() + DockerChecks::rules();
}

QList<CheckInfo> checkCatalogue()
{
    QList<CheckInfo> catalogue;
    for (const CheckRule &rule : checkRules())
        catalogue += rule.info;
    return catalogue;
}

QString areaTitle(const QString &area)
{
    if (area == QLatin1String("firewall"))
        return Catalogue::tr("Firewall");
    if (area == QLatin1String("updates"))
        return Catalogue::tr("Updates");
    if (area == QLatin1String("accounts"))
        return Catalogue::tr("Accounts");
    if (area == QLatin1String("service"))
        return Catalogue::tr("Gateway service");
    if (area == QLatin1String("openclaw"))
        return QStringLiteral("OpenClaw");
    if (area == QLatin1String("network"))
        return Catalogue::tr("Network");
    if (area == QLatin1String("docker"))
        return QStringLiteral("Docker");
    return area; // fail2ban, sshd: as they are written
}

CheckInfo checkInfo(const QString &checkId)
{
    for (const CheckRule &rule : checkRules()) {
        if (rule.info.id == checkId)
            return rule.info;
    }
    return {};
}

} // namespace Helmclaw
