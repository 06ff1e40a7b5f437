// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshTarget.h"

namespace Helmclaw::Bench {

/// Server @p n of the LoopbackFleet whose files are in @p folder.
[[nodiscard]] SshTarget benchTarget(const QString &folder, int n);

} // namespace Helmclaw::Bench
