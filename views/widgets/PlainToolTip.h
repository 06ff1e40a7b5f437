// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStyledItemDelegate>

namespace Helmclaw {

/// Tool tips guess whether a text is rich; text of servers and files must never become markup. Lines stay lines; an
/// empty text stays empty (no tool tip).
[[nodiscard]] QString plainToolTip(const QString &text);

/// Shows the model's tool tips by plainToolTip().
class PlainToolTipDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;
};

} // namespace Helmclaw
