// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixSteps.h"

namespace Helmclaw::FirewallFixes {

/// What can be done about ufw.
[[nodiscard]] QList<FixRule> rules();

} // namespace Helmclaw::FirewallFixes
