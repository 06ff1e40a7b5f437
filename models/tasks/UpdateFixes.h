// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixSteps.h"

namespace Helmclaw::UpdateFixes {

/// What can be done about updates: switched on, from the right archive, installed now, a half installed package
/// finished.
[[nodiscard]] QList<FixRule> rules();

} // namespace Helmclaw::UpdateFixes
