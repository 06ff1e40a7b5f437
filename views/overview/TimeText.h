// SPDX-License-Identifier: MIT
#pragma once

#include <QDateTime>
#include <QString>

namespace Helmclaw {

/// @p utc as local time for people: "12:03" today, "yesterday 12:03", else the date with it.
[[nodiscard]] QString shortTime(const QDateTime &utc);
/// How long it is until @p utc: "14 s", "3 min 05 s"; "now" when it has passed.
[[nodiscard]] QString countdown(const QDateTime &utc);
/// The full local date and time.
[[nodiscard]] QString fullTime(const QDateTime &utc);

} // namespace Helmclaw
