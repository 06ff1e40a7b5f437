// SPDX-License-Identifier: MIT
#include "views/tasks/TaskDelegate.h"

#include "models/tasks/TaskModel.h"
#include "views/overview/TimeText.h"
#include "views/theme/Colors.h"
#include "views/theme/Glyphs.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"

#include <QApplication>
#include <QPainter>

namespace Helmclaw {

namespace {
constexpr int glyphSize = 16;
constexpr int gap = 6;
} // namespace

void TaskDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    PlainToolTipDelegate::initStyleOption(option, index);
    const bool isTask = index.data(TaskModel::ServerRole).toInt() < 0;
    if (isTask && index.column() == TaskModel::WhatColumn)
        option->font = fontFor(TextStyle::Strong, option->font);
    if (index.column() == TaskModel::StartedColumn)
        option->text = shortTime(index.data(TaskModel::StartedRole).toDateTime());
}

void TaskDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem its = option;
    initStyleOption(&its, index);
    const QStyle *style = its.widget != nullptr ? its.widget->style() : QApplication::style();
    if (index.column() != TaskModel::StateColumn) {
        if (index.column() > TaskModel::StateColumn)
            its.palette.setColor(QPalette::Text, Colors::of(its.palette).secondaryText);
        style->drawControl(QStyle::CE_ItemViewItem, &its, painter, its.widget);
        return;
    }
    const QString word = std::exchange(its.text, QString());
    style->drawControl(QStyle::CE_ItemViewItem, &its, painter, its.widget);
    const Glyph glyph = glyphOf(index.data(TaskModel::StateRole).value<TaskState>());
    const Colors &colors = Colors::of(its.palette);
    const QRect rect = its.rect.adjusted(4, 0, -4, 0);
    Icons::paint(painter, QRectF(rect.left(), rect.center().y() - glyphSize / 2.0 + 1, glyphSize, glyphSize),
                 glyph.icon, colors.tone(glyph.tone).foreground);
    const QRect text = rect.adjusted(glyphSize + gap, 0, 0, 0);
    painter->setFont(its.font);
    painter->setPen(colors.text);
    painter->drawText(text, Qt::AlignVCenter | Qt::TextSingleLine,
                      its.fontMetrics.elidedText(word, Qt::ElideRight, text.width()));
}

QSize TaskDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QSize size = PlainToolTipDelegate::sizeHint(option, index);
    if (index.column() == TaskModel::StateColumn)
        size.rwidth() += glyphSize + gap;
    return size.expandedTo({ 0, option.fontMetrics.height() + 10 });
}

} // namespace Helmclaw
