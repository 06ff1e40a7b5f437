// SPDX-License-Identifier: MIT
#pragma once

#include <QFont>

class QLabel;
class QWidget;

namespace Helmclaw {

/// The window's type scale. All steps derive from the system's font and size, so that a user's choice holds.
enum class TextStyle {
    Body,
    Small, ///< secondary facts beside a body line
    Caption, ///< heading of a paragraph or a column area
    Strong, ///< body, emphasised
    Heading, ///< title of a card or a dialog's lead sentence
    Title, ///< title of a page or pane
    Mono, ///< the system's fixed font: addresses, fingerprints, evidence
};

[[nodiscard]] QFont fontFor(TextStyle style, const QFont &base);
[[nodiscard]] QFont fontFor(TextStyle style);

/// A label for text of any origin: plain text always.
[[nodiscard]] QLabel *makeLabel(TextStyle style, const QString &text = {}, QWidget *parent = nullptr);
/// The same in the secondary colour, which follows the theme.
[[nodiscard]] QLabel *makeSecondaryLabel(TextStyle style, const QString &text = {}, QWidget *parent = nullptr);

} // namespace Helmclaw
