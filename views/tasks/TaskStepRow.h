// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

#include <QWidget>

class QLabel;

namespace Helmclaw {

class GlyphLabel;

/// A step of a task: its state, what it is for, and the command as it runs.
class TaskStepRow : public QWidget
{
    Q_OBJECT
public:
    explicit TaskStepRow(const TaskStep &step, QWidget *parent = nullptr);
    void showRun(const StepRun &run);

private:
    TaskStep::Kind m_kind;
    GlyphLabel *m_state;
    QLabel *m_problem;
};

} // namespace Helmclaw
