// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PostureStore.h"
#include "models/tasks/TaskPlan.h"

#include <QStringList>

namespace Helmclaw {

struct Server;

/// What Helmclaw can do by itself about a check that does not pass. Pure: a plan is all that comes of it.
namespace FixCatalogue {

/// Ids of the checks that have a fix, in the catalogue's order.
[[nodiscard]] QStringList checks();
/// Translated: "Start fail2ban, now and at every boot". Empty when there is no fix for @p checkId.
[[nodiscard]] QString title(const QString &checkId);
/// The steps for @p server, whose newest posture is @p posture. An error says why it cannot be fixed from here: the
/// check passes or does not apply, nothing is known of the server, its login may not become root.
/// @p taskId names what the steps leave on the server.
[[nodiscard]] Result<ServerPlan> plan(const QString &checkId, const Server &server, const ServerPosture &posture,
                                      const QString &taskId);

} // namespace FixCatalogue

} // namespace Helmclaw
