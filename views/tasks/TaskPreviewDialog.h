// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskPlan.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QSpinBox;

namespace Helmclaw {

/// What a task is about to do, before it does it: every server, every command, and how it goes through the servers.
/// Accepting it is the user's word to begin; Cancel is the default.
class TaskPreviewDialog : public QDialog
{
    Q_OBJECT
public:
    /// @p left: servers that the task was meant for and leaves out, a line each with the reason.
    explicit TaskPreviewDialog(const TaskPlan &plan, const QStringList &left = {}, QWidget *parent = nullptr);

    /// With the roll-out that the user has chosen.
    [[nodiscard]] TaskPlan plan() const;

private:
    [[nodiscard]] QWidget *makeSteps() const;
    [[nodiscard]] QWidget *makeRollout();
    void showWaves();

    TaskPlan m_plan;
    QSpinBox *m_canaries = nullptr; ///< these three: only for more than one server
    QSpinBox *m_atOnce = nullptr;
    QSpinBox *m_stopAfter = nullptr;
    QLabel *m_waves = nullptr;
    QPushButton *m_go;
    QPushButton *m_cancel;
};

} // namespace Helmclaw
