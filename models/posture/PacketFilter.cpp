// SPDX-License-Identifier: MIT
#include "models/posture/PacketFilter.h"

#include <algorithm>

namespace Helmclaw {

const FilterCondition *FilterRule::find(FilterCondition::Field field) const
{
    const auto it = std::find_if(conditions.begin(), conditions.end(),
                                 [field](const FilterCondition &condition) { return condition.field == field; });
    return it == conditions.end() ? nullptr : &*it;
}

int FilterTable::references(const QString &chain) const
{
    int count = 0;
    for (const FilterChain &other : chains) {
        count += int(std::count_if(other.rules.begin(), other.rules.end(), [&](const FilterRule &rule) {
            return (rule.target == FilterRule::Target::Jump || rule.target == FilterRule::Target::Goto)
                && rule.chain == chain;
        }));
    }
    return count;
}

QStringList FilterTable::chainsFrom(FilterChain::Hook hook) const
{
    QStringList waiting;
    for (const QString &chain : chainOrder) {
        if (chains[chain].hook == hook)
            waiting.append(chain);
    }
    QStringList found;
    while (!waiting.isEmpty()) {
        const QString chain = waiting.takeFirst();
        if (found.contains(chain))
            continue;
        found.append(chain);
        for (const FilterRule &rule : chains[chain].rules) {
            if ((rule.target == FilterRule::Target::Jump || rule.target == FilterRule::Target::Goto)
                && chains.contains(rule.chain))
                waiting.append(rule.chain);
        }
    }
    return found;
}

} // namespace Helmclaw
