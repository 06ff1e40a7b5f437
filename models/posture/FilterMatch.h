// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/FilterWalk.h"

#include <optional>

namespace Helmclaw {

/// How a rule's conditions meet a question.
struct FilterMatch
{
    enum class Level {
        No,
        Yes,
        Some, ///< the sender can see to it that it matches, and that it does not
        Seldom, ///< above a rate, or for addresses that were seen before
        Unsure,
    };
    Level level = Level::Yes;
    QStringList sources; ///< only for these networks; empty: any
    QStringList exceptSources; ///< not for these

    [[nodiscard]] bool isForEverybody() const
    {
        return level == Level::Yes && sources.isEmpty() && exceptSources.isEmpty();
    }
    /// @p markPossible: an earlier rule may have marked the packet.
    [[nodiscard]] static FilterMatch of(const FilterRule &rule, const FilterQuestion &question, bool markPossible);

    /// Whether @p network (or an address) lies within @p outer; words for what is no network only equal themselves.
    [[nodiscard]] static bool contains(const QString &outer, const QString &network);
    /// The networks of @p some that are also in @p others; both lists of networks or words, empty: any. Nothing when
    /// they have nothing in common.
    [[nodiscard]] static std::optional<QStringList> intersection(const QStringList &some, const QStringList &others);
};

} // namespace Helmclaw
