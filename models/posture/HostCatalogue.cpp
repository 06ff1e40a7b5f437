// SPDX-License-Identifier: MIT
#include "models/posture/HostCatalogue.h"

#include "models/posture/AccountChecks.h"
#include "models/posture/ServiceChecks.h"
#include "models/posture/SshdChecks.h"

namespace Helmclaw {

namespace {

struct HostCatalogue
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::HostCatalogue)
public:
    static QList<CheckRule> sshd()
    {
        const QString area = QStringLiteral("sshd");
        const CheckCategory category = CheckCategory::Authentication;
        return {
            { { QStringLiteral("sshd.password-login"), tr("No log-in with a password alone"), tr("Passwords"), area,
                tr("Passwords are guessed, reused and phished, all day and from everywhere; a key is not."), category,
                Severity::High },
              SshdChecks::passwordLogin },
            { { QStringLiteral("sshd.root-login"), tr("Root does not log in over SSH"), tr("Root"), area,
                tr("Every attacker knows the name root, and what root does is nobody's doing: the log names no "
                   "person."),
                category, Severity::High },
              SshdChecks::rootLogin },
            { { QStringLiteral("sshd.empty-passwords"), tr("Empty passwords are refused"), tr("Empty"), area,
                tr("One account without a password, and everybody is in."), category, Severity::Critical },
              SshdChecks::emptyPasswords },
            { { QStringLiteral("sshd.max-auth-tries"), tr("Few tries a connection"), tr("Tries"), area,
                tr("The fewer guesses a connection has, the sooner fail2ban sees who is guessing."), category,
                Severity::Low },
              SshdChecks::maxAuthTries },
            { { QStringLiteral("sshd.algorithms"), tr("No weak algorithm is offered"), tr("Algorithms"), area,
                tr("What is recorded today is decrypted or forged tomorrow; clients take the weak one when somebody in "
                   "between makes them."),
                CheckCategory::Data, Severity::Medium },
              SshdChecks::algorithms },
            { { QStringLiteral("sshd.forwarding"), tr("The web UI tunnel is let through"), tr("Tunnel"), area,
                tr("The gateway listens on localhost only. Without TCP forwarding nobody reaches its web UI through "
                   "SSH, "
                   "and somebody will open its port instead."),
                CheckCategory::Infrastructure, Severity::Medium },
              SshdChecks::forwarding },
            { { QStringLiteral("sshd.x11-forwarding"), tr("X11 is not forwarded"), tr("X11"), area,
                tr("A server without a screen needs no way to the screens of those who log in."),
                CheckCategory::Infrastructure, Severity::Low },
              SshdChecks::x11Forwarding },
        };
    }
    static QList<CheckRule> accounts()
    {
        const QString area = QStringLiteral("accounts");
        const CheckCategory category = CheckCategory::Authentication;
        return {
            { { QStringLiteral("accounts.sudo-scope"), tr("sudo gives the service user no more than documented"),
                tr("sudo"), area,
                tr("An agent does what a web page or a message talks it into. What its user may do as root, it can be "
                   "talked into, too."),
                category, Severity::High },
              AccountChecks::sudoScope },
            { { QStringLiteral("accounts.root-equivalent-groups"), tr("Nobody is root by way of a group"), tr("Groups"),
                area,
                tr("Membership in docker, lxd or disk is root without a password and without a line in sudo's log."),
                category, Severity::High },
              AccountChecks::rootEquivalentGroups },
            { { QStringLiteral("accounts.uid-zero"), tr("Only root has user ID 0"), tr("User ID 0"), area,
                tr("A second account with ID 0 is root under another name: a classic back door."), category,
                Severity::Critical },
              AccountChecks::uidZero },
            { { QStringLiteral("accounts.empty-passwords"), tr("No account has an empty password"),
                tr("Empty passwords"), area,
                tr("Whoever has any account here becomes that user with su, and with sudo more."), category,
                Severity::Critical },
              AccountChecks::emptyPasswords },
            { { QStringLiteral("accounts.authorized-keys"), tr("Keys of root and the service user are strong"),
                tr("Keys"), area,
                tr("A key lets its holder in for ever. DSA and short RSA keys can be computed from their public half."),
                category, Severity::Medium },
              AccountChecks::authorizedKeys },
        };
    }
    static QList<CheckRule> service()
    {
        const QString area = QStringLiteral("service");
        const CheckCategory category = CheckCategory::Infrastructure;
        return {
            { { QStringLiteral("service.no-new-privileges"), tr("The gateway cannot gain privileges"), tr("Privileges"),
                area,
                tr("With NoNewPrivileges no program that an agent starts becomes root by setuid: sudo and su are "
                   "shut."),
                category, Severity::Medium },
              ServiceChecks::noNewPrivileges },
            { { QStringLiteral("service.private-tmp"), tr("The gateway has a /tmp of its own"), tr("Own /tmp"), area,
                tr("In a shared /tmp every user's program can wait for the gateway's files, and the other way round."),
                category, Severity::Low },
              ServiceChecks::privateTmp },
            { { QStringLiteral("service.protect-system"), tr("The gateway cannot write to the system"), tr("System"),
                area,
                tr("An agent that was talked into it writes where it may: with ProtectSystem=strict only where "
                   "ReadWritePaths says."),
                category, Severity::Medium },
              ServiceChecks::protectSystem },
            { { QStringLiteral("service.protect-home"), tr("The gateway cannot write to homes"), tr("Homes"), area,
                tr("A line in somebody's .bashrc or authorized_keys is a way in that stays after the agent is gone."),
                category, Severity::Medium },
              ServiceChecks::protectHome },
            { { QStringLiteral("service.exposure"), tr("systemd does not call the gateway's unit unsafe"),
                tr("Exposure"), area,
                tr("systemd-analyze security counts what a unit could do and need not; 10 is worst."), category,
                Severity::Low },
              ServiceChecks::exposure },
        };
    }
};

} // namespace

QList<CheckRule> hostCheckRules()
{
    return HostCatalogue::sshd() + HostCatalogue::accounts() + HostCatalogue::service();
}

} // namespace Helmclaw
