// SPDX-License-Identifier: MIT
#pragma once

#include <QSet>
#include <QTableView>

#include <optional>

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

    /// Areas of which only the sum is shown. Until somebody folds or unfolds one, all are unfolded where they have
    /// room, else folded.
    [[nodiscard]] bool isFolded(const QString &area) const { return m_folded.contains(area); }
    void setFolded(const QString &area, bool folded);
    void setAllFolded(bool folded);
    /// For settings: the areas that are unfolded; nothing while nobody has chosen.
    [[nodiscard]] std::optional<QStringList> unfolded() const;
    void restoreUnfolded(const QStringList &areas);

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
    [[nodiscard]] QStringList areas() const;
    [[nodiscard]] QString areaOf(int column) const;
    [[nodiscard]] bool isSum(int column) const;
    void showColumns();
    /// What all columns that would be shown need at least.
    [[nodiscard]] int neededWidth(bool allUnfolded) const;
    void activate(const QModelIndex &index);

    MatrixHeader *m_header;
    MatrixHeader *m_frozenHeader;
    QTableView *m_frozen;
    QSet<QString> m_folded;
    bool m_foldsChosen = false; ///< by somebody; else by the room there is
    bool m_fitting = false;
    bool m_userSized = false; ///< somebody dragged a column: widths are theirs from then on
};

} // namespace Helmclaw
