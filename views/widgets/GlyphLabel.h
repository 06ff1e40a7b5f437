// SPDX-License-Identifier: MIT
#pragma once

#include "views/theme/Glyphs.h"

#include <QWidget>

namespace Helmclaw {

/// A state as glyph and word on one line; as a pill it has the tone's background too.
class GlyphLabel : public QWidget
{
    Q_OBJECT
public:
    enum class Shape { Plain, Pill };

    explicit GlyphLabel(Shape shape, QWidget *parent = nullptr);

    void setGlyph(const Glyph &glyph);
    [[nodiscard]] const Glyph &glyph() const { return m_glyph; }
    /// Text after the word, in the secondary colour ("since 12:03"); plain text.
    void setSuffix(const QString &suffix);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void describe();

    Shape m_shape;
    Glyph m_glyph;
    QString m_suffix;
};

} // namespace Helmclaw
