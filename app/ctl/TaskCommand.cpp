// SPDX-License-Identifier: MIT
#include "app/ctl/TaskCommand.h"

#include "app/ctl/TaskText.h"
#include "app/ctl/Terminal.h"
#include "models/tasks/TaskJson.h"

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void TaskCommand::addOptions(QCommandLineParser &parser)
{
    parser.addOption({ u"dry-run"_s, tr("Only show what would be done.") });
    parser.addOption({ u"yes"_s, tr("Do it without asking.") });
    parser.addOption({ u"canaries"_s, tr("So many servers try it first (default 1; 0: none)."), u"n"_s, u"1"_s });
    parser.addOption({ u"wave"_s, tr("So many servers in each further wave (default 20)."), u"n"_s, u"20"_s });
    parser.addOption({ u"at-once"_s, tr("So many servers at the same time (default 10)."), u"n"_s, u"10"_s });
    parser.addOption({ u"stop-after"_s,
                       tr("Begin no more after so many servers without success (default 1; 0: go on)."), u"n"_s,
                       u"1"_s });
    parser.addOption({ u"json"_s, tr("The outcome as JSON.") });
}

bool TaskCommand::readOptions(Console &console, const QCommandLineParser &parser)
{
    m_console = &console;
    m_dryRun = parser.isSet(u"dry-run"_s);
    m_yes = parser.isSet(u"yes"_s);
    m_json = parser.isSet(u"json"_s);
    const auto number = [this, &parser](const QString &option, int least) {
        m_rolloutGiven |= parser.isSet(option);
        bool ok = false;
        const int value = parser.value(option).toInt(&ok);
        return ok && value >= least && value <= 100000 ? value : -1;
    };
    m_rollout = { number(u"canaries"_s, 0), number(u"wave"_s, 1), number(u"at-once"_s, 1), number(u"stop-after"_s, 0) };
    if (m_rollout.canaries >= 0 && m_rollout.waveSize > 0 && m_rollout.atOnce > 0 && m_rollout.stopAfter >= 0)
        return true;
    fail({ ErrorCode::InvalidInput,
           tr("--canaries, --wave, --at-once and --stop-after want numbers"),
           tr("See the command's --help."),
           {} },
         ExitUsage);
    return false;
}

void TaskCommand::propose(const TaskPlan &plan)
{
    if (m_json && m_dryRun)
        writeJson(QJsonDocument(taskToJson(TaskRun(plan))));
    else
        writeErr(taskPreview(plan));
    if (m_dryRun)
        return finish(ExitOk);
    if (m_yes)
        return runTask(plan);
    if (terminal() == nullptr)
        return fail({ ErrorCode::InvalidInput,
                      tr("nothing was done: there is nobody who could say yes to it"),
                      tr("Look at it with --dry-run, then give --yes."),
                      {} },
                    ExitUsage);
    confirm(plan);
}

void TaskCommand::confirm(const TaskPlan &plan)
{
    terminal()->request(this, [this, plan] {
        terminal()->ask(tr("Do it? Type yes: "), true, [this, plan](std::optional<Secret> line) {
            terminal()->release();
            if (line && line->view() == "yes")
                return runTask(plan);
            writeErr(tr("Nothing was done."));
            finish(ExitOk);
        });
    });
}

void TaskCommand::runTask(const TaskPlan &plan)
{
    m_task = std::make_unique<Task>(plan, &m_console->sessions, TaskJournal::defaultFolder());
    connect(m_task.get(), &Task::finished, this, [this] { ended(m_task->run()); });
    if (!m_json) {
        connect(m_task.get(), &Task::changed, this, [this](int server) {
            if (server < 0)
                return;
            const ServerRun &run = m_task->run().servers.at(server);
            const ServerPlan &its = m_task->run().plan.servers.at(server);
            for (int n = 0; run.state == TaskState::Running && n < run.steps.size(); ++n) {
                if (run.steps.at(n).state == TaskState::Running)
                    writeErr(u"%1: %2"_s.arg(its.serverName, its.steps.at(n).title));
            }
        });
        connect(m_task.get(), &Task::outputAdded, this, [this](int server, const QString &lines, bool) {
            const QString head = m_task->run().plan.servers.at(server).serverName + u": "_s;
            writeErr(head + QString(lines).replace(u'\n', u'\n' + head));
        });
    }
    writeErr(tr("Task %1, on record in %2").arg(plan.id.left(8), m_task->journalFile()));
    m_task->start();
}

void TaskCommand::interrupt()
{
    if (m_task && !isFinal(m_task->run().state))
        m_task->cancel();
    else
        Command::interrupt();
}

int TaskCommand::exitCodeOf(const TaskRun &run)
{
    if (run.state == TaskState::Succeeded)
        return ExitOk;
    return run.state == TaskState::Cancelled && run.problem.isEmpty() ? ExitInterrupted : ExitServerFailed;
}

void TaskCommand::ended(const TaskRun &run)
{
    if (m_json)
        writeJson(QJsonDocument(taskToJson(run)));
    else
        writeOut(taskSummary(run, false).toUtf8());
    finish(exitCodeOf(run));
}

} // namespace Helmclaw
