// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixSteps.h"

namespace Helmclaw::GatewayFixes {

/// What can be done about the OpenClaw gateway: restarted, its state closed to others, its unit hardened, what its own
/// security audit can mend.
[[nodiscard]] QList<FixRule> rules();

} // namespace Helmclaw::GatewayFixes
