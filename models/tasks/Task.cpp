// SPDX-License-Identifier: MIT
#include "models/tasks/Task.h"

#include "models/fleet/ServerSessions.h"
#include "models/tasks/StepOutcome.h"
#include "ssh/SshPool.h"

#include <QTimer>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {
constexpr qsizetype outputCap = 16 * 1024 * 1024; ///< a command that prints more is ended
constexpr std::chrono::seconds returnDeadline { 30 }; ///< of one try to find a server back
constexpr std::chrono::seconds returnPause { 3 }; ///< between two
} // namespace

Task::Task(TaskPlan plan, ServerSessions *sessions, const QString &journalFolder, QObject *parent)
    : QObject(parent)
    , m_run(std::move(plan))
    , m_sessions(sessions)
    , m_waves(m_run.plan.waves())
    , m_journal(journalFolder, m_run.plan)
{
    m_canaries = m_waves.size() > 1 && m_run.plan.rollout.canaries > 0;
}

Task::~Task()
{
    for (auto &[server, active] : m_active)
        delete active.reply;
}

const TaskStep &Task::stepOf(int server) const
{
    return m_run.plan.servers.at(server).steps.at(m_active.at(server).step);
}

/// @p then once the event is on the disk; without a record nothing is begun.
void Task::record(const QJsonObject &event, std::function<void()> then)
{
    m_run.apply(event);
    m_journal.append(event, this, [this, then = std::move(then)](const Result<void> &written) {
        if (written) {
            if (then)
                then();
            return;
        }
        if (m_run.problem.isEmpty())
            m_run.problem = asSentences(written.error().what, written.error().remedy);
        if (isFinal(m_run.state)) {
            if (then)
                then(); // its end is known, though not recorded
            return;
        }
        cancel();
        if (m_active.empty())
            proceed();
        for (auto it = m_active.begin(); it != m_active.end();) {
            const int server = (it++)->first;
            if (m_active.at(server).reply == nullptr)
                endServer(server, TaskState::Cancelled, m_run.problem);
        }
    });
    Q_EMIT changed(event[u"server"].toInt(-1));
}

void Task::start()
{
    record(TaskRun::taskEvent(TaskState::Running), [this] { proceed(); });
}

void Task::proceed()
{
    // Who hears of a change may cancel, which clears the waves.
    while (!m_waves.isEmpty()) {
        while (!m_waves.isEmpty() && !m_waves.first().isEmpty()
               && static_cast<int>(m_active.size()) < std::max(1, m_run.plan.rollout.atOnce)) {
            const int server = m_waves.first().takeFirst();
            if (!isFinal(m_run.servers.at(server).state))
                beginServer(server);
        }
        if (!m_active.empty())
            return;
        if (m_waves.isEmpty())
            break;
        const bool canaryDied = m_canaries && m_run.count(TaskState::Succeeded) < m_run.plan.rollout.canaries;
        m_waves.removeFirst();
        m_canaries = false;
        if (canaryDied)
            skipWaiting(tr("not begun: it had not succeeded on the server that was to try it first"));
    }
    if (m_active.empty())
        conclude();
}

void Task::beginServer(int server)
{
    m_active[server] = {};
    record(TaskRun::serverEvent(server, TaskState::Running));
    beginStep(server);
}

void Task::beginStep(int server)
{
    StepRun running;
    running.state = TaskState::Running;
    record(TaskRun::stepEvent(server, m_active.at(server).step, running), [this, server] {
        if (m_active.count(server) != 0)
            runStep(server);
    });
}

void Task::runStep(int server)
{
    const QString &id = m_run.plan.servers.at(server).serverId;
    m_sessions->prepare(id, this, [this, server](const Result<void> &ready) {
        const auto found = m_active.find(server);
        if (found == m_active.end())
            return;
        const TaskStep &step = stepOf(server);
        if (found->second.cancelled)
            endStep(server, outcomeOf(step, Error { ErrorCode::Cancelled, {}, {}, {} }));
        else if (!ready && step.kind == TaskStep::Kind::Return)
            endReturn(server, outcomeOf(step, ready.error()));
        else if (!ready)
            endStep(server, outcomeOf(step, ready.error()));
        else if (step.kind == TaskStep::Kind::Reach)
            reach(server);
        else
            command(server, step);
    });
}

void Task::command(int server, const TaskStep &step)
{
    ExecOptions options;
    const bool again = step.kind == TaskStep::Kind::Return;
    options.deadline = again ? returnDeadline : std::chrono::seconds(step.timeout);
    options.asRoot = step.asRoot;
    options.outputCap = outputCap;
    ExecReply *reply = m_sessions->pool()->exec(m_run.plan.servers.at(server).serverId,
                                                CommandLine(step.argv.constFirst(), step.argv.mid(1)), options);
    Active &active = m_active.at(server);
    active.reply = reply;
    active.shown[0] = active.shown[1] = 0;
    if (!again)
        connect(reply, &ExecReply::readyRead, this, [this, server, reply] { showOutput(server, reply, false); });
    connect(reply, &SshReply::finished, this, [this, server, reply, again] {
        if (!again)
            showOutput(server, reply, true);
        reply->deleteLater();
        const StepRun outcome = outcomeOf(stepOf(server), *reply);
        if (again)
            endReturn(server, outcome);
        else
            endStep(server, outcome);
    });
}

/// One try has ended: the session may have died with the server, so the next one dials again.
void Task::endReturn(int server, const StepRun &outcome)
{
    Active &active = m_active.at(server);
    active.reply.clear();
    if (!active.since.isValid())
        active.since.start();
    const TaskStep &step = stepOf(server);
    const bool late = active.since.elapsed() > std::chrono::milliseconds(std::chrono::seconds(step.timeout)).count();
    if (outcome.state == TaskState::Succeeded) {
        endStep(server, outcome);
        return;
    }
    if (active.cancelled) {
        endStep(server, outcomeOf(step, Error { ErrorCode::Cancelled, {}, {}, {} }));
        return;
    }
    if (late) {
        StepRun last = outcome;
        last.problem =
            tr("not back within %1 minutes. The last try: %2").arg((step.timeout + 59) / 60).arg(outcome.problem);
        endStep(server, last);
        return;
    }
    QTimer::singleShot(returnPause, this, [this, server, number = active.step] {
        const auto found = m_active.find(server);
        if (found != m_active.end() && found->second.step == number)
            runStep(server);
    });
}

void Task::reach(int server)
{
    HostKeyReply *reply = m_sessions->pool()->inspectHostKey(m_run.plan.servers.at(server).serverId);
    m_active.at(server).reply = reply;
    connect(reply, &SshReply::finished, this, [this, server, reply] {
        reply->deleteLater();
        endStep(server, outcomeOf(stepOf(server), *reply));
    });
}

void Task::showOutput(int server, const ExecReply *reply, bool whole)
{
    for (const bool isError : { false, true }) {
        const QByteArray &all = isError ? reply->standardError() : reply->standardOutput();
        qsizetype &shown = m_active.at(server).shown[isError ? 1 : 0];
        qsizetype end = whole ? all.size() : all.lastIndexOf('\n') + 1;
        if (end <= shown)
            continue;
        QByteArrayView lines = QByteArrayView(all).sliced(shown, end - shown);
        shown = end;
        if (lines.endsWith('\n'))
            lines.chop(1);
        Q_EMIT outputAdded(server, printableLines(lines, TaskRun::outputLimit), isError);
    }
}

void Task::endStep(int server, const StepRun &outcome)
{
    Active &active = m_active.at(server);
    active.reply.clear();
    record(TaskRun::stepEvent(server, active.step, outcome));
    if (outcome.state != TaskState::Succeeded) {
        endServer(server, outcome.state, outcome.problem);
        return;
    }
    if (active.step + 1 == m_run.plan.servers.at(server).steps.size()) {
        endServer(server, TaskState::Succeeded, {});
        return;
    }
    if (active.cancelled && m_run.plan.servers.at(server).steps.at(active.step + 1).goesOn) {
        endServer(server, TaskState::Unknown, goesOnText());
        return;
    }
    if (active.cancelled) {
        endServer(server, TaskState::Cancelled, tr("cancelled between two steps; what was done until then stays"));
        return;
    }
    ++active.step;
    active.since.invalidate();
    beginStep(server);
}

void Task::endServer(int server, TaskState state, const QString &problem)
{
    m_active.erase(server);
    record(TaskRun::serverEvent(server, state, problem));
    if (state == TaskState::Failed || state == TaskState::Unknown)
        ++m_failures;
    const int stop = m_run.plan.rollout.stopAfter;
    if (stop > 0 && m_failures >= stop && !m_waves.isEmpty())
        skipWaiting(tr("not begun: it had not succeeded on %n server(s) before", nullptr, m_failures));
    proceed();
}

void Task::skipWaiting(const QString &why)
{
    m_waves.clear();
    for (int i = 0; i < m_run.servers.size(); ++i) {
        if (m_run.servers.at(i).state == TaskState::Waiting)
            record(TaskRun::serverEvent(i, TaskState::Skipped, why));
    }
}

void Task::cancel()
{
    if (m_cancelled || isFinal(m_run.state))
        return;
    m_cancelled = true;
    skipWaiting(tr("not begun: the task was cancelled"));
    for (int i = 0; i < m_run.servers.size(); ++i)
        cancelServer(i);
}

void Task::cancelServer(int server)
{
    const auto found = m_active.find(server);
    if (found != m_active.end()) {
        found->second.cancelled = true;
        if (found->second.reply)
            found->second.reply->abort();
    } else if (m_run.servers.at(server).state == TaskState::Waiting && m_run.state == TaskState::Running) {
        record(TaskRun::serverEvent(server, TaskState::Skipped, tr("not begun: cancelled for this server")));
    }
}

void Task::conclude()
{
    if (std::exchange(m_concluded, true))
        return;
    TaskState state = TaskState::Succeeded;
    if (m_run.count(TaskState::Failed) > 0)
        state = TaskState::Failed;
    else if (m_run.count(TaskState::Unknown) > 0)
        state = TaskState::Unknown;
    else if (m_run.count(TaskState::Succeeded) < m_run.servers.size())
        state = TaskState::Cancelled;
    record(TaskRun::taskEvent(state, m_run.problem), [this] { Q_EMIT finished(); });
}

} // namespace Helmclaw
