// SPDX-License-Identifier: MIT
#include "ssh/SshErrors.h"

#include <QLocale>

#include <cerrno>
#include <cstring>

#include <libssh/libssh.h>

namespace Helmclaw {

SshErrors::SshErrors(SshTarget target, int refusedLogins)
    : m_target(std::move(target))
    , m_refusedLogins(refusedLogins)
{
}

QString SshErrors::seconds(std::chrono::milliseconds time)
{
    const double value = static_cast<double>(time.count()) / 1000.0;
    return QString::number(value, 'f', value < 10 ? QLocale::FloatingPointShortest : 0);
}

QString SshErrors::libsshVersion()
{
    return QString::fromLatin1(ssh_version(0)).section(QLatin1Char('/'), 0, 0);
}

QString SshErrors::serverText(const QByteArray &text)
{
    return printable(text.trimmed(), 400);
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
        tr("Tunnels knock again only after a long while, to not prolong the ban. On the server's console, or from "
           "another address: \"fail2ban-client status sshd\" lists who is banned, \"fail2ban-client set sshd unbanip "
           "%1\" lifts it (behind NAT the server sees another address); sshd's own PerSourcePenalties end by "
           "themselves. Or wait for the bantime, then connect again.")
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
                        .arg(libsshVersion()));
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

Error SshErrors::noCommonAlgorithm(const QByteArray &sshText) const
{
    return make(ErrorCode::HandshakeFailed,
                tr("no algorithm in common with %1, neither for libssh %2 nor for OpenSSH's ssh here: %3")
                    .arg(m_target.toString(), libsshVersion(), serverText(sshText)),
                tr("Allow one of the client's (\"ssh -Q kex\", \"ssh -Q cipher\") on the server, or install a newer "
                   "OpenSSH here."));
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
