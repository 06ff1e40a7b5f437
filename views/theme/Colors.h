// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QPalette>

namespace Helmclaw {

/// What a colour says. State is never colour alone: every tone goes with a glyph and a word (Glyphs.h).
enum class Tone { Neutral, Ok, Warn, Bad, Unknown, Info };

/// The window's colours, once for light and once for dark. Every foreground has a contrast of at least 4.5:1 on the
/// surfaces it is used on (WCAG 2.1, 1.4.3); tst_Theme measures it.
struct Colors
{
    struct Pair
    {
        QColor foreground; ///< glyphs and text
        QColor background; ///< tiles, pills and bars behind that foreground
    };

    bool dark = false;
    QColor window; ///< chrome: tool bar, side pane, dialogs
    QColor base; ///< content: lists, fields
    QColor raised; ///< buttons, cards on either
    QColor border; ///< hairlines between surfaces
    QColor strongBorder; ///< outlines of controls
    QColor text;
    QColor secondaryText;
    QColor disabledText;
    QColor accent;
    QColor accentText; ///< on accent
    QColor selection; ///< background of selected rows
    QColor hover; ///< background of rows and flat buttons under the pointer
    Pair ok, warn, bad, unknown, info;

    [[nodiscard]] Pair tone(Tone tone) const;
    [[nodiscard]] QPalette palette() const;

    [[nodiscard]] static const Colors &light();
    [[nodiscard]] static const Colors &darkTable();
    /// The table that fits @p palette: dark when its window is darker than its text.
    [[nodiscard]] static const Colors &of(const QPalette &palette);
};

} // namespace Helmclaw
