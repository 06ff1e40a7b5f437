// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace Helmclaw {

/// Rows of the fleet tree. A server: its connection state as glyph and word, its name, its web UI's state, and the
/// "Open web UI" button. A group: its tag, how many servers, the worst verdict.
class FleetDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                     const QModelIndex &index) override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

    /// Where the button of a server row is.
    [[nodiscard]] static QRect buttonRect(const QRect &row);

Q_SIGNALS:
    void openWebUiClicked(const QString &serverId);

private:
    void paintServer(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;
    void paintGroup(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;
};

} // namespace Helmclaw
