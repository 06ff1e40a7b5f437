// SPDX-License-Identifier: MIT
#include "models/posture/HostCatalogue.h"

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
};

} // namespace

QList<CheckRule> hostCheckRules()
{
    return HostCatalogue::sshd();
}

} // namespace Helmclaw
