// SPDX-License-Identifier: MIT
#include "views/overview/FindingButton.h"

#include "views/theme/Glyphs.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QPainter>

namespace Helmclaw {

FindingButton::FindingButton(const CheckInfo &info, const CheckResult &result, QWidget *parent)
    : QAbstractButton(parent)
    , m_summary(result.summary)
    , m_verdict(result.verdict)
{
    setText(info.title);
    setObjectName(QStringLiteral("finding.%1").arg(result.checkId));
    setAccessibleName(QStringLiteral("%1: %2").arg(info.title, glyphOf(m_verdict).word));
    setAccessibleDescription(m_summary);
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize FindingButton::sizeHint() const
{
    const int small = QFontMetrics(fontFor(TextStyle::Small, font())).height();
    return { 200, fontMetrics().height() + (m_summary.isEmpty() ? 0 : small) + 12 };
}

void FindingButton::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    if (isDown() || underMouse())
        drawRounded(&painter, QRectF(rect()), Style::radius, isDown() ? colors.selection : colors.hover);
    if (hasFocus())
        drawRounded(&painter, QRectF(rect()), Style::radius, {}, colors.accent, 1.5);
    const Glyph glyph = glyphOf(m_verdict);
    const Colors::Pair pair = colors.tone(glyph.tone);
    const int line = fontMetrics().height();
    Icons::paint(&painter, QRectF(6, 6 + (line - 16) / 2.0, 16, 16), glyph.icon, pair.foreground);
    painter.setPen(colors.text);
    const int width = this->width() - 30 - 8;
    painter.drawText(QRect(30, 6, width, line), Qt::AlignVCenter | Qt::TextSingleLine,
                     fontMetrics().elidedText(text(), Qt::ElideRight, width));
    if (m_summary.isEmpty())
        return;
    const QFont small = fontFor(TextStyle::Small, font());
    const QFontMetrics metrics(small);
    painter.setFont(small);
    painter.setPen(colors.secondaryText);
    painter.drawText(QRect(30, 6 + line, width, metrics.height()), Qt::AlignVCenter | Qt::TextSingleLine,
                     metrics.elidedText(m_summary, Qt::ElideRight, width));
}

} // namespace Helmclaw
