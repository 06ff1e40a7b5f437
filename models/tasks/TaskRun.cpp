// SPDX-License-Identifier: MIT
#include "models/tasks/TaskRun.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TaskRun)
};

constexpr std::array names {
    std::pair { TaskState::Waiting, "waiting" },     std::pair { TaskState::Running, "running" },
    std::pair { TaskState::Succeeded, "succeeded" }, std::pair { TaskState::Failed, "failed" },
    std::pair { TaskState::Cancelled, "cancelled" }, std::pair { TaskState::Skipped, "skipped" },
    std::pair { TaskState::Unknown, "unknown" },
};

std::optional<TaskState> stateOf(const QJsonObject &event)
{
    const QString word = event[u"state"].toString();
    for (const auto &[state, name] : names) {
        if (word == QLatin1StringView(name))
            return state;
    }
    return std::nullopt;
}

QDateTime timeOf(const QJsonObject &event)
{
    return QDateTime::fromString(event[u"at"].toString(), Qt::ISODateWithMs);
}

QJsonObject event(TaskState state, const QString &problem)
{
    QJsonObject json { { u"at"_s, QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs) },
                       { u"state"_s, taskStateName(state) } };
    if (!problem.isEmpty())
        json.insert(u"problem"_s, problem);
    return json;
}

std::optional<TaskPlan> partOf(const TaskRun &run, const QString &title, const QList<ServerPlan> &servers)
{
    if (servers.isEmpty())
        return std::nullopt;
    TaskPlan plan = run.plan;
    plan.id = TaskPlan::newId();
    plan.before = run.plan.id;
    plan.title = title;
    plan.servers = servers;
    return plan;
}

} // namespace

bool isFinal(TaskState state)
{
    return state != TaskState::Waiting && state != TaskState::Running;
}

QString taskStateName(TaskState state)
{
    const auto *const entry =
        std::find_if(names.begin(), names.end(), [state](const auto &e) { return e.first == state; });
    return QLatin1StringView(entry->second);
}

QString taskStateLabel(TaskState state)
{
    switch (state) {
    case TaskState::Waiting:
        return Text::tr("waiting");
    case TaskState::Running:
        return Text::tr("running");
    case TaskState::Succeeded:
        return Text::tr("done");
    case TaskState::Failed:
        return Text::tr("failed");
    case TaskState::Cancelled:
        return Text::tr("cancelled");
    case TaskState::Skipped:
        return Text::tr("not begun");
    case TaskState::Unknown:
        break;
    }
    return Text::tr("unknown");
}

TaskRun::TaskRun(TaskPlan thePlan)
    : plan(std::move(thePlan))
{
    for (const ServerPlan &server : std::as_const(plan.servers))
        servers += ServerRun { TaskState::Waiting, {}, QList<StepRun>(server.steps.size()) };
}

int TaskRun::indexOf(const QString &serverId) const
{
    for (int i = 0; i < plan.servers.size(); ++i) {
        if (plan.servers.at(i).serverId == serverId)
            return i;
    }
    return -1;
}

int TaskRun::count(TaskState wanted) const
{
    return static_cast<int>(std::count_if(servers.begin(), servers.end(),
                                          [wanted](const ServerRun &server) { return server.state == wanted; }));
}

QString TaskRun::countsLabel() const
{
    QStringList parts;
    for (const TaskState its : { TaskState::Succeeded, TaskState::Failed, TaskState::Unknown, TaskState::Cancelled,
                                 TaskState::Skipped, TaskState::Running, TaskState::Waiting }) {
        if (const int these = count(its); these > 0)
            parts += u"%1 %2"_s.arg(these).arg(taskStateLabel(its));
    }
    return parts.join(u", "_s);
}

QJsonObject TaskRun::taskEvent(TaskState state, const QString &problem)
{
    return event(state, problem);
}

QJsonObject TaskRun::serverEvent(int server, TaskState state, const QString &problem)
{
    QJsonObject json = event(state, problem);
    json.insert(u"server"_s, server);
    return json;
}

QJsonObject TaskRun::stepEvent(int server, int step, const StepRun &run)
{
    QJsonObject json = serverEvent(server, run.state, run.problem);
    json.insert(u"step"_s, step);
    if (isFinal(run.state)) {
        json.insert(u"exit"_s, run.exitStatus);
        json.insert(u"out"_s, run.output);
        json.insert(u"err"_s, run.errors);
    }
    return json;
}

bool TaskRun::apply(const QJsonObject &event)
{
    const auto next = stateOf(event);
    if (!next)
        return false;
    const QString why = event[u"problem"].toString();
    const QDateTime at = timeOf(event);
    const auto enter = [&](TaskState &its, QString &itsProblem) {
        if (isFinal(its) || *next < its)
            return false;
        its = *next;
        itsProblem = why;
        return true;
    };
    if (!event.contains("server"_L1)) {
        if (!enter(state, problem))
            return false;
        (isFinal(state) ? ended : started) = at;
        return true;
    }
    const int index = event[u"server"].toInt(-1);
    if (index < 0 || index >= servers.size())
        return false;
    ServerRun &server = servers[index];
    if (!event.contains("step"_L1)) {
        if (!enter(server.state, server.problem))
            return false;
        for (StepRun &step : server.steps) {
            if (isFinal(server.state) && step.state == TaskState::Waiting)
                step.state = TaskState::Skipped;
        }
        return true;
    }
    const int number = event[u"step"].toInt(-1);
    if (number < 0 || number >= server.steps.size() || !enter(server.steps[number].state, server.steps[number].problem))
        return false;
    StepRun &step = server.steps[number];
    if (!isFinal(step.state)) {
        step.started = at;
        return true;
    }
    step.ended = at;
    step.exitStatus = event[u"exit"].toInt(-1);
    step.output = event[u"out"].toString();
    step.errors = event[u"err"].toString();
    return true;
}

void TaskRun::interrupt()
{
    const QString died = Text::tr("the program ended while it ran; nobody saw how it went on");
    for (ServerRun &server : servers) {
        if (isFinal(server.state))
            continue;
        const bool begun = server.state == TaskState::Running;
        server.state = begun ? TaskState::Unknown : TaskState::Skipped;
        server.problem = begun ? died : Text::tr("the program ended before it began");
        for (StepRun &step : server.steps) {
            if (step.state == TaskState::Running) {
                step.state = TaskState::Unknown;
                step.problem = died;
            } else if (step.state == TaskState::Waiting) {
                step.state = TaskState::Skipped;
            }
        }
    }
    if (!isFinal(state)) {
        state = TaskState::Unknown;
        problem = Text::tr("interrupted: the program ended before the task did");
    }
}

std::optional<TaskPlan> TaskRun::retry(bool all) const
{
    QList<ServerPlan> again;
    for (int i = 0; i < servers.size(); ++i) {
        const TaskState its = servers.at(i).state;
        if (its == TaskState::Failed || its == TaskState::Unknown
            || (all && (its == TaskState::Skipped || its == TaskState::Cancelled)))
            again += plan.servers.at(i);
    }
    return partOf(*this, Text::tr("%1 (again)").arg(plan.title), again);
}

std::optional<TaskPlan> TaskRun::findOut() const
{
    QList<ServerPlan> looks;
    for (int i = 0; i < servers.size(); ++i) {
        if (servers.at(i).state != TaskState::Unknown)
            continue;
        ServerPlan look = plan.servers.at(i);
        look.steps.removeIf([](const TaskStep &step) {
            return step.kind != TaskStep::Kind::Proof && step.kind != TaskStep::Kind::Return;
        });
        if (!look.steps.isEmpty())
            looks += look;
    }
    auto found = partOf(*this, Text::tr("%1: what has become of it").arg(plan.title), looks);
    if (found)
        found->rollout = { 0, 20, 10, 0 }; // looking can do no harm
    return found;
}

} // namespace Helmclaw
