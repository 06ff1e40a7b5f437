// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskPlan.h"

namespace Helmclaw {

/// Servers on which a task does the same.
struct PlanFold
{
    QStringList servers; ///< names, in the plan's order
    QList<TaskStep> steps;
};

/// Every server of @p plan once; the group of the first server first.
[[nodiscard]] QList<PlanFold> foldPlans(const TaskPlan &plan);

} // namespace Helmclaw
