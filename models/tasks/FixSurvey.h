// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/ProbeReport.h"
#include "models/tasks/TaskPlan.h"

namespace Helmclaw {

/// What an action must read on a server before it can say what it would do there. It only reads, and answers in the
/// probe's framing (ProbeReport), so that no file's text can pass for another's.
namespace FixSurvey {

/// The command: @p lines of POSIX sh in which "run NAME COMMAND…" and "file NAME PATH" make sections, and $1… are
/// @p values.
[[nodiscard]] QStringList argv(const QString &lines, const QString &nonce, const QStringList &values);
/// What a section made by "run" printed, printable, without blanks around it; empty when it failed or is not there.
[[nodiscard]] QString text(const ProbeReport &report, const char *name);
/// The same, line by line.
[[nodiscard]] QStringList lines(const ProbeReport &report, const char *name);
/// A section made by "file": the change from what is there to @p after. An error when what is there is no regular file,
/// or no text that could be shown.
[[nodiscard]] Result<FileChange> change(const ProbeReport &report, const char *name, const QString &path,
                                        const QString &after);

} // namespace FixSurvey

} // namespace Helmclaw
