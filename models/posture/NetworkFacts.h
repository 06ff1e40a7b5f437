// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/ListenerFacts.h"
#include "models/posture/PacketFilter.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

class ProbeReport;

struct InterfaceAddress
{
    QString interface;
    AddressFamily family = AddressFamily::IPv4;
    QString address;
    int prefixLength = 0;
    bool linkOnly = false; ///< "scope link": reached by neighbours only
};

/// What the probe read about the server's network: addresses, ways out, packet filters, sockets.
struct NetworkFacts
{
    bool addressesRead = false;
    QList<InterfaceAddress> addresses;
    bool routesRead = false; ///< each line was understood
    QStringList defaultRoutes4; ///< interfaces
    QStringList defaultRoutes6;
    QStringList routeLines;
    std::optional<bool> forwards4; ///< the kernel routes
    std::optional<bool> forwards6;
    QString clientAddress; ///< this computer, as the server sees it; empty: not known

    bool filtersRead = false; ///< every packet filter of the kernel was shown and is in `filters`
    QList<FilterTable> filters;
    QString filterProblem; ///< why not filtersRead; empty: the probe may not ask
    ListenerFacts sockets;

    [[nodiscard]] QStringList defaultRoutes(AddressFamily family) const
    {
        return family == AddressFamily::IPv4 ? defaultRoutes4 : defaultRoutes6;
    }
    [[nodiscard]] std::optional<bool> forwards(AddressFamily family) const
    {
        return family == AddressFamily::IPv4 ? forwards4 : forwards6;
    }
    /// Interfaces by which others come in: not loopback, not the tailnet's, not those of containers.
    [[nodiscard]] QStringList outerInterfaces(AddressFamily family) const;
    [[nodiscard]] QStringList tailnetInterfaces() const;
    /// The interface whose network @p address belongs to; empty: none.
    [[nodiscard]] QString interfaceTowards(const QString &address) const;
    /// The interface that has @p address itself; empty: none.
    [[nodiscard]] QString interfaceOf(const QString &address) const;
    /// A chain that Docker makes is there.
    [[nodiscard]] bool hasDockerChains(AddressFamily family) const;

    [[nodiscard]] static bool isTailnetInterface(const QString &name);
    [[nodiscard]] static bool isTailnetAddress(const QString &address);
    /// Bridges and ends of containers: docker0, br-…, veth…, and those of Podman, LXC and libvirt.
    [[nodiscard]] static bool isContainerInterface(const QString &name);

    [[nodiscard]] static NetworkFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
