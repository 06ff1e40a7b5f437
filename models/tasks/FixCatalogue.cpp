// SPDX-License-Identifier: MIT
#include "models/tasks/FixCatalogue.h"

#include "models/tasks/Fail2banFixes.h"
#include "models/tasks/FirewallFixes.h"
#include "models/tasks/GatewayFixes.h"
#include "models/tasks/RebootFixes.h"
#include "models/tasks/UpdateFixes.h"

#include <QCoreApplication>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FixCatalogue)
};

QList<FixRule> rules()
{
    return FirewallFixes::rules() + Fail2banFixes::rules() + UpdateFixes::rules() + RebootFixes::rules()
        + GatewayFixes::rules();
}

std::optional<FixRule> ruleOf(const QString &actionId)
{
    for (const FixRule &rule : rules()) {
        if (rule.action.id == actionId)
            return rule;
    }
    return std::nullopt;
}

tl::unexpected<Error> unknownAction(const QString &id)
{
    QStringList ids;
    for (const FixAction &action : FixCatalogue::actions())
        ids += action.id;
    return failure(ErrorCode::Unsupported, Text::tr("there is no fix \"%1\"").arg(printable(id.toUtf8(), 60)),
                   Text::tr("Fixes: %1").arg(ids.join(u", "_s)));
}

} // namespace

QList<FixAction> FixCatalogue::actions()
{
    QList<FixAction> actions;
    for (const FixRule &rule : rules())
        actions += rule.action;
    return actions;
}

std::optional<FixAction> FixCatalogue::action(const QString &id)
{
    const auto rule = ruleOf(id);
    return rule ? std::optional(rule->action) : std::nullopt;
}

std::optional<FixAction> FixCatalogue::actionFor(const QString &checkId)
{
    for (const FixAction &action : actions()) {
        if (action.checkIds.contains(checkId) && action.parameters.isEmpty() && action.provenByCheck)
            return action;
    }
    return std::nullopt;
}

QStringList FixCatalogue::checks()
{
    QStringList ids;
    for (const FixAction &action : actions()) {
        for (const QString &checkId : action.checkIds) {
            if (actionFor(checkId) && !ids.contains(checkId))
                ids += checkId;
        }
    }
    return ids;
}

QString FixCatalogue::title(const QString &checkId)
{
    const auto action = actionFor(checkId);
    return action ? action->title : QString();
}

Result<FixValues> FixCatalogue::parse(const FixAction &action, const FixValues &given)
{
    FixValues values;
    QStringList names;
    for (const FixParameter &parameter : action.parameters) {
        names += parameter.name;
        if (!given.contains(parameter.name))
            return failure(ErrorCode::InvalidInput, Text::tr("%1 wants its \"%2\"").arg(action.id, parameter.name));
        auto value = parameter.parse(given.value(parameter.name));
        if (!value)
            return tl::unexpected(value.error());
        values.insert(parameter.name, *value);
    }
    for (auto it = given.begin(); it != given.end(); ++it) {
        if (!names.contains(it.key()))
            return failure(ErrorCode::InvalidInput,
                           Text::tr("%1 takes no \"%2\"").arg(action.id, printable(it.key().toUtf8(), 60)));
    }
    return values;
}

std::optional<Error> FixCatalogue::refusal(const FixRequest &request, const Server &server,
                                           const ServerPosture &posture)
{
    const auto action = FixCatalogue::action(request.actionId);
    if (!action)
        return unknownAction(request.actionId).value();
    if (posture.lastError)
        return posture.lastError;
    const auto refuse = [&server](ErrorCode code, const QString &what, const QString &remedy = {}) {
        return std::optional(Error { code, what, remedy, server.name });
    };
    const bool forCheck = !request.forCheck.isEmpty();
    const CheckResult *result = posture.find(forCheck ? request.forCheck : action->checkIds.value(0));
    if (forCheck && result == nullptr)
        return refuse(ErrorCode::BadServerData, Text::tr("the state of %1 is not known").arg(request.forCheck));
    if (posture.results.isEmpty())
        return refuse(ErrorCode::BadServerData, Text::tr("nothing is known of the server"));
    if (forCheck && (result->verdict == Verdict::Pass || result->verdict == Verdict::NotApplicable))
        return refuse(ErrorCode::Unsupported, Text::tr("there is nothing to fix: %1").arg(result->summary));
    if (!posture.withSudo && action->rights == FixAction::Rights::Root) {
        return refuse(ErrorCode::PermissionDenied, Text::tr("the login may not become root, which the fix needs"),
                      result != nullptr && !result->remedy.isEmpty()
                          ? Text::tr("Log in as another user, or do it by hand: %1").arg(result->remedy)
                          : Text::tr("Log in as another user."));
    }
    return std::nullopt;
}

QString FixCatalogue::survey(const QString &actionId)
{
    const auto rule = ruleOf(actionId);
    return rule && rule->survey != nullptr ? QString::fromLatin1(rule->survey) : QString();
}

Result<FixPlan> FixCatalogue::plan(const FixRequest &request, const Server &server, const ServerPosture &posture,
                                   const QString &taskId, const ProbeReport &survey)
{
    if (const auto error = refusal(request, server, posture))
        return tl::unexpected(*error);
    auto plan = ruleOf(request.actionId)->plan({ server, posture, request.values, taskId, survey });
    if (!plan && plan.error().server.isEmpty())
        plan.error().server = server.name;
    return plan;
}

Result<ServerPlan> FixCatalogue::plan(const QString &checkId, const Server &server, const ServerPosture &posture,
                                      const QString &taskId)
{
    const auto action = actionFor(checkId);
    if (!action)
        return failure(ErrorCode::Unsupported, Text::tr("there is no fix for %1").arg(printable(checkId.toUtf8(), 60)),
                       Text::tr("Fixes: %1").arg(checks().join(u", "_s)), server.name);
    const FixRequest request { action->id, {}, checkId };
    if (const auto error = refusal(request, server, posture))
        return tl::unexpected(*error);
    if (action->surveyed)
        return failure(ErrorCode::Unsupported, Text::tr("this fix must look at the server before it can be shown"),
                       Text::tr("helmclawctl fix %1 %2 does it").arg(checkId, server.name), server.name);
    const auto its = plan(request, server, posture, taskId, {});
    if (!its)
        return tl::unexpected(its.error());
    return ServerPlan { server.id, server.name, its->steps };
}

} // namespace Helmclaw
