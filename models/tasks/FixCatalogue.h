// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PostureStore.h"
#include "models/tasks/FixAction.h"

#include <QStringList>

namespace Helmclaw {

class ProbeReport;
struct Server;

/// What Helmclaw can do by itself on a server: about a check that does not pass, or because somebody wants it. Pure: a
/// plan is all that comes of it. Texts are translated at each call.
namespace FixCatalogue {

/// Everything, in the catalogue's order.
[[nodiscard]] QList<FixAction> actions();
/// The one with this id.
[[nodiscard]] std::optional<FixAction> action(const QString &id);
/// The one that mends a check without being told anything.
[[nodiscard]] std::optional<FixAction> actionFor(const QString &checkId);

/// Ids of the checks that have a fix, in the catalogue's order.
[[nodiscard]] QStringList checks();
/// Translated: "Start fail2ban". Empty when there is no fix for @p checkId.
[[nodiscard]] QString title(const QString &checkId);

/// @p given, each value in its canonical form; an error names what is missing, unknown or unusable.
[[nodiscard]] Result<FixValues> parse(const FixAction &action, const FixValues &given);
/// Why @p request cannot be planned for @p server, as far as its newest posture tells: the check passes or does not
/// apply, nothing is known of the server, its login may not become root. Nothing when it can.
[[nodiscard]] std::optional<Error> refusal(const FixRequest &request, const Server &server,
                                           const ServerPosture &posture);
/// The lines for FixSurvey; empty when the action needs none.
[[nodiscard]] QString survey(const QString &actionId);
/// What is to be done on @p server. @p survey: its answer, or an empty report where there is none to ask for.
/// @p taskId names what the steps leave on the server.
[[nodiscard]] Result<FixPlan> plan(const FixRequest &request, const Server &server, const ServerPosture &posture,
                                   const QString &taskId, const ProbeReport &survey);
/// The same for a check whose action needs no survey; for others an error that says so.
[[nodiscard]] Result<ServerPlan> plan(const QString &checkId, const Server &server, const ServerPosture &posture,
                                      const QString &taskId);

} // namespace FixCatalogue

} // namespace Helmclaw
