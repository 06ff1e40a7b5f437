// SPDX-License-Identifier: MIT
#include "ssh/HostKey.h"
#include "ssh/SessionState.h"
#include "ssh/SshTarget.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QtEndian>

#include <algorithm>

namespace Helmclaw {

bool HostKey::isWellFormed() const
{
    // RFC 4253 §6.6: the blob begins with its type, as a string.
    if (blob.size() < 4)
        return false;
    const auto length = qsizetype(qFromBigEndian<quint32>(blob.constData()));
    if (length == 0 || length >= blob.size() - 4)
        return false;
    const QByteArrayView type = QByteArrayView(blob).sliced(4, length);
    return type == algorithm && std::none_of(type.begin(), type.end(), [](char c) { return c <= ' ' || c >= 0x7f; });
}

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

bool operator==(const SshTarget &, const SshTarget &) = default;

QString sshBackendName(SshBackend backend)
{
    switch (backend) {
    case SshBackend::Auto:
        break;
    case SshBackend::Libssh:
        return QStringLiteral("libssh");
    case SshBackend::OpenSsh:
        return QStringLiteral("openssh");
    }
    return QStringLiteral("auto");
}

std::optional<SshBackend> sshBackendFromName(const QString &name)
{
    for (const SshBackend backend : { SshBackend::Auto, SshBackend::Libssh, SshBackend::OpenSsh }) {
        if (sshBackendName(backend) == name)
            return backend;
    }
    return std::nullopt;
}

QString SshTarget::backendReason() const
{
    return backend == SshBackend::Auto ? openSshReason
                                       : QCoreApplication::translate("SshTarget", "the server's settings say so");
}

QString SshTarget::toString() const
{
    const QString shownHost = host.contains(QLatin1Char(':')) ? QLatin1Char('[') + host + QLatin1Char(']') : host;
    const QString place = QStringLiteral("%1:%2").arg(shownHost).arg(port);
    return user.isEmpty() ? place : user + QLatin1Char('@') + place;
}

QString SshTarget::hopName() const
{
    return name.isEmpty() ? toString() : QStringLiteral("%1 (%2)").arg(name, toString());
}

QString SshTarget::way() const
{
    QStringList stations = proxyCommand;
    for (const SshTarget &hop : jumpHosts)
        stations += hop.way() + hop.toString();
    return stations.isEmpty() ? QString() : stations.join(QLatin1Char(' ')) + QLatin1Char(' ');
}

QString SshTarget::endpoint() const
{
    return way() + QStringLiteral("%1 %2").arg(host.toLower()).arg(port);
}

QString SshTarget::via() const
{
    QStringList names;
    for (const SshTarget &hop : jumpHosts)
        names += hop.name.isEmpty() ? hop.toString() : hop.name;
    return names.join(QStringLiteral(", "));
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
