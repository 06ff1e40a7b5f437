// SPDX-License-Identifier: MIT
#pragma once

#include <QDateTime>
#include <QSet>
#include <QSortFilterProxyModel>
#include <QStringList>

namespace Helmclaw {

/// Which tasks of a TaskModel are shown. A task that is shown keeps all of its servers and steps.
class TaskFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    enum class States {
        All,
        Current, ///< running, of unknown end, or begun since the filter was made
        Running,
        Trouble, ///< failed, unknown, or not on every server
    };
    explicit TaskFilter(QObject *parent = nullptr);

    void setStates(States states);
    [[nodiscard]] States states() const { return m_states; }
    /// Empty: of any server.
    void setServers(const QStringList &serverIds);
    /// Every word must occur in the title, a server's name or a problem.
    void setSearch(const QString &text);
    [[nodiscard]] bool isFiltering() const;

protected:
    [[nodiscard]] bool filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const override;

private:
    [[nodiscard]] bool acceptsState(const QModelIndex &task) const;
    [[nodiscard]] bool matches(const QModelIndex &task, const QString &word) const;

    States m_states = States::All;
    QSet<QString> m_servers;
    QStringList m_words;
    QDateTime m_since; ///< when this filter was made
};

} // namespace Helmclaw
