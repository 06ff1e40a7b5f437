// SPDX-License-Identifier: MIT
#include "models/tasks/PlanFold.h"

#include <algorithm>

namespace Helmclaw {

QList<PlanFold> foldPlans(const TaskPlan &plan)
{
    QList<PlanFold> folds;
    for (const ServerPlan &server : plan.servers) {
        const auto same = std::find_if(folds.begin(), folds.end(),
                                       [&server](const PlanFold &fold) { return fold.steps == server.steps; });
        if (same == folds.end())
            folds += PlanFold { { server.serverName }, server.steps };
        else
            same->servers += server.serverName;
    }
    return folds;
}

} // namespace Helmclaw
