// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "models/posture/PostureStore.h"
#include "models/posture/ProbeReport.h"
#include "models/tasks/FixAction.h"

namespace Helmclaw {

/// What a fix has to go by.
struct FixContext
{
    const Server &server;
    const ServerPosture &posture;
    const FixValues &values;
    QString taskId; ///< names what the steps leave on the server
    const ProbeReport &survey; ///< empty for an action that needs none
};

/// One entry of the catalogue.
struct FixRule
{
    FixAction action;
    const char *survey; ///< lines for FixSurvey, or null
    Result<FixPlan> (*plan)(const FixContext &context);
};

/// Steps as the fixes of every area write them.
namespace FixSteps {

/// As root.
[[nodiscard]] TaskStep step(TaskStep::Kind kind, const QString &title, const QStringList &argv,
                            const QString &remedy = {});
/// Lines of POSIX sh, as root.
[[nodiscard]] TaskStep shell(TaskStep::Kind kind, const QString &title, const QString &lines,
                             const QString &remedy = {});
/// @p step, but standard output must match @p pattern.
[[nodiscard]] TaskStep expecting(TaskStep step, const QString &pattern);
[[nodiscard]] TaskStep lasting(TaskStep step, int seconds);
/// The file gets its new content in one step, and only if it still has the one that was shown; what was there is kept
/// in the folder @p keep. @p test: lines of sh that must succeed afterwards, or it is put back at once.
[[nodiscard]] QList<TaskStep> replace(const FileChange &change, const QString &test,
                                      const QString &keep = QStringLiteral("/var/backups/helmclaw"));

} // namespace FixSteps

} // namespace Helmclaw
