// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

namespace Helmclaw::Test {

/// Replaces the content of @p path; false when that failed.
[[nodiscard]] bool writeFile(const QString &path, const QByteArray &content);
/// The whole file; "(unreadable)" when it cannot be read, so that no comparison with an empty file holds by accident.
[[nodiscard]] QByteArray readFile(const QString &path);
/// @p size bytes without a short period, the same ones for the same @p seed.
[[nodiscard]] QByteArray pattern(qsizetype size, quint32 seed = 12345);

} // namespace Helmclaw::Test
