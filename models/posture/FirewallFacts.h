// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

class ProbeReport;

/// A row of "ufw status verbose".
struct FirewallRule
{
    QString line; ///< as ufw printed it
    QString to; ///< "22/tcp", "Anywhere on eth0", "10.0.0.1 80/tcp (v6)"
    QString action; ///< "ALLOW", "DENY", "REJECT", "LIMIT"
    QString direction; ///< "IN", "OUT", "FWD"
    QString from; ///< without attributes and comment: "Anywhere", "10.0.0.0/8", "Anywhere (v6)"
    friend bool operator==(const FirewallRule &, const FirewallRule &) = default;

    /// Lets something in (or through) whatever address it comes from. Interfaces that only reach trusted peers (lo,
    /// tailscaleN, wgN) do not count.
    [[nodiscard]] bool isOpenToAnyone() const;
    /// The port part of `to`: "22/tcp", "80,443/tcp"; empty: every port.
    [[nodiscard]] QString port() const;
};

/// What the probe read of ufw(8). Everything optional is "not read or not understood" when empty.
struct FirewallFacts
{
    bool installed = false;
    std::optional<bool> active; ///< from "ufw status verbose", which needs root
    QString incoming; ///< "deny", "reject", "allow"
    QString outgoing;
    QString routed; ///< as above, or "disabled"
    QList<FirewallRule> rules;
    QStringList notUnderstood; ///< rows of the rule table
    QString problem; ///< what "ufw status verbose" said instead, when it was asked

    std::optional<bool> enabledAtBoot; ///< ufw.conf ENABLED
    QHash<QString, QString> defaults; ///< /etc/default/ufw: "DEFAULT_INPUT_POLICY" → "DROP"
    std::optional<bool> forwarding; ///< the kernel routes IPv4 or IPv6
    QStringList forwardingLines;

    [[nodiscard]] static FirewallFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
