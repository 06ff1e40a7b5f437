// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

namespace Helmclaw {

/// ssh_config(5) PATTERNS: '*' is any text, '?' exactly one character, compared byte by byte. Takes no more than
/// text × pattern steps, so that no line of a file can hang us.
[[nodiscard]] bool hostPatternMatches(QByteArrayView name, QByteArrayView pattern);

/// True when one of @p patterns matches and none of the negated ones ("!pattern") does.
[[nodiscard]] bool hostPatternListMatches(QByteArrayView name, const QList<QByteArray> &patterns);

} // namespace Helmclaw
