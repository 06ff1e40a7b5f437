// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/CheckCatalogue.h"

namespace Helmclaw {

/// The checks of the area "openclaw", for the catalogue.
[[nodiscard]] QList<CheckRule> openClawRules();

} // namespace Helmclaw
