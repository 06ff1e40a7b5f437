// SPDX-License-Identifier: MIT
#pragma once

#include "views/widgets/PlainToolTip.h"

namespace Helmclaw {

/// Rows of a TaskModel: the state as glyph and word.
class TaskDelegate : public PlainToolTipDelegate
{
public:
    using PlainToolTipDelegate::PlainToolTipDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace Helmclaw
