// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace Helmclaw {

/// How a check is judged: translated, what is read and where the line is. Empty when nobody has written it down.
[[nodiscard]] QString howItIsJudged(const QString &checkId);

} // namespace Helmclaw
