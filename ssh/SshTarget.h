// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKey.h"
#include "ssh/SshOptions.h"

#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

/// What somebody else than ssh knows about a server, a VPN for instance. It decides nothing about an established
/// session, so targets that differ in it alone are equal and share one; the next dial uses the newest.
struct TargetAdvice
{
    QList<HostKey> hostKeys; ///< published by a source that is trusted: one of them is pinned without a question
    bool hostKeysComplete = false; ///< a key that is not among them is not this server's
    QString source; ///< of hostKeys, for texts and as a comment beside the pinned key ("the tailnet, node n123")
    QString unreachable; ///< why it may not answer, put before the error; without a final period
    QString unreachableRemedy;
    /// @p key, shown by the server, is one of the published ones.
    [[nodiscard]] bool vouchesFor(const HostKey &key) const { return hostKeys.contains(key); }
    /// @p key cannot be this server's.
    [[nodiscard]] bool contradicts(const HostKey &key) const { return hostKeysComplete && !vouchesFor(key); }
    friend bool operator==(const TargetAdvice &, const TargetAdvice &) { return true; }
    [[nodiscard]] bool isOtherThan(const TargetAdvice &other) const
    {
        return hostKeys != other.hostKeys || hostKeysComplete != other.hostKeysComplete || source != other.source
            || unreachable != other.unreachable || unreachableRemedy != other.unreachableRemedy;
    }
};

/// Who carries a session.
enum class SshBackend {
    Auto, ///< libssh, and OpenSSH's ssh for what that cannot do
    Libssh,
    OpenSsh,
};

/// "auto", "libssh", "openssh": stable words for files and JSON.
[[nodiscard]] QString sshBackendName(SshBackend backend);
[[nodiscard]] std::optional<SshBackend> sshBackendFromName(const QString &name);

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
    /// The way to the server, from here on: each host is reached through the one before it (ssh_config ProxyJump). Hops
    /// are reached by their own settings; their jumpHosts are empty, only the first may have a proxyCommand.
    QList<SshTarget> jumpHosts;
    /// A program and its arguments whose standard input and output are the connection (ssh_config ProxyCommand), tokens
    /// expanded. Empty: none. Never with jumpHosts.
    QStringList proxyCommand;
    SshOptions options; ///< what ssh_config says about how the connection is made
    int maxKeyOffers = 3; ///< servers run fail2ban; sshd's own limit is MaxAuthTries 6
    SshBackend backend = SshBackend::Auto;
    QString openSshReason; ///< why only OpenSSH's ssh can do it, known beforehand; for Auto; half a sentence
    QString configHost; ///< the alias under which OpenSSH's ssh reads ssh_config itself; empty: it reads none
    QString configFile; ///< for ssh's -F; empty: its own
    TargetAdvice advice; ///< not part of the comparison
    friend bool operator==(const SshTarget &, const SshTarget &);

    /// The name known_hosts knows this target by: hostKeyAlias, else "host" or "[host]:port" (sshd(8)).
    [[nodiscard]] QString knownHostsName() const;
    /// "user@host:port" for people.
    [[nodiscard]] QString toString() const;
    /// Why its sessions do not simply go by libssh, as far as it is known before a connection: half a sentence; empty
    /// when they do.
    [[nodiscard]] QString backendReason() const;
    /// "bastion (admin@10.0.0.1:22)", for texts about a jump host.
    [[nodiscard]] QString hopName() const;
    /// What distinguishes sshds for limits and bans: way, host and port, whoever logs in ("[way ]host port").
    [[nodiscard]] QString endpoint() const;
    /// The way to the server before its own address: jump hosts or command, with a space after it; empty when
    /// it is reached directly.
    [[nodiscard]] QString way() const;
    /// The jump hosts' names in order, "bastion, inner-bastion"; empty without.
    [[nodiscard]] QString via() const;
};

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::SshTarget)
