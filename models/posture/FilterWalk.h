// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PacketFilter.h"

#include <QHash>

namespace Helmclaw {

/// A packet that asks to be let in (or through), from an address that is not known unless it is given.
struct FilterQuestion
{
    AddressFamily family = AddressFamily::IPv4;
    FilterChain::Hook hook = FilterChain::Hook::Input;
    QString inInterface;
    QString outInterface; ///< for Forward; empty: not known
    QString protocol = QStringLiteral("tcp"); ///< "tcp" or "udp"
    int port = 0; ///< where it goes to, after any redirection; 0: any
    int originalPort = 0; ///< before; 0: any
    QString destination; ///< an address; empty: any of this server's (Input), not known (Forward)
    QString source; ///< an address; empty: any
    bool established = false; ///< belongs to a connection that stands
    bool redirected = false; ///< was sent elsewhere by address translation
};

/// Who gets an answer.
struct FilterAnswer
{
    enum class Reach { Nobody, Networks, Unknown, Anyone };
    Reach reach = Reach::Unknown;
    QStringList networks; ///< of Networks: "10.0.0.0/8", "set trusted"
    QString why; ///< the rule or policy that decides, with the tool that told it
};

/// Follows a packet through the rules, for all addresses at once. Where a rule cannot be followed the answer is
/// Unknown, unless another rule decides all the same. Errs towards "reachable": drops that depend on a rate, or on
/// what the sender can choose, do not count. Pure.
class FilterWalk
{
public:
    explicit FilterWalk(const QList<FilterTable> &tables)
        : m_tables(tables)
    {
    }

    /// Through every chain that the kernel asks; all of them must let the packet through.
    [[nodiscard]] FilterAnswer ask(const FilterQuestion &question) const;
    /// Through one chain of one table. Nobody: it drops everything; Anyone: it lets everything go on, by accepting it
    /// or by not deciding.
    [[nodiscard]] FilterAnswer askChain(const FilterTable &table, const QString &chain,
                                        const FilterQuestion &question) const;
    /// Whether every such packet comes to @p chain before a rule of the hook's own chain has decided about it.
    [[nodiscard]] bool comesTo(const FilterTable &table, const QString &chain, const FilterQuestion &question) const;

private:
    const QList<FilterTable> &m_tables;
};

} // namespace Helmclaw
