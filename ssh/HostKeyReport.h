// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKey.h"

#include <QList>
#include <QStringList>

namespace Helmclaw {

/// One line of a known_hosts file.
struct KnownHostsLine
{
    HostKey key;
    QString file;
    int line = 0; ///< from 1
    friend bool operator==(const KnownHostsLine &, const KnownHostsLine &) = default;
};

/// What known_hosts files say about a key that a server shows.
enum class HostKeyVerdict {
    Match, ///< this key is pinned for the name
    Unknown, ///< no key at all is pinned for the name
    Changed, ///< keys are pinned for the name, but not this one (another type counts as changed, too)
    Revoked, ///< the key is marked @revoked for the name
    CertificateAuthority, ///< only @cert-authority lines are there: libssh cannot verify host certificates
};

/// A server's host key beside what is pinned for it: all that is needed to compare, to explain and to replace.
struct HostKeyReport
{
    HostKeyVerdict verdict = HostKeyVerdict::Unknown;
    QString name; ///< that the server is known by, see SshTarget::knownHostsName()
    HostKey offered; ///< what the server showed
    QList<KnownHostsLine> pinned; ///< lines that pin a key for the name
    QList<KnownHostsLine> marked; ///< the @revoked or @cert-authority lines that decided; empty otherwise
    QString ownFile; ///< Helmclaw's known_hosts, the only one that it writes

    /// True when the server shows a type of key that is not pinned at all: nobody can say what became of the pinned
    /// one.
    [[nodiscard]] bool isOtherType() const;
    /// Lines that pin a key for the name in files which are not ours to write.
    [[nodiscard]] QList<KnownHostsLine> foreignLines() const;
    /// The "ssh-keygen -R" commands, each once, that the user runs to remove foreignLines().
    [[nodiscard]] QStringList removalCommands() const;
    /// Whether replacing the pinned key is a decision the user may take: the key has changed (or only an authority is
    /// known), is not revoked, and no foreign line would contradict it.
    [[nodiscard]] bool isReplaceable() const;
    friend bool operator==(const HostKeyReport &, const HostKeyReport &) = default;
};

/// Lower-case stable word for JSON output ("changed").
[[nodiscard]] QString hostKeyVerdictName(HostKeyVerdict verdict);

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::HostKeyReport)
