// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PacketFilter.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

struct ServerFacts;

/// Who can reach one port of a server, by everything the server told: sockets, address translation and packet filters.
/// What stands in between (a cloud's security group, a router) it cannot know: "anyone" is anyone who has a route.
struct ExposureRow
{
    enum class From {
        ThisServer, ///< bound to loopback, or no packet filter lets anybody in
        Tailnet,
        Networks, ///< `networks` only (the tailnet may be among them)
        Unknown,
        Anyone,
    };
    QString protocol; ///< "tcp", "udp"
    int port = 0; ///< as the outside sees it
    AddressFamily family = AddressFamily::IPv4;
    QString address; ///< bound to; empty: every address of the family
    QString process; ///< "sshd"; for a forwarded port where it goes ("172.17.0.2:80"); empty: not known
    bool loopback = false; ///< bound to an address of loopback
    bool forwarded = false; ///< by address translation: no socket of the server itself
    From from = From::Unknown;
    QStringList networks; ///< of From::Networks: "10.0.0.0/8", "set trusted", "tailnet"
    QString why; ///< the rule, policy or address that decides
    /// Whether the server lets this computer in, by the address that it sees; nothing where that is not known.
    std::optional<bool> admitsThisComputer;
    /// SSH, Tailscale, or what gives the server its address: expected to be reachable.
    bool expected = false;

    [[nodiscard]] QString portText() const { return QStringLiteral("%1/%2").arg(port).arg(protocol); }
    friend bool operator==(const ExposureRow &, const ExposureRow &) = default;
};

/// The table "who can reach port P from where".
struct Exposure
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::Exposure)
public:
    QList<ExposureRow> rows; ///< by port, then protocol, then family
    QStringList notUnderstood; ///< translations of addresses that could open more than the rows say
    QString problem; ///< why the table is not complete; empty: it is, but for notUnderstood

    [[nodiscard]] bool isComplete() const { return problem.isEmpty() && notUnderstood.isEmpty(); }

    /// Pure.
    [[nodiscard]] static Exposure of(const ServerFacts &facts);
    /// "anyone", "10.0.0.0/8, tailnet", "this server only" …, translated.
    [[nodiscard]] static QString fromText(const ExposureRow &row);
    /// One line for people: "22/tcp IPv4 sshd: anyone (RULE)".
    [[nodiscard]] static QString rowText(const ExposureRow &row);
    /// {"protocol", "port", "family": "ipv4", "address", "process", "forwarded", "from": "anyone" | "networks" |
    /// "tailnet" | "this-server" | "unknown", "networks": […], "why", "expected"}
    [[nodiscard]] static QJsonObject toJson(const ExposureRow &row);
};

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::Exposure)
