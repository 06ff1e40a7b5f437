// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKey.h"

#include <QDateTime>
#include <QList>
#include <QMetaType>
#include <QStringList>

#include <optional>

namespace Helmclaw {

enum class TailnetState {
    Unknown, ///< nobody has asked yet
    Running,
    Starting,
    Stopped,
    NeedsLogin,
    NeedsApproval, ///< logged in, but an admin of the tailnet has to let this computer in
    NoDaemon, ///< tailscaled does not run
    NotInstalled,
    PermissionDenied, ///< tailscaled runs, but does not talk to this user
    Error, ///< its answer could not be used
};

/// One node of the tailnet, as tailscaled tells it. Names are validated or printable.
struct TailnetPeer
{
    QString nodeId; ///< Tailscale's stable id: names and addresses may change, this does not
    QString hostName; ///< what the machine calls itself; printable, for people only
    QString dnsName; ///< MagicDNS name in lower case without the final dot; empty when there is none that is valid
    QStringList addresses; ///< IPv4 first; never empty in a peer that parse() returns
    QStringList tags; ///< "tag:name"
    QString os;
    bool online = false; ///< as the tailnet's control server sees it
    bool expired = false; ///< its node key has expired: it must log in again
    QDateTime lastSeen; ///< UTC; invalid while it is online or when it was never seen
    bool isTailscaleSsh = false; ///< tailscaled itself answers its port 22
    QList<HostKey> sshHostKeys; ///< published through the tailnet's control server
    friend bool operator==(const TailnetPeer &, const TailnetPeer &) = default;
};

/// What tailscaled on this computer says about itself and its tailnet. A value.
/// Source: GET /localapi/v0/status, which is what "tailscale status --json" prints.
struct TailnetStatus
{
    static constexpr qsizetype MaxSize = 32 * 1024 * 1024; ///< bytes of JSON; a peer takes about 2.5 KB
    static constexpr int MaxPeers = 20000;

    TailnetState state = TailnetState::Unknown;
    std::optional<Error> error; ///< unless Running: what is wrong and what to do about it
    QString problem; ///< what is wrong, as error says it, for where a heading says that it is about the tailnet
    bool rootDaemon = false; ///< read from the LocalAPI of a tailscaled that root runs: its host keys may be relied on
    bool userspace = false; ///< no network interface: tailnet addresses are reached by "tailscale nc" only
    QString tailnet; ///< its name; printable
    TailnetPeer self;
    QList<TailnetPeer> peers; ///< in the order of their names
    int skippedPeers = 0; ///< without a usable id or address
    QDateTime askedAt; ///< UTC

    /// The peer (or this computer itself) with that id; null when it is not in the tailnet.
    [[nodiscard]] const TailnetPeer *byId(const QString &nodeId) const;

    /// Parses the status' JSON; what cannot be one gives TailnetState::Error. Takes milliseconds per thousand peers.
    [[nodiscard]] static TailnetStatus parse(const QByteArray &json);
    /// A status without a tailnet. @p detail: printable text for PermissionDenied and Error.
    [[nodiscard]] static TailnetStatus without(TailnetState state, const QString &detail = {});
};

/// Lower-case stable word for JSON output ("running", "needs-login").
[[nodiscard]] QString tailnetStateName(TailnetState state);

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::TailnetStatus)
