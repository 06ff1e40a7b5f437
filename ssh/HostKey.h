// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QMetaType>
#include <QString>

namespace Helmclaw {

/// A server's public host key.
struct HostKey
{
    QByteArray algorithm; ///< "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa" …
    QByteArray blob; ///< the key in RFC 4253 §6.6 wire format, not base64

    /// "SHA256:…" as ssh-keygen -l prints it (base64 without padding); the text is made of safe characters only.
    [[nodiscard]] QString fingerprint() const;
    /// True when the blob names the same type as `algorithm` and holds more than that.
    [[nodiscard]] bool isWellFormed() const;
    friend bool operator==(const HostKey &, const HostKey &) = default;
};

/// The pool's question whether a key that nobody has pinned yet may be pinned. The connection that met the key is
/// already closed; after "yes" the pool dials again and insists on exactly this key.
struct HostKeyQuestion
{
    quint64 id = 0; ///< hand it back in SshPool::answerHostKey
    QString serverId;
    QString serverName;
    QString target; ///< "user@host:port"
    QString knownHostsName; ///< the name it will be pinned under
    HostKey key;
};

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::HostKeyQuestion)
