// SPDX-License-Identifier: MIT
#pragma once

#include <QTreeView>

namespace Helmclaw {

/// The tree of the fleet pane: paints selection and hover as one panel under the whole row, branch included.
class FleetTree : public QTreeView
{
    Q_OBJECT
public:
    explicit FleetTree(QWidget *parent = nullptr);

protected:
    void drawRow(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace Helmclaw
