// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace Helmclaw {

/// A row of the command palette: icon, text with the matched letters emphasised, hint at the right.
class PaletteDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    enum Role {
        EntryRole = Qt::UserRole + 1, ///< int, index of the entry
        IconNameRole, ///< QString
        HintRole, ///< QString
        PositionsRole, ///< QList<int>
    };

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace Helmclaw
