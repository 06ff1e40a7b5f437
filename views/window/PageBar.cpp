// SPDX-License-Identifier: MIT
#include "views/window/PageBar.h"

#include "views/theme/Colors.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QPainter>

namespace Helmclaw {

namespace {
constexpr int padding = 12;
constexpr int lineHeight = 2;
} // namespace

PageBar::PageBar(QWidget *parent)
    : QTabBar(parent)
{
    setObjectName(QStringLiteral("pageBar"));
    setAccessibleName(tr("Pages"));
    setDrawBase(false);
    setExpanding(false);
    setUsesScrollButtons(false);
    setAttribute(Qt::WA_Hover);
}

QSize PageBar::tabSizeHint(int index) const
{
    const QFontMetrics strong(fontFor(TextStyle::Strong, font()));
    return { strong.horizontalAdvance(tabText(index)) + 2 * padding, strong.height() + 16 };
}

QSize PageBar::sizeHint() const
{
    return { QTabBar::sizeHint().width(), tabSizeHint(0).height() };
}

void PageBar::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    painter.fillRect(rect(), colors.base);
    painter.fillRect(QRect(0, height() - 1, width(), 1), colors.border);
    const QPoint pointer = mapFromGlobal(QCursor::pos());
    for (int index = 0; index < count(); ++index) {
        const QRect tab = tabRect(index);
        const bool current = index == currentIndex();
        const bool hover = underMouse() && tab.contains(pointer);
        painter.setFont(fontFor(current ? TextStyle::Strong : TextStyle::Body, font()));
        painter.setPen(current || hover ? colors.text : colors.secondaryText);
        painter.drawText(tab, Qt::AlignCenter | Qt::TextSingleLine, tabText(index));
        const QRect line(tab.left() + padding, tab.bottom() - lineHeight + 1, tab.width() - 2 * padding, lineHeight);
        if (current)
            painter.fillRect(line, colors.accent);
        if (current && hasFocus())
            drawRounded(&painter, QRectF(tab).adjusted(4, 5, -4, -5), Style::radius, {}, colors.accent, 1.5);
    }
}

} // namespace Helmclaw
