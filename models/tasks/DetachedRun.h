// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskPlan.h"

namespace Helmclaw {

/// Commands that must not be ended half way, whatever becomes of the connection or of this program: they run as root in
/// a transient systemd unit (without systemd: in a session of their own), and leave in /var/log/helmclaw what they
/// print and how they ended.
namespace DetachedRun {

/// A step that begins @p lines of POSIX sh, and one that shows what they print, waits for their end (at most @p
/// seconds) and has their exit status. The second can be repeated at any time later. @p name: of the unit and the
/// files.
[[nodiscard]] QList<TaskStep> steps(const QString &title, const QString &name, const QString &lines, int seconds);

} // namespace DetachedRun

} // namespace Helmclaw
