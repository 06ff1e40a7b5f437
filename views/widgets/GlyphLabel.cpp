// SPDX-License-Identifier: MIT
#include "views/widgets/GlyphLabel.h"

#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QPainter>

namespace Helmclaw {

namespace {
constexpr int glyphSize = 16;
constexpr int gap = 6;
} // namespace

GlyphLabel::GlyphLabel(Shape shape, QWidget *parent)
    : QWidget(parent)
    , m_shape(shape)
{
    setSizePolicy(shape == Shape::Pill ? QSizePolicy::Fixed : QSizePolicy::Preferred, QSizePolicy::Fixed);
    setFont(fontFor(shape == Shape::Pill ? TextStyle::Strong : TextStyle::Body));
}

void GlyphLabel::setGlyph(const Glyph &glyph)
{
    m_glyph = glyph;
    describe();
}

void GlyphLabel::setSuffix(const QString &suffix)
{
    m_suffix = suffix;
    describe();
}

void GlyphLabel::describe()
{
    setAccessibleName(m_suffix.isEmpty() ? m_glyph.word : m_glyph.word + QLatin1Char(' ') + m_suffix);
    updateGeometry();
    update();
}

QSize GlyphLabel::sizeHint() const
{
    const int padding = m_shape == Shape::Pill ? 9 : 0;
    int width = 2 * padding + glyphSize + gap + fontMetrics().horizontalAdvance(m_glyph.word) + 2;
    if (!m_suffix.isEmpty())
        width += gap + fontMetrics().horizontalAdvance(m_suffix);
    return { width, qMax(fontMetrics().height(), glyphSize) + (m_shape == Shape::Pill ? 8 : 2) };
}

QSize GlyphLabel::minimumSizeHint() const
{
    return m_shape == Shape::Pill ? sizeHint() : QSize(64, sizeHint().height());
}

void GlyphLabel::paintEvent(QPaintEvent * /*event*/)
{
    if (m_glyph.icon.isEmpty())
        return;
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    const Colors::Pair pair = colors.tone(m_glyph.tone);
    int x = 0;
    if (m_shape == Shape::Pill) {
        drawRounded(&painter, QRectF(rect()), Style::radius, pair.background);
        x = 9;
    }
    Icons::paint(&painter, QRectF(x, (height() - glyphSize) / 2.0, glyphSize, glyphSize), m_glyph.icon,
                 pair.foreground);
    x += glyphSize + gap;
    const bool quiet = m_glyph.tone == Tone::Ok || m_glyph.tone == Tone::Neutral || m_glyph.tone == Tone::Info;
    painter.setPen(m_shape == Shape::Plain && quiet ? colors.text : pair.foreground);
    const QString word = fontMetrics().elidedText(m_glyph.word, Qt::ElideRight, width() - x);
    painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::TextSingleLine, word);
    x += fontMetrics().horizontalAdvance(word) + gap;
    if (!m_suffix.isEmpty() && x < width()) {
        painter.setPen(colors.secondaryText);
        painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::TextSingleLine,
                         fontMetrics().elidedText(m_suffix, Qt::ElideRight, width() - x));
    }
}

} // namespace Helmclaw
