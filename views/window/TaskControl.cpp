// SPDX-License-Identifier: MIT
#include "views/window/TaskControl.h"

#include "models/fleet/Fleet.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureRefresher.h"
#include "models/posture/PostureStore.h"
#include "models/tasks/FixCatalogue.h"
#include "models/tasks/FixPlanner.h"
#include "models/tasks/TaskManager.h"
#include "views/dialogs/QuitDialog.h"
#include "views/tasks/FixParameterDialog.h"
#include "views/tasks/TaskPreviewDialog.h"
#include "views/widgets/MessageBar.h"

#include <QWidget>

namespace Helmclaw {

namespace {

/// The checks that say whether a task has done what it should; none: its own proofs are all.
QStringList provenBy(const TaskPlan &plan)
{
    const QString what = plan.subject.section(QLatin1Char(' '), 1, 1); // "fix WHAT NAME=VALUE…"
    if (!plan.subject.startsWith(QLatin1String("fix ")))
        return {};
    if (const auto action = FixCatalogue::actionFor(what))
        return action->provenByCheck ? QStringList { what } : QStringList();
    const auto action = FixCatalogue::action(what);
    return action && action->provenByCheck ? action->checkIds : QStringList();
}

} // namespace

TaskControl::TaskControl(const WindowModels &models, MessageBar *messages, QWidget *window)
    : QObject(window)
    , m_models(models)
    , m_messages(messages)
    , m_window(window)
{
    connect(models.tasks, &TaskManager::finished, this, &TaskControl::ended);
    connect(models.tasks, &TaskManager::idle, this, [this] {
        if (m_closing)
            m_window->close();
    });
    connect(models.refresher, &PostureRefresher::idle, this, &TaskControl::tellProofs);
    m_wait.setSingleShot(true);
    m_wait.setInterval(400); // most plans are there at once
    connect(&m_wait, &QTimer::timeout, this, &TaskControl::showPlanning);
}

void TaskControl::fix(const QString &checkId, const QStringList &serverIds)
{
    if (const auto action = FixCatalogue::actionFor(checkId))
        plan({ action->id, {}, checkId }, serverIds);
}

void TaskControl::act(const QString &actionId, const QStringList &serverIds)
{
    const auto action = FixCatalogue::action(actionId);
    if (!action || serverIds.isEmpty())
        return;
    if (action->parameters.isEmpty()) {
        plan({ actionId, {}, {} }, serverIds);
        return;
    }
    QStringList names;
    for (const QString &id : serverIds) {
        if (const auto server = m_models.fleet->byId(id))
            names += server->name;
    }
    auto *dialog = new FixParameterDialog(*action, names, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, actionId, serverIds] {
        plan({ actionId, dialog->values(), {} }, serverIds);
    });
    dialog->open();
}

void TaskControl::plan(const FixRequest &request, const QStringList &serverIds)
{
    QList<Server> servers;
    for (const QString &id : serverIds) {
        if (const auto server = m_models.fleet->byId(id))
            servers += *server;
    }
    delete m_planner; // the user has changed their mind
    m_planner = new FixPlanner(m_models.sessions, m_models.posture, this);
    connect(m_planner, &FixPlanner::finished, this, &TaskControl::planned);
    m_wait.start();
    m_planner->start(request, servers);
}

void TaskControl::showPlanning()
{
    Message message;
    message.key = QStringLiteral("tasks");
    message.icon = QStringLiteral("clock");
    message.text = tr("Looking at what there is on the servers, to show what would be changed");
    message.buttons = { { tr("Cancel"), [this] { delete m_planner; } } };
    m_messages->showMessage(message);
}

void TaskControl::planned()
{
    m_wait.stop();
    m_messages->closeMessage(QStringLiteral("tasks"));
    const TaskPlan plan = m_planner->plan();
    QStringList left;
    std::optional<Error> why;
    for (const FixPlanner::Left &server : m_planner->left()) {
        if (!why)
            why = server.why;
        if (!server.nothingToDo || plan.servers.isEmpty())
            left += server.why.toString();
    }
    m_planner->deleteLater();
    m_planner.clear();
    if (!plan.servers.isEmpty()) {
        propose(plan, left);
        return;
    }
    if (left.isEmpty())
        return;
    Message message = MessageBar::fromError(QStringLiteral("tasks"), *why);
    if (left.size() > 1) {
        message.text =
            tr("%1: not possible on any of %n servers", nullptr, static_cast<int>(left.size())).arg(plan.title);
        message.remedy = left.mid(0, 3).join(QStringLiteral("; "));
    }
    m_messages->showMessage(message);
}

void TaskControl::propose(const TaskPlan &plan, const QStringList &left)
{
    for (const ServerPlan &server : plan.servers) {
        if (m_models.fleet->byId(server.serverId))
            continue;
        m_messages->showMessage(MessageBar::fromError(
            QStringLiteral("tasks"),
            { ErrorCode::InvalidInput, tr("the server is no longer in the fleet"), {}, server.serverName }));
        return;
    }
    auto *dialog = new TaskPreviewDialog(plan, left, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const TaskPlan its = dialog->plan();
        if (const auto started = m_models.tasks->start(its); !started) {
            m_messages->showMessage(MessageBar::fromError(QStringLiteral("tasks"), started.error()));
            return;
        }
        m_messages->closeMessage(QStringLiteral("tasks"));
        Q_EMIT begun(its.id);
    });
    dialog->open();
}

void TaskControl::ended(const QString &taskId)
{
    const TaskRun *run = m_models.tasks->run(taskId);
    if (run == nullptr || m_closing)
        return;
    if (run->state != TaskState::Succeeded && run->state != TaskState::Cancelled) {
        Message message;
        message.key = QStringLiteral("task.%1").arg(taskId);
        message.tone = run->state == TaskState::Unknown ? Tone::Unknown : Tone::Bad;
        message.icon = run->state == TaskState::Unknown ? QStringLiteral("unknown") : QStringLiteral("fail");
        const bool one = run->servers.size() == 1;
        message.text = one
            ? tr("%1: %2: %3")
                  .arg(run->plan.servers.constFirst().serverName, run->plan.title, taskStateLabel(run->state))
            : tr("%1: %2").arg(run->plan.title, run->countsLabel());
        message.remedy = one && run->problem.isEmpty() ? run->servers.constFirst().problem : run->problem;
        message.buttons = { { tr("Show"), [this, taskId] { Q_EMIT historyRequested(taskId); } } };
        m_messages->showMessage(message);
    }
    // What the tools say of themselves is one thing; the check is the proof.
    QStringList touched;
    for (int i = 0; i < run->servers.size(); ++i) {
        if (run->servers.at(i).state != TaskState::Skipped)
            touched += run->plan.servers.at(i).serverId;
    }
    for (const QString &check : provenBy(run->plan))
        m_proofs[check] += touched;
    if (!touched.isEmpty())
        m_models.refresher->refresh(touched);
}

void TaskControl::tellProofs()
{
    const auto proofs = std::exchange(m_proofs, {});
    for (auto it = proofs.cbegin(); it != proofs.cend(); ++it)
        tellProof(it.key(), it.value());
}

void TaskControl::tellProof(const QString &checkId, const QStringList &serverIds)
{
    QStringList well;
    QStringList badly;
    QString firstBad;
    for (const QString &id : serverIds) {
        const auto server = m_models.fleet->byId(id);
        if (!server)
            continue;
        const ServerPosture posture = m_models.posture->posture(id);
        const CheckResult *result = posture.lastError ? nullptr : posture.find(checkId);
        if (result != nullptr && result->verdict == Verdict::Pass) {
            well += server->name;
            continue;
        }
        if (badly.isEmpty())
            firstBad = id;
        badly += server->name;
    }
    Message message;
    message.key = QStringLiteral("proof.%1").arg(checkId);
    const QString title = checkInfo(checkId).title;
    if (badly.isEmpty()) {
        message.tone = Tone::Ok;
        message.icon = QStringLiteral("check");
        message.text = tr("%1: passes now on %2").arg(title, well.join(QStringLiteral(", ")));
    } else {
        message.tone = Tone::Bad;
        message.icon = QStringLiteral("fail");
        message.text = tr("%1: still does not pass on %2").arg(title, badly.join(QStringLiteral(", ")));
        message.buttons = { { tr("Show"), [this, firstBad, checkId] { Q_EMIT showRequested(firstBad, checkId); } } };
    }
    m_messages->showMessage(message);
}

bool TaskControl::mayClose()
{
    if (m_models.tasks->running() == 0)
        return true;
    if (m_closing || QuitDialog(m_models.tasks->running(), m_window).exec() != QDialog::Accepted)
        return false;
    closeWhenEnded();
    return m_models.tasks->running() == 0; // they may have ended while the question stood
}

void TaskControl::closeWhenEnded()
{
    if (m_models.tasks->running() == 0) {
        m_window->close();
        return;
    }
    m_closing = true;
    m_models.tasks->cancelAll();
}

} // namespace Helmclaw
