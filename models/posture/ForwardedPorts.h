// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/FilterWalk.h"

namespace Helmclaw {

struct NetworkFacts;

/// A port that address translation sends elsewhere: to a container (Docker), to another server, to another port.
struct ForwardedPort
{
    AddressFamily family = AddressFamily::IPv4;
    QString protocol; ///< "tcp", "udp"
    int port = 0; ///< as the outside sees it
    QString address; ///< only for packets to this address of the server; empty: to any
    QString toAddress; ///< empty: this server itself
    int toPort = 0;
    FilterRule rule;
    QString text; ///< the rule, with where it was read

    [[nodiscard]] QString targetText() const;
    [[nodiscard]] bool appliesTo(const QString &interface) const;
    /// What the packet filter is asked about it; without the interface it comes in by.
    [[nodiscard]] FilterQuestion question(const NetworkFacts &network) const;
};

/// All of them, of every translating chain that packets from outside come to.
struct ForwardedPorts
{
    QList<ForwardedPort> ports;
    QStringList notUnderstood; ///< rules that send something elsewhere without saying which port

    [[nodiscard]] static ForwardedPorts of(const QList<FilterTable> &tables);
};

} // namespace Helmclaw
