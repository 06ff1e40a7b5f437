// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PacketFilter.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace Helmclaw {

class ProbeReport;

/// A socket that waits for connections or packets.
struct Listener
{
    QString protocol; ///< "tcp", "udp"
    QString address; ///< in numbers, without brackets and scope; empty: every address of the family (or both)
    QString scope; ///< the interface behind the "%"
    bool ipv4 = false;
    bool ipv6 = false; ///< both: a socket of IPv6 that takes IPv4, too
    int port = 0;
    QString process; ///< "sshd"; empty: not known
    int pid = 0;
    QString line; ///< as it was printed

    [[nodiscard]] bool isLoopback() const;
    friend bool operator==(const Listener &, const Listener &) = default;
};

/// What ss(8), or the kernel's own tables, say of the sockets that listen.
struct ListenerFacts
{
    QList<Listener> listeners;
    bool read = false; ///< all of them, and each line was understood
    bool withProcesses = false; ///< read as root
    QString source; ///< "ss -tulnp", "/proc/net"
    QString problem; ///< why not `read`

    /// @p asRoot: the probe asked ss as root.
    [[nodiscard]] static ListenerFacts parse(const ProbeReport &report, bool asRoot);
};

} // namespace Helmclaw
