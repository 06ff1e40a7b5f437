// SPDX-License-Identifier: MIT
#pragma once

#include <QTableView>

namespace Helmclaw {

class MatrixHeader;
class ServerSessions;

/// The matrix itself: a table whose first column stays in sight (a second view over the first, with the same
/// selection).
class MatrixView : public QTableView
{
    Q_OBJECT
public:
    static constexpr int nameWidth = 208;

    explicit MatrixView(const ServerSessions *sessions, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    /// Gives every check column the width its title needs, and spreads what is left.
    void fitColumns();
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;
    [[nodiscard]] MatrixHeader *matrixHeader() const { return m_header; }
    void repaintServers();

    /// Column widths and sorting, for settings; empty while the widths are automatic and nothing is sorted.
    [[nodiscard]] QByteArray saveColumns() const;
    /// False when @p state does not fit this table; nothing changes then.
    bool restoreColumns(const QByteArray &state);

Q_SIGNALS:
    /// Enter, or a double click on a name.
    void serverActivated(const QString &serverId);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;

private:
    void placeFrozen();
    void activate(const QModelIndex &index);

    MatrixHeader *m_header;
    MatrixHeader *m_frozenHeader;
    QTableView *m_frozen;
    bool m_fitting = false;
    bool m_userSized = false; ///< somebody dragged a column: widths are theirs from then on
};

} // namespace Helmclaw
