// SPDX-License-Identifier: MIT
#pragma once

#include <QMetaType>
#include <QString>
#include <QStringList>

namespace Helmclaw {

/// How to reach one server by SSH: everything the dial lane needs, resolved beforehand (fleet file, ssh_config(5)).
/// A value; equal targets share a session, a changed target gets a new one.
struct SshTarget
{
    QString serverId; ///< the fleet's stable id; key of the session in the pool
    QString name; ///< the server's name in the fleet, for texts
    QString host; ///< name or address to connect to (ssh_config HostName)
    quint16 port = 22;
    QString user; ///< empty: the local user's name
    QStringList identityFiles; ///< private key files in the order to try, "~" expanded; empty: ssh's defaults
    QStringList
        certificateFiles = {}; ///< ssh_config CertificateFile; "<identity>-cert.pub" is found without being named
    bool identitiesOnly = false; ///< offer only agent keys whose public half is one of identityFiles
    QString identityAgent; ///< agent socket; empty: $SSH_AUTH_SOCK; "none": no agent
    QString hostKeyAlias; ///< name to look up in known_hosts instead of host:port
    QStringList userKnownHostsFiles; ///< read only; empty: ~/.ssh/known_hosts{,2} and /etc/ssh/ssh_known_hosts{,2}
    int maxKeyOffers = 3; ///< servers run fail2ban; sshd's own limit is MaxAuthTries 6
    friend bool operator==(const SshTarget &, const SshTarget &) = default;

    /// The name known_hosts knows this target by: hostKeyAlias, else "host" or "[host]:port" (sshd(8)).
    [[nodiscard]] QString knownHostsName() const;
    /// "user@host:port" for people.
    [[nodiscard]] QString toString() const;
};

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::SshTarget)
