// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

namespace Helmclaw {

/// Everything that @p plan will do, for the eyes of who has to say yes to it: servers with the same steps together.
[[nodiscard]] QString taskPreview(const TaskPlan &plan);
/// How @p run has ended, servers with the same outcome together. @p output: also what the last step of each printed.
[[nodiscard]] QString taskSummary(const TaskRun &run, bool output);
/// "6f0c…  2026-11-21 20:15  failed  Start fail2ban: 2 done, 1 failed"
[[nodiscard]] QString taskLine(const TaskRun &run);

} // namespace Helmclaw
