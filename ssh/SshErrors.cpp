// SPDX-License-Identifier: MIT
#include "ssh/SshErrors.h"

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
    return { code, std::move(what), std::move(remedy), m_target.name };
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

Error SshErrors::hostKeyRefused(const HostKey &key) const
{
    return make(ErrorCode::HostKeyUnknown,
                tr("the host key of %1 was not accepted: %2 %3")
                    .arg(m_target.toString(), printable(key.algorithm), key.fingerprint()),
                tr("Nothing was sent to the server. Connect again to decide anew."));
}

Error SshErrors::hostKeyChanged(const HostKey &key, const QList<KnownHosts::Entry> &pinned) const
{
    return make(
        ErrorCode::HostKeyChanged,
        tr("THE HOST KEY OF %1 HAS CHANGED: it shows %2 %3, pinned is %4")
            .arg(m_target.toString(), printable(key.algorithm), key.fingerprint(), places(pinned)),
        tr("Somebody may be intercepting the connection; no login was sent. If the server was set up anew, verify "
           "the new fingerprint on its console, remove the old line and connect again."));
}

Error SshErrors::hostKeyRevoked(const HostKey &key, const QList<KnownHosts::Entry> &entries) const
{
    return make(ErrorCode::HostKeyRevoked,
                tr("the host key of %1 is marked as revoked: %2 %3 at %4")
                    .arg(m_target.toString(), printable(key.algorithm), key.fingerprint(), places(entries)),
                tr("This key must not be trusted any more; no login was sent. Give the server a new host key."));
}

Error SshErrors::hostKeyCertificateOnly() const
{
    return make(ErrorCode::Unsupported,
                tr("%1 is known by a host certificate authority only (@cert-authority)").arg(m_target.toString()),
                tr("Host certificates cannot be verified yet; no login was sent. Add the server's own host key to a "
                   "known_hosts file."));
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
