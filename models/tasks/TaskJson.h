// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

namespace Helmclaw {

/// For helmclawctl --json: what was to be done and what has become of it.
[[nodiscard]] QJsonObject taskToJson(const TaskRun &run);

} // namespace Helmclaw
