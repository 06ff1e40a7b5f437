// SPDX-License-Identifier: MIT
#include "app/ctl/FixCommand.h"

#include "app/ctl/TaskText.h"
#include "models/tasks/FixCatalogue.h"
#include "models/tasks/TaskJson.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void FixCommand::describe(QCommandLineParser &parser) const
{
    const QString how =
        tr("Shows first what it would run and asks; every step is on record on this computer (helmclawctl tasks).\n"
           "Exit code: 0 done, or nothing to do; 1 done, and the check still does not pass; 3 not done on every\n"
           "server; 2 usage.");
    switch (m_form) {
    case Form::Fix:
        parser.setApplicationDescription(
            tr("helmclawctl fix CHECK [NAME…]: does something about a check that does not pass, on the servers (all\n"
               "without a name) where it does not. Afterwards they are probed again: the check is the proof.\n"
               "helmclawctl fix ACTION [--with NAME=VALUE] [NAME…]: does it whatever a check says.\n"
               "helmclawctl fix --list: both, with what they want to be told.\n")
            + how);
        parser.addOption({ u"with"_s, tr("What the action must be told; may be repeated."), u"name=value"_s });
        parser.addOption({ u"list"_s, tr("What there is.") });
        break;
    case Form::Unban:
        parser.setApplicationDescription(
            tr("helmclawctl unban ADDRESS [NAME…]: lifts fail2ban's bans of an address, on the servers (all without a\n"
               "name) where it is banned.\n")
            + how);
        break;
    case Form::Reboot:
        parser.setApplicationDescription(
            tr("helmclawctl reboot NAME…: restarts servers, and waits until each is back and has started up.\n"
               "With --at: later, and without waiting; with --cancel: not after all.\n")
            + how);
        parser.addOption({ u"at"_s, tr("When: HH:MM by the server's own clock, or +MINUTES."), u"time"_s });
        parser.addOption({ u"cancel"_s, tr("Takes a planned restart back.") });
        break;
    case Form::RestartGateway:
        parser.setApplicationDescription(
            tr("helmclawctl restart-gateway NAME…: restarts the OpenClaw gateways of servers, and waits until each "
               "answers.\n")
            + how);
        break;
    }
    addOptions(parser);
}

Result<FixCommand::Wanted> FixCommand::wanted(const QCommandLineParser &parser) const
{
    const QStringList words = parser.positionalArguments();
    switch (m_form) {
    case Form::Unban:
        if (words.isEmpty())
            return failure(ErrorCode::InvalidInput, tr("unban wants an address"));
        return Wanted { u"fail2ban.unban"_s, { { u"address"_s, words.constFirst() } }, words.mid(1) };
    case Form::Reboot:
        if (words.isEmpty())
            return failure(ErrorCode::InvalidInput, tr("reboot wants the names of servers"));
        if (parser.isSet(u"cancel"_s) && parser.isSet(u"at"_s))
            return failure(ErrorCode::InvalidInput, tr("--at and --cancel exclude each other"));
        if (parser.isSet(u"cancel"_s))
            return Wanted { u"server.cancel-reboot"_s, {}, words };
        if (parser.isSet(u"at"_s))
            return Wanted { u"server.reboot-later"_s, { { u"when"_s, parser.value(u"at"_s) } }, words };
        return Wanted { u"server.reboot"_s, {}, words };
    case Form::RestartGateway:
        if (words.isEmpty())
            return failure(ErrorCode::InvalidInput, tr("restart-gateway wants the names of servers"));
        return Wanted { u"gateway.restart"_s, {}, words };
    case Form::Fix:
        break;
    }
    if (words.isEmpty())
        return failure(ErrorCode::InvalidInput, tr("fix wants the id of a check or of an action"),
                       tr("See: helmclawctl fix --list"));
    Wanted wanted { words.constFirst(), {}, words.mid(1) };
    for (const QString &given : parser.values(u"with"_s)) {
        const QString name = given.section(u'=', 0, 0);
        if (!given.contains(u'=') || wanted.values.contains(name))
            return failure(ErrorCode::InvalidInput, tr("--with wants name=value, each name once"));
        wanted.values.insert(name, given.section(u'=', 1));
    }
    return wanted;
}

Result<FixRequest> FixCommand::requestOf(const Wanted &wanted) const
{
    auto action = FixCatalogue::actionFor(wanted.what);
    const bool forCheck = action.has_value();
    if (!action)
        action = FixCatalogue::action(wanted.what);
    if (!action)
        return failure(ErrorCode::InvalidInput,
                       tr("there is no fix for \"%1\"").arg(printable(wanted.what.toUtf8(), 60)),
                       tr("See: helmclawctl fix --list"));
    auto values = FixCatalogue::parse(*action, wanted.values);
    if (!values)
        return tl::unexpected(values.error());
    return FixRequest { action->id, *values, forCheck ? wanted.what : QString() };
}

void FixCommand::list(bool json)
{
    QJsonArray array;
    for (const FixAction &action : FixCatalogue::actions()) {
        QStringList wants;
        for (const FixParameter &parameter : action.parameters)
            wants += parameter.name;
        QStringList checks = action.checkIds;
        checks.removeIf([&action](const QString &checkId) {
            const auto forCheck = FixCatalogue::actionFor(checkId);
            return !forCheck || forCheck->id != action.id;
        });
        if (json)
            array.append(QJsonObject { { u"id"_s, action.id },
                                       { u"title"_s, action.title },
                                       { u"checks"_s, QJsonArray::fromStringList(checks) },
                                       { u"wants"_s, QJsonArray::fromStringList(wants) } });
        else
            writeOut(u"%1 %2 %3%4\n"_s.arg(action.id, -26)
                         .arg(checks.join(u", "_s), -22)
                         .arg(action.title,
                              wants.isEmpty() ? QString() : u" (--with %1=…)"_s.arg(wants.join(u"=… --with "_s)))
                         .toUtf8());
    }
    if (json)
        writeJson(QJsonDocument(QJsonObject { { u"fixes"_s, array } }));
    finish(ExitOk);
}

void FixCommand::start(Console &console, const QCommandLineParser &parser)
{
    if (!readOptions(console, parser))
        return;
    if (m_form == Form::Fix && parser.isSet(u"list"_s))
        return list(isJson());
    const auto words = wanted(parser);
    if (!words)
        return fail(words.error(), ExitUsage);
    const auto request = requestOf(*words);
    if (!request)
        return fail(request.error(), ExitUsage);
    const auto servers = select(console.fleet, words->names);
    if (!servers)
        return fail(servers.error(), ExitUsage);
    m_request = *request;
    m_servers = *servers;
    const FixAction action = *FixCatalogue::action(m_request.actionId);
    if (!m_request.forCheck.isEmpty())
        m_checkIds = { m_request.forCheck };
    else if (action.provenByCheck)
        m_checkIds = action.checkIds;
    if (m_servers.isEmpty())
        return probed();
    QStringList ids;
    for (const Server &server : std::as_const(m_servers))
        ids += server.id;
    connect(
        &console.refresher, &PostureRefresher::idle, this, [this] { probed(); }, Qt::SingleShotConnection);
    console.refresher.refresh(ids);
}

void FixCommand::probed()
{
    m_planner = std::make_unique<FixPlanner>(&console().sessions, &console().posture);
    connect(m_planner.get(), &FixPlanner::finished, this, &FixCommand::planned);
    m_planner->start(m_request, m_servers);
}

void FixCommand::planned()
{
    for (const FixPlanner::Left &left : m_planner->left()) {
        m_serverFailed |= !left.nothingToDo;
        writeErr(left.why.toString());
    }
    TaskPlan plan = m_planner->plan();
    plan.rollout = rollout();
    if (!plan.servers.isEmpty())
        return propose(plan);
    if (isJson())
        writeJson(QJsonDocument(QJsonObject { { u"servers"_s, QJsonArray() } }));
    finish(m_serverFailed ? ExitServerFailed : ExitOk);
}

void FixCommand::ended(const TaskRun &run)
{
    if (!isJson())
        writeOut(taskSummary(run, false).toUtf8());
    if (run.state == TaskState::Cancelled || m_checkIds.isEmpty()) {
        if (isJson())
            writeJson(QJsonDocument(taskToJson(run)));
        return finish(run.state == TaskState::Succeeded && m_serverFailed ? ExitServerFailed : exitCodeOf(run));
    }
    // What the tools say of themselves is one thing; the check is the proof.
    QStringList ids;
    for (const ServerPlan &server : run.plan.servers)
        ids += server.serverId;
    connect(
        &console().refresher, &PostureRefresher::idle, this, [this, run] { probedAgain(run); },
        Qt::SingleShotConnection);
    console().refresher.refresh(ids);
}

void FixCommand::probedAgain(const TaskRun &run)
{
    bool passes = true;
    QJsonArray checks;
    for (const ServerPlan &server : run.plan.servers) {
        const ServerPosture posture = console().posture.posture(server.serverId);
        m_serverFailed |= posture.lastError.has_value();
        for (const QString &checkId : std::as_const(m_checkIds)) {
            const CheckResult *result = posture.lastError ? nullptr : posture.find(checkId);
            const Verdict verdict = result != nullptr ? result->verdict : Verdict::Unknown;
            passes &= verdict == Verdict::Pass;
            checks.append(QJsonObject {
                { u"name"_s, server.serverName }, { u"check"_s, checkId }, { u"verdict"_s, verdictName(verdict) } });
            if (!isJson())
                writeOut(tr("%1: the check %2 now says %3 (%4)\n")
                             .arg(server.serverName, checkId, verdictLabel(verdict),
                                  posture.lastError ? posture.lastError->what
                                                    : (result != nullptr ? result->summary : QString()))
                             .toUtf8());
        }
    }
    if (isJson()) {
        QJsonObject json = taskToJson(run);
        json.insert(u"checks"_s, QJsonArray::fromStringList(m_checkIds));
        json.insert(u"verdicts"_s, checks);
        writeJson(QJsonDocument(json));
    }
    if (m_serverFailed || run.state != TaskState::Succeeded)
        finish(ExitServerFailed);
    else
        finish(passes ? ExitOk : ExitCheckFailed);
}

} // namespace Helmclaw
