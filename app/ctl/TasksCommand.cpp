// SPDX-License-Identifier: MIT
#include "app/ctl/TasksCommand.h"

#include "app/ctl/TaskText.h"
#include "models/tasks/TaskJson.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void TasksCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(tr(
        "helmclawctl tasks: the tasks that this computer has run, the newest first.\n"
        "helmclawctl tasks show ID: one of them, with what its last steps printed.\n"
        "helmclawctl tasks retry ID: once more, for the servers where it failed or nobody knows.\n"
        "helmclawctl tasks find-out ID: looks only, where nobody knows what has become of it: its proofs.\n"
        "The first characters of an ID will do. Exit code of the last two: 0 done, 3 not on every server, 2 usage."));
    parser.addOption({ u"limit"_s, tr("List so many (default 20)."), u"n"_s, u"20"_s });
    addOptions(parser);
}

void TasksCommand::start(Console &console, const QCommandLineParser &parser)
{
    if (!readOptions(console, parser))
        return;
    const QStringList words = parser.positionalArguments();
    const QString verb = words.value(0);
    if (words.isEmpty()) {
        const int limit = parser.value(u"limit"_s).toInt();
        if (limit > 0)
            return list(limit);
        return fail(
            { ErrorCode::InvalidInput, tr("--limit wants a number from 1"), tr("See: helmclawctl tasks --help"), {} },
            ExitUsage);
    }
    if (words.size() != 2 || (verb != "show"_L1 && verb != "retry"_L1 && verb != "find-out"_L1))
        return fail({ ErrorCode::InvalidInput,
                      tr("tasks wants show, retry or find-out, and the id of a task"),
                      tr("See: helmclawctl tasks --help"),
                      {} },
                    ExitUsage);
    const auto run = TaskJournal::readOne(TaskJournal::defaultFolder(), words.at(1));
    if (!run)
        return fail(run.error(), ExitUsage);
    if (verb == "retry"_L1)
        return again(run->retry(), tr("nothing to repeat: it failed on no server"));
    if (verb == "find-out"_L1)
        return again(run->findOut(), tr("nothing to find out: what has become of it is known, or it has no proofs"));
    if (isJson())
        writeJson(QJsonDocument(taskToJson(*run)));
    else
        writeOut((taskLine(*run) + u"\n\n"_s + taskPreview(run->plan) + u'\n' + taskSummary(*run, true)).toUtf8());
    finish(ExitOk);
}

void TasksCommand::list(int limit)
{
    QStringList unreadable;
    const QList<TaskRun> runs = TaskJournal::read(TaskJournal::defaultFolder(), limit, &unreadable);
    for (const QString &what : std::as_const(unreadable))
        writeErr(what);
    QJsonArray array;
    for (const TaskRun &run : runs) {
        if (isJson())
            array.append(taskToJson(run));
        else
            writeOut(taskLine(run).toUtf8() + '\n');
    }
    if (isJson())
        writeJson(QJsonDocument(QJsonObject { { u"tasks"_s, array } }));
    else if (runs.isEmpty())
        writeErr(tr("No task has run yet."));
    finish(ExitOk);
}

void TasksCommand::again(const std::optional<TaskPlan> &plan, const QString &nothing)
{
    if (!plan) {
        writeErr(nothing);
        return finish(ExitOk);
    }
    for (const ServerPlan &server : plan->servers) {
        if (!console().fleet.byId(server.serverId))
            return fail({ ErrorCode::InvalidInput,
                          tr("the server %1 of that task is no longer in the fleet").arg(server.serverName),
                          {},
                          server.serverName },
                        ExitUsage);
    }
    TaskPlan its = *plan;
    if (isRolloutGiven())
        its.rollout = rollout();
    propose(its);
}

} // namespace Helmclaw
