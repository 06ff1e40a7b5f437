// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/CheckCatalogue.h"

namespace Helmclaw {

/// The catalogue's part about the host itself: areas "sshd", "accounts" and "service".
[[nodiscard]] QList<CheckRule> hostCheckRules();

} // namespace Helmclaw
