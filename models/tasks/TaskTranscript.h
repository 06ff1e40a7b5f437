// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

namespace Helmclaw {

/// What ran on a server and what it printed, as an admin would paste it into a ticket: title, command, output, how it
/// ended; step after step. @p step: only that one; -1: all that were begun. @p live: what the running step has printed
/// so far.
[[nodiscard]] QString serverTranscript(const TaskRun &run, int server, int step = -1, const QString &live = {});

/// The servers of a task by how they ended, those that ended alike together, with what their last steps printed.
[[nodiscard]] QString foldedTranscript(const TaskRun &run);

} // namespace Helmclaw
