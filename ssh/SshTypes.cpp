// SPDX-License-Identifier: MIT
#include "ssh/HostKey.h"
#include "ssh/SessionState.h"
#include "ssh/SshTarget.h"

#include <QCryptographicHash>

namespace Helmclaw {

QString HostKey::fingerprint() const
{
    const QByteArray digest = QCryptographicHash::hash(blob, QCryptographicHash::Sha256);
    return QStringLiteral("SHA256:") + QString::fromLatin1(digest.toBase64(QByteArray::OmitTrailingEquals));
}

QString SshTarget::knownHostsName() const
{
    // Lower case as ssh(1) makes them before it looks; the alias stands alone, without a port.
    if (!hostKeyAlias.isEmpty())
        return hostKeyAlias.toLower();
    if (port == 22)
        return host.toLower();
    return QStringLiteral("[%1]:%2").arg(host.toLower()).arg(port);
}

QString SshTarget::toString() const
{
    const QString shownHost = host.contains(QLatin1Char(':')) ? QLatin1Char('[') + host + QLatin1Char(']') : host;
    const QString place = QStringLiteral("%1:%2").arg(shownHost).arg(port);
    return user.isEmpty() ? place : user + QLatin1Char('@') + place;
}

QString sessionStateName(SessionState state)
{
    switch (state) {
    case SessionState::Off:
        return QStringLiteral("off");
    case SessionState::Queued:
        return QStringLiteral("queued");
    case SessionState::Resolving:
        return QStringLiteral("resolving");
    case SessionState::Connecting:
        return QStringLiteral("connecting");
    case SessionState::Handshake:
        return QStringLiteral("handshake");
    case SessionState::HostKey:
        return QStringLiteral("host-key");
    case SessionState::Asking:
        return QStringLiteral("asking");
    case SessionState::Auth:
        return QStringLiteral("auth");
    case SessionState::Ready:
        return QStringLiteral("ready");
    case SessionState::Lost:
        return QStringLiteral("lost");
    case SessionState::Backoff:
        return QStringLiteral("backoff");
    case SessionState::Failed:
        return QStringLiteral("failed");
    }
    return QStringLiteral("unknown");
}

} // namespace Helmclaw
