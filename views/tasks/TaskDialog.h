// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/Task.h"

#include <QDialog>
#include <QPointer>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace Helmclaw {

class ServerSessions;
class TaskStepRow;

/// One server's part of a task, before, while and after it runs: every command is shown, nothing is begun before the
/// user says so, and it can be stopped. Window-modal, and questions of logins come up above it. Cancel is the default.
class TaskDialog : public QDialog
{
    Q_OBJECT
public:
    /// @p plan is for one server. @p sessions is not owned. @p journalFolder: see TaskJournal.
    TaskDialog(const TaskPlan &plan, ServerSessions *sessions, const QString &journalFolder, QWidget *parent = nullptr);

    /// While it runs, closing asks the task to stop and waits for its end.
    void reject() override;

Q_SIGNALS:
    /// The task has run, well or not: the server is no longer what was known of it.
    void ended();

private:
    void begin();
    void showRun();
    void finish();

    TaskPlan m_plan;
    ServerSessions *m_sessions;
    QString m_journalFolder;
    Task *m_task = nullptr; ///< once it has begun; owned
    bool m_closing = false; ///< as soon as it has ended
    QLabel *m_lead;
    QLabel *m_text;
    QList<TaskStepRow *> m_rows;
    QPlainTextEdit *m_output;
    QPushButton *m_go;
    QPushButton *m_cancel;
};

} // namespace Helmclaw
