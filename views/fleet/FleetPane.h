// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>
#include <QWidget>

class QLineEdit;
class QTreeView;

namespace Helmclaw {

class EmptyState;
class FleetFilter;
class FleetModel;
class FleetScopeButton;

/// The left pane: search, "All servers", and the tree of groups and servers.
class FleetPane : public QWidget
{
    Q_OBJECT
public:
    /// @p model is not owned.
    explicit FleetPane(FleetModel *model, QWidget *parent = nullptr);

    [[nodiscard]] QLineEdit *searchField() const { return m_search; }
    [[nodiscard]] QTreeView *tree() const { return m_tree; }

    /// The server row that is current; empty for a group, for "All servers", for nothing.
    [[nodiscard]] QString currentServer() const;
    /// The servers the current row stands for; the whole fleet when there is none.
    [[nodiscard]] QStringList currentServers() const;
    /// Makes the server's row current (its first one, when it is in several groups) and shows it.
    void setCurrentServer(const QString &serverId);
    void selectAllServers();
    /// Texts of the "All servers" row.
    void setSummary(int servers, int connected);

Q_SIGNALS:
    void serverSelected(const QString &serverId);
    /// A group, or (empty ids, empty name) the whole fleet.
    void scopeSelected(const QString &groupName, const QStringList &serverIds);
    /// Double click, Enter, or the row's button.
    void openWebUiRequested(const QString &serverId);
    /// At @p globalPos, for the current row.
    void contextMenuRequested(const QPoint &globalPos);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void applySearch(const QString &text);
    void currentChanged();
    void updateEmptyState();

    FleetModel *m_model;
    FleetFilter *m_filter;
    QLineEdit *m_search;
    FleetScopeButton *m_all;
    QTreeView *m_tree;
    EmptyState *m_noMatch;
};

} // namespace Helmclaw
