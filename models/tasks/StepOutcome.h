// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

namespace Helmclaw {

class ExecReply;
class HostKeyReply;

/// What a command that has ended says about its step.
[[nodiscard]] StepRun outcomeOf(const TaskStep &step, const ExecReply &reply);
/// The same of a new connection.
[[nodiscard]] StepRun outcomeOf(const TaskStep &step, const HostKeyReply &reply);
/// The step could not be begun, or @p error ended it.
[[nodiscard]] StepRun outcomeOf(const TaskStep &step, const Error &error);
/// Why a step with TaskStep::goesOn is Unknown after a cancellation.
[[nodiscard]] QString goesOnText();
/// Server text made safe, line by line; the end of it when it is longer than @p limit characters.
[[nodiscard]] QString printableLines(QByteArrayView text, int limit);

} // namespace Helmclaw
