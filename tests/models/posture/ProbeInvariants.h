// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Judge.h"

namespace Helmclaw {

/// What must hold of every outcome, whatever a server sent: every check of the catalogue is there, says what it found
/// and what to do about it, and none of its texts has a character that a terminal or a label might obey, or no end.
/// Empty, or what is wrong.
[[nodiscard]] QString brokenInvariant(const ProbeOutcome &outcome);

} // namespace Helmclaw
