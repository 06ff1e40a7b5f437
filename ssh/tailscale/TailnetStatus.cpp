// SPDX-License-Identifier: MIT
#include "ssh/tailscale/TailnetStatus.h"

#include "ssh/IdentityFile.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr qsizetype MaxListed = 64; // tags, addresses or keys of one node

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TailnetStatus)
};

QString shown(const QJsonValue &value, int maxLength)
{
    return printable(value.toString().toUtf8(), maxLength);
}

QString matching(const QString &text, const QRegularExpression &pattern)
{
    return pattern.match(text).hasMatch() ? text : QString();
}

QString dnsName(const QJsonValue &value)
{
    static const QRegularExpression pattern(QStringLiteral(
        "\\A(?=.{1,253}\\z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*\\z"));
    QString name = value.toString().toLower();
    if (name.endsWith(QLatin1Char('.')))
        name.chop(1);
    return matching(name, pattern);
}

QStringList addresses(const QJsonArray &array)
{
    QStringList v4;
    QStringList v6;
    for (qsizetype i = 0; i < qMin(array.size(), MaxListed); ++i) {
        const QHostAddress address(array.at(i).toString());
        if (address.protocol() == QAbstractSocket::IPv4Protocol)
            v4.append(address.toString());
        else if (address.protocol() == QAbstractSocket::IPv6Protocol && address.scopeId().isEmpty())
            v6.append(address.toString());
    }
    return v4 + v6;
}

QStringList tags(const QJsonArray &array)
{
    static const QRegularExpression pattern(QStringLiteral("\\Atag:[A-Za-z][A-Za-z0-9-]{0,59}\\z"));
    QStringList tags;
    for (qsizetype i = 0; i < qMin(array.size(), MaxListed); ++i) {
        if (const QString tag = matching(array.at(i).toString(), pattern); !tag.isEmpty() && !tags.contains(tag))
            tags.append(tag);
    }
    return tags;
}

/// Lines of an authorized_keys or ".pub" file: "ssh-ed25519 AAAA… comment".
QList<HostKey> hostKeys(const QJsonArray &array)
{
    QList<HostKey> keys;
    for (qsizetype i = 0; i < qMin(array.size(), MaxListed); ++i) {
        const QByteArrayList words = array.at(i).toString().toLatin1().simplified().split(' ');
        if (words.size() < 2 || words.at(1).size() > 16384)
            continue;
        const auto blob = QByteArray::fromBase64Encoding(words.at(1), QByteArray::AbortOnBase64DecodingErrors);
        HostKey key { words.at(0), blob.decoded };
        if (blob && keyAlgorithm(key.blob) == key.algorithm && !keys.contains(key))
            keys.append(key);
    }
    return keys;
}

TailnetPeer peer(const QJsonObject &object)
{
    static const QRegularExpression idPattern(QStringLiteral("\\A[A-Za-z0-9_-]{1,64}\\z"));
    TailnetPeer peer;
    peer.nodeId = matching(object.value(QLatin1String("ID")).toString(), idPattern);
    peer.hostName = shown(object.value(QLatin1String("HostName")), 100);
    peer.dnsName = dnsName(object.value(QLatin1String("DNSName")));
    peer.addresses = addresses(object.value(QLatin1String("TailscaleIPs")).toArray());
    peer.tags = tags(object.value(QLatin1String("Tags")).toArray());
    peer.os = shown(object.value(QLatin1String("OS")), 40);
    peer.online = object.value(QLatin1String("Online")).toBool();
    peer.expired = object.value(QLatin1String("Expired")).toBool();
    const QJsonArray keys = object.value(QLatin1String("sshHostKeys")).toArray();
    peer.isTailscaleSsh = !keys.isEmpty();
    peer.sshHostKeys = hostKeys(keys);
    // Go's zero time stands for "never" and for "now".
    const QDateTime seen = QDateTime::fromString(object.value(QLatin1String("LastSeen")).toString(), Qt::ISODate);
    if (seen.isValid() && seen.date().year() > 1970)
        peer.lastSeen = seen.toUTC();
    return peer;
}

TailnetState stateOf(const QString &backend)
{
    if (backend == QLatin1String("Running"))
        return TailnetState::Running;
    if (backend == QLatin1String("Starting") || backend == QLatin1String("NoState"))
        return TailnetState::Starting;
    if (backend == QLatin1String("Stopped"))
        return TailnetState::Stopped;
    if (backend == QLatin1String("NeedsLogin"))
        return TailnetState::NeedsLogin;
    if (backend == QLatin1String("NeedsMachineAuth"))
        return TailnetState::NeedsApproval;
    if (backend == QLatin1String("InUseOtherUser"))
        return TailnetState::PermissionDenied;
    return TailnetState::Error;
}

/// Without the word that says whose it is.
Error errorFor(TailnetState state, const QString &detail)
{
    const QString withDetail = detail.isEmpty() ? QString() : QStringLiteral(": ") + detail;
    switch (state) {
    case TailnetState::Starting:
        return { ErrorCode::Unreachable,
                 Text::tr("Tailscale on this computer is still starting"),
                 Text::tr("Try again in a moment"),
                 {} };
    case TailnetState::Stopped:
        return { ErrorCode::Unreachable,
                 Text::tr("Tailscale is stopped on this computer"),
                 Text::tr("Start it with \"sudo tailscale up\", then try again"),
                 {} };
    case TailnetState::NeedsLogin:
        return { ErrorCode::Unreachable,
                 Text::tr("this computer is logged out of Tailscale"),
                 Text::tr("Log in with \"sudo tailscale up\", then try again"),
                 {} };
    case TailnetState::NeedsApproval:
        return { ErrorCode::Unreachable,
                 Text::tr("this computer waits for an admin of the tailnet to approve it"),
                 Text::tr("Approve it in Tailscale's admin console under Machines, then try again"),
                 {} };
    case TailnetState::NoDaemon:
        return { ErrorCode::Unreachable,
                 Text::tr("tailscaled does not run on this computer"),
                 Text::tr("Start it with \"sudo systemctl start tailscaled\", then try again"),
                 {} };
    case TailnetState::NotInstalled:
        return { ErrorCode::Unreachable,
                 Text::tr("Tailscale is not installed on this computer"),
                 Text::tr("Install it (https://tailscale.com/download), or give the server an address that this "
                          "computer reaches without it"),
                 {} };
    case TailnetState::PermissionDenied:
        return { ErrorCode::PermissionDenied,
                 Text::tr("tailscaled does not talk to this user%1").arg(withDetail),
                 Text::tr("Compare with \"tailscale status\"; \"sudo tailscale set --operator=$USER\" lets this user "
                          "in"),
                 {} };
    default:
        return { ErrorCode::BadServerData,
                 Text::tr("the state of Tailscale on this computer could not be read%1").arg(withDetail),
                 Text::tr("Compare with \"tailscale status\"; update Tailscale or Helmclaw if that works"),
                 {} };
    }
}

} // namespace

const TailnetPeer *TailnetStatus::byId(const QString &nodeId) const
{
    if (nodeId.isEmpty())
        return nullptr;
    if (self.nodeId == nodeId)
        return &self;
    const auto found =
        std::find_if(peers.begin(), peers.end(), [&](const TailnetPeer &one) { return one.nodeId == nodeId; });
    return found == peers.end() ? nullptr : &*found;
}

TailnetStatus TailnetStatus::without(TailnetState state, const QString &detail)
{
    TailnetStatus status;
    status.state = state;
    status.askedAt = QDateTime::currentDateTimeUtc();
    if (state != TailnetState::Running && state != TailnetState::Unknown)
        status.error = errorFor(state, detail);
    if (status.error) {
        status.problem = status.error->what;
        status.error->what = Text::tr("tailnet: %1").arg(status.problem);
    }
    return status;
}

TailnetStatus TailnetStatus::parse(const QByteArray &json)
{
    if (json.size() > MaxSize)
        return without(TailnetState::Error, Text::tr("the answer is longer than 32 MiB"));
    QJsonParseError error {};
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    const QJsonObject root = document.object();
    const QString backend = root.value(QLatin1String("BackendState")).toString();
    if (!document.isObject() || backend.isEmpty())
        return without(TailnetState::Error,
                       error.error != QJsonParseError::NoError ? Text::tr("not JSON (%1)").arg(error.errorString())
                                                               : Text::tr("it has no BackendState"));
    const TailnetState state = stateOf(backend);
    TailnetStatus status =
        without(state,
                state == TailnetState::Error ? Text::tr("BackendState is \"%1\"").arg(printable(backend.toUtf8(), 60))
                                             : QString());
    status.userspace = root.contains(QLatin1String("TUN")) && !root.value(QLatin1String("TUN")).toBool();
    status.tailnet = shown(root.value(QLatin1String("CurrentTailnet")).toObject().value(QLatin1String("Name")), 200);
    status.self = peer(root.value(QLatin1String("Self")).toObject());

    const QJsonObject peers = root.value(QLatin1String("Peer")).toObject();
    if (peers.size() > MaxPeers)
        return without(TailnetState::Error, Text::tr("it names more than %1 nodes").arg(MaxPeers));
    QSet<QString> ids;
    if (!status.self.nodeId.isEmpty())
        ids.insert(status.self.nodeId);
    for (const auto &value : peers) {
        const QJsonObject object = value.toObject();
        if (object.value(QLatin1String("ShareeNode")).toBool()) // somebody we only share with: not reachable from here
            continue;
        TailnetPeer one = peer(object);
        if (one.nodeId.isEmpty() || one.addresses.isEmpty()) {
            ++status.skippedPeers;
            continue;
        }
        if (ids.contains(one.nodeId)) // which one's host keys would count?
            return without(TailnetState::Error, Text::tr("it names the node %1 twice").arg(one.nodeId));
        ids.insert(one.nodeId);
        status.peers.append(std::move(one));
    }
    std::sort(status.peers.begin(), status.peers.end(), [](const TailnetPeer &a, const TailnetPeer &b) {
        return std::tie(a.dnsName, a.hostName, a.nodeId) < std::tie(b.dnsName, b.hostName, b.nodeId);
    });
    return status;
}

QString tailnetStateName(TailnetState state)
{
    switch (state) {
    case TailnetState::Unknown:
        break;
    case TailnetState::Running:
        return QStringLiteral("running");
    case TailnetState::Starting:
        return QStringLiteral("starting");
    case TailnetState::Stopped:
        return QStringLiteral("stopped");
    case TailnetState::NeedsLogin:
        return QStringLiteral("needs-login");
    case TailnetState::NeedsApproval:
        return QStringLiteral("needs-approval");
    case TailnetState::NoDaemon:
        return QStringLiteral("no-daemon");
    case TailnetState::NotInstalled:
        return QStringLiteral("not-installed");
    case TailnetState::PermissionDenied:
        return QStringLiteral("permission-denied");
    case TailnetState::Error:
        return QStringLiteral("error");
    }
    return QStringLiteral("unknown");
}

} // namespace Helmclaw
