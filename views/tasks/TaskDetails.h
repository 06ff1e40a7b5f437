// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskPlan.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace Helmclaw {

class ElidedLabel;
class GlyphLabel;
class TaskManager;
struct TaskRun;

/// One task, one of its servers or one step: how far it is, what it ran and printed, and what can be done about it.
/// Follows the task while it runs; what is read stays in place, unless its end was in sight.
class TaskDetails : public QWidget
{
    Q_OBJECT
public:
    /// @p manager is not owned.
    explicit TaskDetails(TaskManager *manager, QWidget *parent = nullptr);

    /// An empty id: nothing.
    void showTask(const QString &taskId, int server = -1, int step = -1);
    [[nodiscard]] QString taskId() const { return m_taskId; }

Q_SIGNALS:
    /// The user wants to repeat the task where it failed, or to find out what has become of it.
    void proposed(const Helmclaw::TaskPlan &plan);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void update();
    void updateHead(const TaskRun &run);
    void updateButtons(const TaskRun &run);
    void updateTranscript(const TaskRun &run);
    void addLines(const QString &lines);
    void scrollToFollow();
    /// The server whose transcript is shown; -1: that of all.
    [[nodiscard]] int shownServer(const TaskRun &run) const;

    TaskManager *m_manager;
    QString m_taskId;
    int m_server = -1;
    int m_step = -1;
    bool m_follow = false; ///< the newest line stays in sight, until the user scrolls away from it
    bool m_scrolling = false; ///< not the user
    ElidedLabel *m_title;
    GlyphLabel *m_state;
    ElidedLabel *m_meta;
    QLabel *m_problem;
    QPlainTextEdit *m_transcript;
    QPushButton *m_stop;
    QPushButton *m_findOut;
    QPushButton *m_retry;
};

} // namespace Helmclaw
