// SPDX-License-Identifier: MIT
#pragma once

#include <QDateTime>
#include <QString>

namespace Helmclaw {

/// @p utc as local time for people: "12:03" today, "yesterday 12:03", else the date with it.
[[nodiscard]] QString shortTime(const QDateTime &utc);
/// The full local date and time.
[[nodiscard]] QString fullTime(const QDateTime &utc);

} // namespace Helmclaw
