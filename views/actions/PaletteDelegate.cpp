// SPDX-License-Identifier: MIT
#include "views/actions/PaletteDelegate.h"

#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QPainter>

namespace Helmclaw {

void PaletteDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Colors &colors = Colors::of(option.palette);
    const QRect row = option.rect.adjusted(6, 0, -6, 0);
    if (option.state & QStyle::State_Selected)
        drawRounded(painter, QRectF(row), Style::radius, colors.selection);
    const QString icon = index.data(IconNameRole).toString();
    if (!icon.isEmpty())
        Icons::paint(painter, QRectF(row.left() + 10, row.center().y() - 7, 16, 16), icon, colors.secondaryText);

    const QString hint = index.data(HintRole).toString();
    int right = row.right() - 10;
    if (!hint.isEmpty()) {
        const QFont small = fontFor(TextStyle::Small, option.font);
        const QFontMetrics metrics(small);
        const int width = qMin(metrics.horizontalAdvance(hint) + 4, row.width() / 2);
        painter->setFont(small);
        painter->setPen(colors.secondaryText);
        painter->drawText(QRect(right - width, row.top(), width + 1, row.height()),
                          Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine,
                          metrics.elidedText(hint, Qt::ElideRight, width));
        right -= width + 12;
    }

    // Matched letters are heavier, not another colour.
    const QString text = index.data(Qt::DisplayRole).toString();
    const auto positions = index.data(PositionsRole).value<QList<int>>();
    QFont strong = option.font;
    strong.setWeight(QFont::Bold);
    int x = row.left() + 36;
    painter->setPen(colors.text);
    int next = 0;
    for (int i = 0; i < text.size() && x < right;) {
        const bool hit = next < positions.size() && positions.at(next) == i;
        int end = i;
        while (end < text.size() && (next < positions.size() && positions.at(next) == end) == hit) {
            if (hit)
                ++next;
            ++end;
        }
        const QString run = text.mid(i, end - i);
        const QFontMetrics metrics(hit ? strong : option.font);
        painter->setFont(hit ? strong : option.font);
        painter->drawText(QRect(x, row.top(), right - x, row.height()), Qt::AlignVCenter | Qt::TextSingleLine,
                          metrics.elidedText(run, Qt::ElideRight, right - x));
        x += metrics.horizontalAdvance(run);
        i = end;
    }
}

QSize PaletteDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex & /*index*/) const
{
    return { 200, qMax(32, option.fontMetrics.height() + 14) };
}

} // namespace Helmclaw
