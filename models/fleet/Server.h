// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshTarget.h"

#include <QJsonObject>
#include <QMetaType>
#include <QString>
#include <QStringList>

namespace Helmclaw {

/// The node of the tailnet that a server is: looked up by its id at every connection, so that a new address follows.
struct TailnetNode
{
    QString nodeId; ///< Tailscale's stable id; empty: not a server of the tailnet
    QString dnsName; ///< the MagicDNS name it was imported with
    friend bool operator==(const TailnetNode &, const TailnetNode &) = default;
};

/// One entry of the fleet. Never holds a secret. What the entry leaves empty comes from ssh_config(5) under the name
/// in `host` ("ssh HOST" and Helmclaw must reach the same place).
struct Server
{
    QString id; ///< stable, random (UUID without braces); identity everywhere
    QString name; ///< shown to people; unique in the fleet, not empty
    QString host; ///< name, address, or alias of ~/.ssh/config; not empty, never begins with "-"
    int port = 0; ///< 1…65535; 0: from ssh_config, else 22
    QString user; ///< empty: from ssh_config, else the local user
    QStringList identityFiles; ///< empty: from ssh_config, else ssh's defaults
    QString proxyJump; ///< jump hosts as ssh's -J takes them, "none" for none; empty: from ssh_config
    SshBackend backend = SshBackend::Auto; ///< "sshBackend" in the file: who carries the sessions
    QStringList tags; ///< groups the server is in; trimmed, no duplicates
    int gatewayPort = 0; ///< OpenClaw gateway's port on the server; 0: found out on the server
    int localPort = 0; ///< stable local port of the tunnel; 0: none chosen yet
    TailnetNode tailnet; ///< "tailscale" in the file; see isOnTailnet()
    QJsonObject unknownKeys; ///< keys of a newer version, kept as they are
    /// Reached over the tailnet. No longer so once somebody has given it another host than the node's name.
    [[nodiscard]] bool isOnTailnet() const { return !tailnet.nodeId.isEmpty() && tailnet.dnsName == host; }
    friend bool operator==(const Server &, const Server &) = default;
};

/// Checks the fields of one entry (not its uniqueness): empty on success, else what is wrong, for the form.
[[nodiscard]] QString serverProblem(const Server &server);

/// "user@host:port" as far as the entry says it, for people; ssh_config may lead elsewhere.
[[nodiscard]] QString serverAddress(const Server &server);

/// "production, eu" as tags: trimmed, without empty ones and duplicates.
[[nodiscard]] QStringList splitTags(const QString &text);

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::Server)
