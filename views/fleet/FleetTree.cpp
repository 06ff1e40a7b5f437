// SPDX-License-Identifier: MIT
#include "views/fleet/FleetTree.h"

#include "views/theme/Colors.h"
#include "views/theme/Style.h"

#include <QPainter>

namespace Helmclaw {

FleetTree::FleetTree(QWidget *parent)
    : QTreeView(parent)
{
    setHeaderHidden(true);
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setExpandsOnDoubleClick(false);
    setIndentation(12);
    setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
}

void FleetTree::drawRow(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Colors &colors = Colors::of(palette());
    QRect row = option.rect;
    row.setLeft(0);
    row.setRight(viewport()->width() - 1);
    const QRectF panel = QRectF(row).adjusted(6, 1, -6, -1);
    if (selectionModel()->isSelected(index))
        drawRounded(painter, panel, Style::radius, colors.selection);
    else if (viewport()->underMouse() && row.contains(viewport()->mapFromGlobal(QCursor::pos())))
        drawRounded(painter, panel, Style::radius, colors.hover);
    if (hasFocus() && index == currentIndex())
        drawRounded(painter, panel, Style::radius, {}, colors.accent, 1.5);
    QTreeView::drawRow(painter, option, index);
}

} // namespace Helmclaw
