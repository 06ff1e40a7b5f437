// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractItemModel>
#include <QHash>

namespace Helmclaw {

class TaskManager;
struct TaskRun;

/// The tasks of a TaskManager as a tree: tasks, the newest first; under a task its servers; under a server its steps.
/// A task's branches never change once it is there. Row-precise signals. All text is plain.
class TaskModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { WhatColumn, StateColumn, ServersColumn, StartedColumn, TookColumn, ColumnCount };
    enum Role {
        TaskIdRole = Qt::UserRole + 1, ///< QString, everywhere
        ServerRole, ///< int: index in the plan; -1 for a task
        StepRole, ///< int: index in the server's plan; -1 for a task or a server
        StateRole, ///< TaskState
        ProblemRole, ///< QString: why it is not Succeeded; may be empty
        StartedRole, ///< QDateTime UTC; invalid: not begun
        ServerIdsRole, ///< QStringList: of the task, or the one server
    };

    /// @p manager is not owned.
    explicit TaskModel(TaskManager *manager, QObject *parent = nullptr);

    [[nodiscard]] QModelIndex indexOf(const QString &taskId, int server = -1, int step = -1) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &child) const override;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    /// Where an index points: the parts that are not there are -1.
    struct Place
    {
        int task = -1;
        int server = -1;
        int step = -1;
    };
    [[nodiscard]] Place placeOf(const QModelIndex &index) const;
    [[nodiscard]] const TaskRun &runAt(int task) const;
    [[nodiscard]] quint32 serialOf(const QString &taskId) const;
    void taskChanged(const QString &taskId, int server);

    TaskManager *m_manager;
    mutable QHash<QString, quint32> m_serials; ///< 1…: a task keeps its own while its row moves
    mutable QStringList m_ids; ///< by serial - 1
};

} // namespace Helmclaw
