// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixSteps.h"

namespace Helmclaw::RebootFixes {

/// Restarting a server: now, and waiting until it is back; at a time; and not after all.
[[nodiscard]] QList<FixRule> rules();

} // namespace Helmclaw::RebootFixes
