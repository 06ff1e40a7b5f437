// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace Helmclaw {

class ServerSessions;

/// Cells of the matrix. Column 0: the server's name, connection and age of its results. The others: the verdict's shape
/// on a tile of its tone, with the word where there is room; hatched and dimmed when the results are stale.
class MatrixDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    /// @p sessions is not owned.
    explicit MatrixDelegate(const ServerSessions *sessions, QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

    [[nodiscard]] static int rowHeight(const QFont &font);

private:
    void paintName(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;
    void paintVerdict(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;

    const ServerSessions *m_sessions;
};

} // namespace Helmclaw
