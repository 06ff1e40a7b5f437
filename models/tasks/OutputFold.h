// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

namespace Helmclaw {

/// Servers whose runs ended alike: the same state, the same output of the same step (as "clush -b" gathers them).
struct OutputFold
{
    QStringList servers; ///< names, in the plan's order
    int step = -1; ///< the last one that ran; -1: none did
    QString stepTitle; ///< its title
    TaskState state = TaskState::Waiting;
    int exitStatus = -1;
    QString output;
    QString errors;
    QString problem;
};

/// Every server of @p run once; the group of the first server first.
[[nodiscard]] QList<OutputFold> foldOutputs(const TaskRun &run);

} // namespace Helmclaw
