// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixAction.h"
#include "views/WindowModels.h"

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QTimer>

class QWidget;

namespace Helmclaw {

class FixPlanner;
class MessageBar;

/// The window's way from a finding to a task: plans, asks, begins; when a task has ended, has its servers checked again
/// and says what the check says now.
class TaskControl : public QObject
{
    Q_OBJECT
public:
    /// @p messages: not owned. @p window: owns this, and the dialogs come up on it.
    TaskControl(const WindowModels &models, MessageBar *messages, QWidget *window);

    /// Asks whether to do something about a check on those of the servers where it does not pass.
    void fix(const QString &checkId, const QStringList &serverIds);
    /// Asks for what an action of the FixCatalogue must be told, then whether to do it, whatever the checks say.
    void act(const QString &actionId, const QStringList &serverIds);
    /// Asks whether to begin @p plan. @p left: see TaskPreviewDialog.
    void propose(const TaskPlan &plan, const QStringList &left = {});
    /// True when the window may close: no task runs here, or the user wants them ended. Then ends them, and closes
    /// the window once they have.
    [[nodiscard]] bool mayClose();
    /// The same without asking: the system wants the program to end.
    void closeWhenEnded();

Q_SIGNALS:
    void begun(const QString &taskId);
    /// The user wants to see a check of a server.
    void showRequested(const QString &serverId, const QString &checkId);
    void historyRequested(const QString &taskId);

private:
    void plan(const FixRequest &request, const QStringList &serverIds);
    void showPlanning();
    void planned();
    void ended(const QString &taskId);
    void tellProofs();
    void tellProof(const QString &checkId, const QStringList &serverIds);

    WindowModels m_models;
    MessageBar *m_messages;
    QWidget *m_window;
    QHash<QString, QStringList> m_proofs; ///< by check: the servers that are being checked again
    QPointer<FixPlanner> m_planner; ///< while it looks; owned
    QTimer m_wait; ///< until it is said that it looks
    bool m_closing = false;
};

} // namespace Helmclaw
