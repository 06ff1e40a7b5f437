// SPDX-License-Identifier: MIT
#include "ssh/SshErrors.h"

#include "ssh/CommandLine.h"

#include <QLocale>

#include <cerrno>
#include <cstring>

namespace Helmclaw {

namespace {

QString seconds(std::chrono::milliseconds time)
{
    return QString::number(static_cast<double>(time.count()) / 1000.0, 'g', 3);
}

QString serverText(const QByteArray &text)
{
    return printable(text.trimmed(), 400);
}

QString places(const QList<KnownHosts::Entry> &entries)
{
    QStringList list;
    for (const auto &entry : entries)
        list += QStringLiteral("%1:%2 (%3)").arg(entry.file).arg(entry.line).arg(entry.key.fingerprint());
    return list.join(QStringLiteral(", "));
}

} // namespace

SshErrors::SshErrors(SshTarget target, int refusedLogins)
    : m_target(std::move(target))
    , m_refusedLogins(refusedLogins)
{
}

Error SshErrors::make(ErrorCode code, QString what, QString remedy) const
{
    const TargetAdvice &advice = m_target.advice;
    const bool away =
        code == ErrorCode::ResolveFailed || code == ErrorCode::Unreachable || code == ErrorCode::ConnectionRefused;
    if (away && !advice.unreachable.isEmpty()) {
        what = QStringLiteral("%1 (%2)").arg(advice.unreachable, what);
        if (!advice.unreachableRemedy.isEmpty())
            remedy = advice.unreachableRemedy;
    }
    return explained({ code, std::move(what), std::move(remedy), m_target.name });
}

QString SshErrors::banHint() const
{
    if (m_refusedLogins == 0)
        return {};
    return QLatin1Char(' ')
        + tr("It refused %1 of our logins before: fail2ban there may have banned this computer's address. Wait for the "
             "ban to end, or look from another address with \"fail2ban-client status sshd\".")
              .arg(m_refusedLogins);
}

/// Failures of the connection with what its carrier has to say about them.
Error SshErrors::explained(Error error) const
{
    const bool broken = error.code == ErrorCode::HandshakeFailed || error.code == ErrorCode::ConnectionLost;
    const auto path = m_path.lock();
    if (path == nullptr || (!broken && error.code != ErrorCode::AuthFailed))
        return error;
    const auto problem = path->problem();
    if (!problem || (!broken && !problem->endedConnection))
        return error;
    error.what += QStringLiteral("; ") + problem->what;
    if (!problem->remedy.isEmpty())
        error.remedy = problem->remedy;
    if (error.code == ErrorCode::AuthFailed)
        error.code = ErrorCode::ConnectionLost; // nobody refused the login
    return error;
}

Error SshErrors::ofJumpHost(const SshTarget &hop, Error error)
{
    error.what = tr("jump host %1: %2").arg(hop.hopName(), error.what);
    return error;
}

Error SshErrors::fromJump(Error error) const
{
    if (!m_target.jumpHosts.isEmpty())
        error = ofJumpHost(m_target.jumpHosts.constLast(), std::move(error));
    error.server = m_target.name;
    return error;
}

Error SshErrors::jumpRefused(const QByteArray &libsshText) const
{
    // RFC 4254 §5.1, reason 1: administratively prohibited, which has another remedy than a refused connection.
    const QString text = serverText(libsshText);
    const bool prohibited = text.contains(QLatin1String("error (1)"));
    return fromJump(
        make(prohibited ? ErrorCode::ChannelRefused : ErrorCode::Unreachable,
             tr("it could not connect to %1: %2").arg(m_target.toString(), text),
             prohibited ? tr("Allow it in the jump host's sshd_config (AllowTcpForwarding, PermitOpen).")
                        : tr("Is the server up, and does its name or address mean the same on the jump host? Try it "
                             "there: nc -vz %1 %2")
                              .arg(m_target.host)
                              .arg(m_target.port)));
}

Error SshErrors::jumpTimeout(std::chrono::milliseconds deadline) const
{
    return fromJump(make(ErrorCode::Unreachable,
                         tr("it got no connection to %1 within %2 s").arg(m_target.toString(), seconds(deadline)),
                         tr("Is the server up, and does its firewall let the jump host in?")));
}

QString SshErrors::jumpHostName() const
{
    return tr("jump host %1").arg(m_target.name.isEmpty() ? m_target.toString() : m_target.name);
}

Error SshErrors::proxyCommand(const QString &reason) const
{
    return make(ErrorCode::Unreachable,
                tr("the ProxyCommand for %1 cannot be started: %2").arg(m_target.toString(), reason),
                tr("Check ProxyCommand in your ssh_config; it was: %1").arg(m_target.proxyCommand.value(2)));
}

Error SshErrors::resolve(const QString &reason) const
{
    return make(ErrorCode::ResolveFailed, tr("the name %1 has no address: %2").arg(m_target.host, reason),
                tr("Check the host name in the fleet and this computer's name service (\"getent hosts %1\").")
                    .arg(m_target.host));
}

Error SshErrors::resolveTimeout(std::chrono::milliseconds deadline) const
{
    return make(ErrorCode::ResolveFailed,
                tr("the name %1 was not resolved within %2 s").arg(m_target.host, seconds(deadline)),
                tr("Check this computer's network and name service (\"getent hosts %1\").").arg(m_target.host));
}

Error SshErrors::connect(int systemError) const
{
    const QString place = m_target.toString();
    if (systemError == ECONNREFUSED) {
        return make(
            ErrorCode::ConnectionRefused, tr("connection to %1 refused").arg(place),
            tr("Is sshd running there and is %1 its port? A firewall that rejects looks the same.").arg(m_target.port)
                + banHint());
    }
    return make(ErrorCode::Unreachable,
                tr("no connection to %1: %2").arg(place, QString::fromLocal8Bit(std::strerror(systemError))),
                tr("Check the network, the VPN and the address.") + banHint());
}

Error SshErrors::probablyBanned(const BanWatch::Suspicion &suspicion, const Error &silence) const
{
    const QString since = QLocale().toString(suspicion.since.toLocalTime().time(), QStringLiteral("HH:mm:ss"));
    const QString address = suspicion.ourAddress.isEmpty() ? tr("<our address>") : suspicion.ourAddress;
    return make(
        ErrorCode::ProbablyBanned,
        tr("this computer is probably banned by %1 since %2: %3, after it had refused %4 of our logins within "
           "10 minutes")
            .arg(m_target.toString(), since, silence.what)
            .arg(suspicion.refusedLogins),
        tr("Nothing is retried by itself, which could prolong the ban. On the server's console, or from another "
           "address: \"fail2ban-client status sshd\" lists who is banned, \"fail2ban-client set sshd unbanip %1\" "
           "lifts it (behind NAT the server sees another address); or wait for its bantime. Then connect again.")
            .arg(address));
}

Error SshErrors::loginsPaused(int refusedLogins) const
{
    return make(
        ErrorCode::AuthFailed,
        tr("%1 has refused %2 of our logins within 10 minutes; no further one was sent, so that fail2ban does not "
           "ban this computer")
            .arg(m_target.toString())
            .arg(refusedLogins),
        tr("Put user and key right, then connect by hand (\"Connect\"), which tries once."));
}

Error SshErrors::connectTimeout(std::chrono::milliseconds deadline) const
{
    return make(ErrorCode::Unreachable, tr("%1 did not answer within %2 s").arg(m_target.toString(), seconds(deadline)),
                tr("Is the server up, the address right, and does its firewall let this computer in?") + banHint());
}

Error SshErrors::handshake(const QByteArray &libsshText, const QByteArray &banner) const
{
    const QString text = serverText(libsshText);
    // libssh 0.10: "kex error : no match for method kex algos: server [...], client [...]"
    if (text.contains(QLatin1String("no match for method"))) {
        return make(ErrorCode::HandshakeFailed, tr("no algorithm in common with %1: %2").arg(m_target.toString(), text),
                    tr("The server's sshd_config allows only algorithms that libssh %1 does not know. Allow one of the "
                       "client's on the server.")
                        .arg(QString::fromLatin1("0.10")));
    }
    const bool closed = text.contains(QLatin1String("disconnected")) || text.contains(QLatin1String("closed by"))
        || text.contains(QLatin1String("reset")) || text.contains(QLatin1String("EOF"));
    if (closed && banner.isEmpty()) {
        return make(ErrorCode::HandshakeFailed,
                    tr("%1 closed the connection before it said it is an SSH server").arg(m_target.toString()),
                    tr("Is this the SSH port? A busy sshd (MaxStartups) and hosts.deny look the same.") + banHint());
    }
    if (closed) {
        return make(ErrorCode::HandshakeFailed,
                    tr("%1 closed the connection during the key exchange").arg(m_target.toString()),
                    tr("Look into sshd's log on the server (journalctl -u ssh).") + banHint());
    }
    return make(ErrorCode::HandshakeFailed, tr("the SSH handshake with %1 failed: %2").arg(m_target.toString(), text),
                tr("Is an SSH server listening on this port? Compare with \"ssh -v\"."));
}

Error SshErrors::handshakeTimeout(std::chrono::milliseconds deadline, bool bannerSeen) const
{
    if (bannerSeen) {
        return make(ErrorCode::HandshakeFailed,
                    tr("%1 did not finish the key exchange within %2 s").arg(m_target.toString(), seconds(deadline)),
                    tr("The line may drop large packets (MTU), or the server is overloaded."));
    }
    return make(ErrorCode::HandshakeFailed,
                tr("%1 accepted the connection but said nothing for %2 s").arg(m_target.toString(), seconds(deadline)),
                tr("Is an SSH server listening on this port, and is it overloaded?"));
}

Error SshErrors::hostKeyUnknown(const HostKey &key) const
{
    return make(
        ErrorCode::HostKeyUnknown,
        tr("the host key of %1 is not known: %2 %3")
            .arg(m_target.toString(), printable(key.algorithm), key.fingerprint()),
        tr("Compare the fingerprint with the server's own (\"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\" "
           "on its console), then accept it."));
}

Error SshErrors::hostKeyStrict(const HostKey &key) const
{
    Error error = hostKeyUnknown(key);
    error.remedy =
        tr("Your ssh_config says StrictHostKeyChecking yes, so that you are not asked. Put the key into your "
           "known_hosts when you have verified it.");
    return error;
}

Error SshErrors::hostKeyRefused(const HostKey &key) const
{
    return make(ErrorCode::HostKeyUnknown,
                tr("the host key of %1 was not accepted: %2 %3")
                    .arg(m_target.toString(), printable(key.algorithm), key.fingerprint()),
                tr("Nothing was sent to the server. Connect again to decide anew."));
}

Error SshErrors::hostKey(const HostKeyReport &report) const
{
    const QString target = m_target.toString();
    const QString shown = printable(report.offered.algorithm) + QLatin1Char(' ') + report.offered.fingerprint();
    switch (report.verdict) {
    case HostKeyVerdict::Revoked:
        return make(ErrorCode::HostKeyRevoked,
                    tr("the host key of %1 is marked as revoked: %2 at %3").arg(target, shown, places(report.marked)),
                    tr("This key must not be trusted any more; no login was sent. Give the server a new host key."));
    case HostKeyVerdict::CertificateAuthority:
        return make(
            ErrorCode::Unsupported,
            tr("%1 is vouched for by a certificate authority only (@cert-authority at %2), and libssh 0.10 cannot ask "
               "a server for its host certificate; it shows the plain key %3")
                .arg(target, places(report.marked), shown),
            tr("No login was sent. Compare the plain key with the server's own (\"ssh-keygen -lf\" on its console) and "
               "pin it beside the authority: helmclawctl hostkey replace %1 --fingerprint %2")
                .arg(CommandLine::quote(m_target.name), report.offered.fingerprint()));
    default:
        break;
    }
    QString remedy =
        tr("Somebody may be intercepting the connection; no login was sent. If the server was set up anew, "
           "verify the new fingerprint on its console");
    const QStringList commands = report.removalCommands();
    remedy += commands.isEmpty()
        ? tr(", then replace the pinned key: helmclawctl hostkey replace %1 --fingerprint SHA256:…")
              .arg(CommandLine::quote(m_target.name))
        : tr(", then remove the old line, which is in a file that Helmclaw does not write: %1")
              .arg(commands.join(QStringLiteral(" && ")));
    if (report.isOtherType()) {
        return make(ErrorCode::HostKeyChanged,
                    tr("%1 SHOWS A HOST KEY OF ANOTHER TYPE THAN THE PINNED ONE: %2, pinned is %3; what became of the "
                       "pinned key nobody can tell, so this counts as changed")
                        .arg(target, shown, places(report.pinned)),
                    remedy);
    }
    return make(
        ErrorCode::HostKeyChanged,
        tr("THE HOST KEY OF %1 HAS CHANGED: it shows %2, pinned is %3").arg(target, shown, places(report.pinned)),
        remedy);
}

Error SshErrors::hostKeySwitched(const HostKey &accepted, const HostKey &offered) const
{
    return make(
        ErrorCode::HostKeyChanged,
        tr("%1 showed the key %2, and after that was accepted another one: %3 %4")
            .arg(m_target.toString(), accepted.fingerprint(), printable(offered.algorithm), offered.fingerprint()),
        tr("Two machines may be answering under this address, or somebody is intercepting the connection; no "
           "login was sent and nothing was pinned."));
}

Error SshErrors::hostKeyNotPublished(const HostKey &key) const
{
    QStringList published;
    for (const HostKey &one : m_target.advice.hostKeys)
        published += printable(one.algorithm) + QLatin1Char(' ') + one.fingerprint();
    return make(ErrorCode::HostKeyChanged,
                tr("%1 SHOWS A HOST KEY THAT IS NOT ITS OWN: %2 %3; published by %4 is %5")
                    .arg(m_target.toString(), printable(key.algorithm), key.fingerprint(), m_target.advice.source,
                         published.join(QStringLiteral(", "))),
                tr("Something else answers in the server's place; no login was sent and nothing was pinned. Compare "
                   "with the server's own keys (\"ssh-keygen -lf\" on its console). If they were renewed, restart "
                   "tailscaled there, so that it publishes them."));
}

Error SshErrors::hostKeyNotReplaceable(const HostKeyReport &report) const
{
    switch (report.verdict) {
    case HostKeyVerdict::Match:
    case HostKeyVerdict::Unknown:
        return make(ErrorCode::InvalidInput, tr("no key is pinned for %1 that could be replaced").arg(report.name),
                    tr("Connect; the key is asked about then."));
    case HostKeyVerdict::Revoked:
        return hostKey(report);
    default:
        return make(ErrorCode::PermissionDenied,
                    tr("the key of %1 is pinned in a file that Helmclaw only reads: %2")
                        .arg(report.name, places(report.foreignLines())),
                    tr("Remove it there yourself, then connect again: %1")
                        .arg(report.removalCommands().join(QStringLiteral(" && "))));
    }
}

Error SshErrors::auth(const AuthReport &report) const
{
    QStringList what;
    QStringList remedy;
    const QString separator = QStringLiteral(", ");
    if (!report.accepted.isEmpty()) {
        what +=
            tr("%1 accepted %2 but wants a further proof").arg(m_target.toString(), report.accepted.join(separator));
    }
    if (report.refusedAnswers > 0) {
        what += tr("%1 refused %n answer(s)", nullptr, report.refusedAnswers).arg(m_target.toString());
        remedy += tr("Check the user's name, the password or code, and the clock of whatever makes the codes.");
    }
    if (!report.offered.isEmpty()) {
        what += tr("%1 refused the login; offered: %2").arg(m_target.toString(), report.offered.join(separator));
        remedy += tr("Put the right public key into the user's ~/.ssh/authorized_keys on the server, or set the right "
                     "user and identity file.");
    } else if (report.accepted.isEmpty() && report.refusedAnswers == 0) {
        what += tr("no key to offer to %1").arg(m_target.toString());
        remedy += tr("Add a key to ssh-agent with \"ssh-add\", or set the server's identity file.");
    }
    if (!report.methods.isEmpty())
        what += tr("the server accepts %1").arg(report.methods.join(separator));
    if (report.nobodyToAsk) {
        what += tr("nobody could be asked for a passphrase, password or code");
        remedy += tr("Log in where questions can be answered: in the window, or with helmclawctl on a terminal.");
    }
    if (report.leftOut > 0) {
        what += tr("%1 more keys were not offered, so that fail2ban does not ban us").arg(report.leftOut);
        remedy += tr("Name the right key as the server's identity file, so that it is offered first.");
    }
    for (const QString &file : report.encrypted) {
        what += tr("%1 has a passphrase and was skipped").arg(file);
        remedy += tr("Add it to ssh-agent with \"ssh-add %1\".").arg(file);
    }
    what += report.unusable;
    if (!report.agentProblem.isEmpty())
        what += report.agentProblem;
    return make(ErrorCode::AuthFailed, what.join(QStringLiteral("; ")), remedy.join(QLatin1Char(' ')));
}

QString SshErrors::whatWasAsked(const Prompt &prompt)
{
    switch (prompt.kind) {
    case Prompt::Kind::KeyPassphrase:
        return tr("the passphrase of %1").arg(prompt.keyFile);
    case Prompt::Kind::KeyboardInteractive:
        return tr("the server's question");
    case Prompt::Kind::Password:
        return tr("the password");
    case Prompt::Kind::TouchKey:
        return tr("a touch of the security key");
    }
    return {};
}

Error SshErrors::promptCancelled(const Prompt &prompt) const
{
    return make(ErrorCode::Cancelled,
                tr("the login to %1 was cancelled when it asked for %2").arg(m_target.toString(), whatWasAsked(prompt)),
                tr("Connect again to be asked again."));
}

Error SshErrors::promptTimeout(const Prompt &prompt, std::chrono::milliseconds limit) const
{
    return make(ErrorCode::AuthFailed,
                tr("the login to %1 waited for %2, and nobody answered within %3 s")
                    .arg(m_target.toString(), whatWasAsked(prompt), seconds(limit)),
                tr("Connect again. A server does not wait longer for a login (LoginGraceTime of its sshd)."));
}

Error SshErrors::promptHungUp(const Prompt &prompt) const
{
    return make(ErrorCode::AuthFailed,
                tr("%1 hung up while it waited for %2").arg(m_target.toString(), whatWasAsked(prompt)),
                tr("Connect again and answer sooner: LoginGraceTime of its sshd limits the time.") + banHint());
}

Error SshErrors::authTimeout(std::chrono::milliseconds deadline, bool waitedForAgent) const
{
    if (waitedForAgent) {
        return make(ErrorCode::AuthFailed,
                    tr("ssh-agent did not sign for %1 within %2 s").arg(m_target.toString(), seconds(deadline)),
                    tr("Does the agent wait for a confirmation or a touch of the security key?"));
    }
    return make(ErrorCode::AuthFailed,
                tr("%1 did not answer the login within %2 s").arg(m_target.toString(), seconds(deadline)),
                tr("The server may be overloaded, or its name service slow (UseDNS, PAM).") + banHint());
}

Error SshErrors::authConnectionLost(const QByteArray &libsshText) const
{
    return make(
        ErrorCode::AuthFailed,
        tr("%1 closed the connection during the login: %2").arg(m_target.toString(), serverText(libsshText)),
        tr("Look into sshd's log on the server (journalctl -u ssh): MaxAuthTries, AllowUsers and a full disk do "
           "this.")
            + banHint());
}

Error SshErrors::lost(const QByteArray &libsshText) const
{
    const QString text = serverText(libsshText);
    return make(ErrorCode::ConnectionLost,
                text.isEmpty() ? tr("the connection to %1 was closed").arg(m_target.toString())
                               : tr("the connection to %1 was lost: %2").arg(m_target.toString(), text),
                tr("Try again; if it keeps happening, look at the server and the network. Whether a running command "
                   "took effect is not known."));
}

Error SshErrors::silent(std::chrono::milliseconds forHowLong) const
{
    return make(ErrorCode::ConnectionLost,
                tr("%1 has not answered for %2 s").arg(m_target.toString(), seconds(forHowLong)),
                tr("Is the server up and the network there? Whether a running command took effect is not known."));
}

Error SshErrors::targetChanged() const
{
    return make(ErrorCode::ConnectionLost, tr("the server's connection settings were changed"), tr("Start it again."));
}

Error SshErrors::cancelled() const
{
    return make(ErrorCode::Cancelled, tr("cancelled"));
}

Error SshErrors::deadline(std::chrono::milliseconds deadline) const
{
    return make(ErrorCode::DeadlineExceeded, tr("not finished within %1 s").arg(seconds(deadline)),
                tr("The server may be slow or overloaded; try again later or allow more time."));
}

Error SshErrors::channelRefused(const QByteArray &libsshText) const
{
    return make(ErrorCode::ChannelRefused, tr("the server refused another channel: %1").arg(serverText(libsshText)),
                tr("Its sshd_config limits them (MaxSessions); try again when other operations have ended."));
}

Error SshErrors::forwardRefused(const QString &host, quint16 port, const QByteArray &libsshText) const
{
    return make(ErrorCode::ChannelRefused,
                tr("the server could not connect to %1:%2: %3").arg(host).arg(port).arg(serverText(libsshText)),
                tr("Does the service run there and listen on this port, and does sshd_config allow it "
                   "(AllowTcpForwarding, PermitOpen)?"));
}

Error SshErrors::execRefused() const
{
    return make(ErrorCode::ChannelRefused, tr("the server refused to run a command"),
                tr("Look for ForceCommand, a restricted key or shell of this user on the server."));
}

Error SshErrors::sftpRefused() const
{
    return make(ErrorCode::Unsupported, tr("the server offers no SFTP"),
                tr("Enable \"Subsystem sftp internal-sftp\" in its sshd_config."));
}

Error SshErrors::outOfResources(const QString &what) const
{
    return make(ErrorCode::Internal, tr("this computer ran out of a resource: %1").arg(what),
                tr("Close other programs or raise the limit of open files (ulimit -n)."));
}

} // namespace Helmclaw
