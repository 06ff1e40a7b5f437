// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskFilter.h"
#include "models/tasks/TaskPlan.h"

#include <QWidget>

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QSplitter;
class QTreeView;

namespace Helmclaw {

class ElidedLabel;
class EmptyState;
class TaskDetails;
class TaskManager;
class TaskModel;

/// The tasks as a tree, with the selected one's details beside it. As a drawer: what runs, what ran since the program
/// started, and what is unknown. As a page: all, to search and to filter, of the servers in scope.
class TasksPane : public QWidget
{
    Q_OBJECT
public:
    enum class Kind { Drawer, History };

    /// Neither @p manager nor @p model is owned.
    TasksPane(Kind kind, TaskManager *manager, TaskModel *model, QWidget *parent = nullptr);

    /// Shows and selects the task; steps of a single server are unfolded.
    void showTask(const QString &taskId);
    /// Only tasks of these servers; none: of any. @p name: of the group or server; empty: all servers.
    void setScope(const QString &name, const QStringList &serverIds);
    /// A button at the right end of the head.
    void addAction(QAction *action);
    /// A last one that closes the drawer.
    void addCloseButton();
    [[nodiscard]] QLineEdit *searchField() const { return m_search; }
    [[nodiscard]] QByteArray saveSizes() const;
    void restoreSizes(const QByteArray &sizes);

Q_SIGNALS:
    /// See TaskDetails.
    void proposed(const Helmclaw::TaskPlan &plan);
    void closeRequested();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] QWidget *makeHead();
    void makeTree();
    void updateState();
    void currentChanged();

    Kind m_kind;
    TaskManager *m_manager;
    TaskModel *m_model;
    TaskFilter *m_filter;
    QLabel *m_title;
    ElidedLabel *m_subtitle;
    QComboBox *m_states;
    QLineEdit *m_search;
    QWidget *m_head;
    QSplitter *m_splitter;
    QTreeView *m_tree;
    TaskDetails *m_details;
    EmptyState *m_empty;
};

} // namespace Helmclaw
