// SPDX-License-Identifier: MIT
#include "models/posture/CheckCatalogue.h"

namespace Helmclaw {

namespace {

struct Catalogue
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::Catalogue)
public:
    static QList<CheckInfo> firewall()
    {
        const QString area = QStringLiteral("firewall");
        const CheckCategory category = CheckCategory::Infrastructure;
        return {
            { QStringLiteral("firewall.active"), tr("Firewall is active"), tr("Active"), area,
              tr("Without a firewall every service that listens can be reached by anyone, also one that was started by "
                 "mistake."),
              category, Severity::Critical },
            { QStringLiteral("firewall.default-incoming"), tr("Incoming traffic is denied by default"), tr("Incoming"),
              area,
              tr("What no rule allows must stay out; otherwise each new service is public until somebody thinks of "
                 "it."),
              category, Severity::Critical },
            { QStringLiteral("firewall.default-outgoing"), tr("Outgoing traffic is allowed by default"), tr("Outgoing"),
              area,
              tr("Security updates, model providers and Tailscale need the way out; a server that cannot fetch updates "
                 "grows old unnoticed."),
              category, Severity::Low },
            { QStringLiteral("firewall.default-routed"), tr("Routed traffic is denied by default"), tr("Routed"), area,
              tr("Containers are reached through routing. A server that routes freely gives the outside a way to them, "
                 "and to its "
                 "neighbours' networks."),
              category, Severity::High },
            { QStringLiteral("firewall.rules"), tr("Only SSH and Tailscale are open to anyone"), tr("Open ports"), area,
              tr("The gateway is bound to localhost on purpose. Every further port that anyone can reach is one more "
                 "thing to attack."),
              category, Severity::High },
        };
    }
    static QList<CheckInfo> fail2ban()
    {
        const QString area = QStringLiteral("fail2ban");
        const CheckCategory category = CheckCategory::Authentication;
        return {
            { QStringLiteral("fail2ban.active"), tr("fail2ban is running"), tr("Running"), area,
              tr("fail2ban shuts out addresses that try passwords and keys; without it an attacker can try for ever."),
              category, Severity::High },
            { QStringLiteral("fail2ban.sshd-jail"), tr("SSH is watched by a jail"), tr("SSH jail"), area,
              tr("fail2ban watches only what has a jail; SSH is the one door that is open to everybody."), category,
              Severity::High },
            { QStringLiteral("fail2ban.limits"), tr("SSH bans are strict enough"), tr("Limits"), area,
              tr("At most 5 failures within at least 10 minutes, then out for at least an hour: looser limits leave "
                 "room for slow guessing."),
              category, Severity::Medium },
            { QStringLiteral("fail2ban.banned"), tr("Banned addresses"), tr("Banned"), area,
              tr("Who is locked out now. Your own address among them explains a server that cannot be reached."),
              category, Severity::Low },
        };
    }
    static QList<CheckInfo> updates()
    {
        const QString area = QStringLiteral("updates");
        const CheckCategory infrastructure = CheckCategory::Infrastructure;
        const CheckCategory compliance = CheckCategory::Compliance;
        return {
            { QStringLiteral("updates.unattended"), tr("Updates are installed automatically"), tr("Automatic"), area,
              tr("Most break-ins use holes for which an update had been there for weeks."), compliance,
              Severity::High },
            { QStringLiteral("updates.origins"), tr("Automatic updates cover the security archive"), tr("Origins"),
              area,
              tr("unattended-upgrades installs only from the origins it is told of. If none of them is the archive "
                 "that this server's "
                 "security updates come from, it runs every day, reports success and installs nothing."),
              compliance, Severity::High },
            { QStringLiteral("updates.security"), tr("No security update is pending"), tr("Security"), area,
              tr("A published security update tells attackers where the hole is."), infrastructure,
              Severity::Critical },
            { QStringLiteral("updates.pending"), tr("No other update is pending"), tr("Other"), area,
              tr("Servers that stay behind get harder to update, and their state can no longer be compared."),
              infrastructure, Severity::Low },
            { QStringLiteral("updates.packages"), tr("Package system is in order"), tr("Packages"), area,
              tr("A package that is half installed blocks every later update, security updates included."),
              infrastructure, Severity::High },
            { QStringLiteral("updates.last-run"), tr("Automatic updates ran lately"), tr("Last run"), area,
              tr("Only a run that took place proves that the configuration works."), compliance, Severity::Medium },
            { QStringLiteral("updates.auto-reboot"), tr("No automatic reboot"), tr("Auto reboot"), area,
              tr("A reboot by itself interrupts agents in the middle of their work; it should be somebody's decision."),
              compliance, Severity::Low },
            { QStringLiteral("updates.reboot"), tr("No reboot is pending"), tr("Reboot"), area,
              tr("Until the reboot the old kernel or library keeps running, with the hole that the update closed."),
              infrastructure, Severity::High },
        };
    }
};

} // namespace

QList<CheckInfo> checkCatalogue()
{
    return Catalogue::firewall() + Catalogue::fail2ban() + Catalogue::updates();
}

CheckInfo checkInfo(const QString &checkId)
{
    const QList<CheckInfo> catalogue = checkCatalogue();
    for (const CheckInfo &info : catalogue) {
        if (info.id == checkId)
            return info;
    }
    return {};
}

} // namespace Helmclaw
