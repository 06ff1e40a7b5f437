// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

namespace Helmclaw {

enum class AddressFamily { IPv4, IPv6 };

/// One thing that a rule asks of a packet. iptables(8) and nft(8) are read into the same few fields; what has no field
/// here is Unknown, and then nobody says that the rule matches or does not.
struct FilterCondition
{
    enum class Field {
        InInterface, ///< names; a "+" at the end stands for any rest
        OutInterface,
        Source, ///< networks ("10.0.0.0/8"), or words for what is none ("set trusted", "country DE")
        Destination, ///< networks
        Protocol, ///< "tcp", "udp", …; "all"
        DestinationPort, ///< "22", "8000:8010"
        OriginalPort, ///< before the packet was redirected
        State, ///< upper case: "NEW", "ESTABLISHED", "DNAT" …
        DestinationType, ///< upper case: "LOCAL", "BROADCAST" …
        SourceType,
        Family, ///< "ipv4", "ipv6"
        Mark, ///< "0x40000/0xff0000"
        NewConnection, ///< a TCP packet that opens a connection
        ClientChoice, ///< what whoever sends the packet can choose: its source port, flags, or to stay below a rate
        Seldom, ///< only above a rate, or for an address that was seen before
        Unknown,
    };
    Field field = Field::Unknown;
    bool negated = false;
    QStringList values;
    friend bool operator==(const FilterCondition &, const FilterCondition &) = default;
};

struct FilterRule
{
    enum class Target {
        Continue, ///< logs, counts, or does nothing
        Accept,
        Drop, ///< or rejects
        Return,
        Jump,
        Goto,
        Mark, ///< changes the packet's mark, goes on
        Translate, ///< DNAT: to `toAddress` and `toPort`, empty where they stay as they are
        Unknown, ///< decides in a way that is not understood
    };
    QString text; ///< as the tool printed it; printable
    QList<FilterCondition> conditions;
    Target target = Target::Continue;
    QString chain; ///< of Jump and Goto
    QString toAddress;
    QString toPort;

    [[nodiscard]] const FilterCondition *find(FilterCondition::Field field) const;
};

struct FilterChain
{
    enum class Hook { None, Prerouting, Input, Forward, Other };
    Hook hook = Hook::None;
    bool dropsByPolicy = false;
    bool translates = false; ///< belongs to address translation, not to filtering
    QList<FilterRule> rules;
};

/// A table: chains that may jump to each other.
struct FilterTable
{
    QString source; ///< "iptables (nf_tables)", "nft inet filter": for people
    QString name; ///< "filter"
    bool ipv4 = false;
    bool ipv6 = false;
    QHash<QString, FilterChain> chains;
    QStringList chainOrder; ///< the order of printing

    [[nodiscard]] bool isOf(AddressFamily family) const { return family == AddressFamily::IPv4 ? ipv4 : ipv6; }
    /// How many rules jump to the chain.
    [[nodiscard]] int references(const QString &chain) const;
    /// The chains of this hook, and all that they lead to.
    [[nodiscard]] QStringList chainsFrom(FilterChain::Hook hook) const;
};

} // namespace Helmclaw
