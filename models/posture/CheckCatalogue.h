// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

/// Every check there is, in display order. Texts are translated at each call, so call again after a language change.
[[nodiscard]] QList<CheckInfo> checkCatalogue();
/// The entry with this id; an entry with an empty id when there is none.
[[nodiscard]] CheckInfo checkInfo(const QString &checkId);

} // namespace Helmclaw
