// SPDX-License-Identifier: MIT
#include "views/fleet/FleetScopeButton.h"

#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QPainter>

namespace Helmclaw {

FleetScopeButton::FleetScopeButton(QWidget *parent)
    : QAbstractButton(parent)
{
    setCheckable(true);
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void FleetScopeButton::setDetail(const QString &detail)
{
    m_detail = detail;
    setAccessibleDescription(detail);
    update();
}

QSize FleetScopeButton::sizeHint() const
{
    return { 160, qMax(34, fontMetrics().height() + 14) };
}

void FleetScopeButton::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    const QRectF panel = QRectF(rect()).adjusted(6, 1, -6, -1);
    if (isChecked())
        drawRounded(&painter, panel, Style::radius, colors.selection);
    else if (underMouse())
        drawRounded(&painter, panel, Style::radius, colors.hover);
    if (hasFocus())
        drawRounded(&painter, panel, Style::radius, {}, colors.accent, 1.5);
    Icons::paint(&painter, QRectF(14, (height() - 16) / 2.0, 16, 16), QStringLiteral("fleet"), colors.secondaryText);
    painter.setPen(colors.text);
    painter.setFont(fontFor(TextStyle::Strong, font()));
    painter.drawText(rect().adjusted(38, 0, -12, 0), Qt::AlignVCenter | Qt::TextSingleLine, text());
    const int used = QFontMetrics(painter.font()).horizontalAdvance(text());
    const QFont small = fontFor(TextStyle::Small, font());
    painter.setFont(small);
    painter.setPen(colors.secondaryText);
    const QRect rest = rect().adjusted(38 + used + 12, 0, -15, 0);
    painter.drawText(rest, Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine,
                     QFontMetrics(small).elidedText(m_detail, Qt::ElideRight, rest.width()));
}

} // namespace Helmclaw
