// SPDX-License-Identifier: MIT
// The part of SshErrors that is about host keys.
#include "ssh/SshErrors.h"

#include "ssh/CommandLine.h"

namespace Helmclaw {

namespace {

QString places(const QList<KnownHosts::Entry> &entries)
{
    QStringList list;
    for (const auto &entry : entries)
        list += QStringLiteral("%1:%2 (%3)").arg(entry.file).arg(entry.line).arg(entry.key.fingerprint());
    return list.join(QStringLiteral(", "));
}

} // namespace

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
            tr("%1 is vouched for by a certificate authority only (@cert-authority at %2), and libssh %4 cannot ask "
               "a server for its host certificate; it shows the plain key %3")
                .arg(target, places(report.marked), shown, libsshVersion()),
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

Error SshErrors::hostCertificateMissing(const HostKeyReport &report) const
{
    return make(ErrorCode::Unsupported,
                tr("%1 is vouched for by a certificate authority only (@cert-authority at %2), but it has no host "
                   "certificate of that one; it shows the plain key %3 %4")
                    .arg(m_target.toString(), places(report.marked), printable(report.offered.algorithm),
                         report.offered.fingerprint()),
                tr("No login was sent. Give the server a certificate (ssh-keygen -s CA -h …, HostCertificate in its "
                   "sshd_config), or compare the plain key with the server's own and pin it beside the authority: "
                   "helmclawctl hostkey replace %1 --fingerprint %2")
                    .arg(CommandLine::quote(m_target.name), report.offered.fingerprint()));
}

Error SshErrors::hostCertificate(const QByteArray &sshText) const
{
    return make(ErrorCode::HostKeyChanged,
                tr("the host certificate of %1 is not acceptable: %2").arg(m_target.toString(), serverText(sshText)),
                tr("No login was sent. Look at the certificate on the server (\"ssh-keygen -Lf\"): its validity and "
                   "its principals, which must have the name that is connected to."));
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

} // namespace Helmclaw
