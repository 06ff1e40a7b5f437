// SPDX-License-Identifier: MIT
#include "models/tasks/TaskModel.h"

#include "models/tasks/TaskManager.h"

#include <QLocale>

namespace Helmclaw {

namespace {

// An index holds its parent: 0 for a task; the task's serial for a server; that and the server's number for a step.
quintptr packed(quint32 serial, int server)
{
    return (quintptr(serial) << 32U) | quintptr(server + 1);
}

QString whenLabel(const QDateTime &at)
{
    return at.isValid() ? QLocale().toString(at.toLocalTime(), QLocale::ShortFormat) : QString();
}

QString tookLabel(const QDateTime &from, const QDateTime &to)
{
    if (!from.isValid() || !to.isValid())
        return {};
    const qint64 ms = from.msecsTo(to);
    if (ms < 10000)
        return TaskModel::tr("%1 s").arg(QLocale().toString(double(ms) / 1000, 'f', 1));
    const qint64 seconds = (ms + 500) / 1000;
    if (seconds < 120)
        return TaskModel::tr("%1 s").arg(seconds);
    return TaskModel::tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
}

QDateTime startedAt(const TaskRun &run, const ServerRun *server, const StepRun *step)
{
    if (step != nullptr)
        return step->started;
    if (server != nullptr)
        return server->steps.isEmpty() ? QDateTime() : server->steps.constFirst().started;
    return run.started;
}

QString serversLabel(const TaskRun &run)
{
    if (run.plan.servers.size() == 1)
        return run.plan.servers.constFirst().serverName;
    const int well = run.count(TaskState::Succeeded);
    return TaskModel::tr("%1 of %2").arg(well).arg(run.plan.servers.size());
}

QVariant taskData(const TaskRun &run, int column)
{
    switch (column) {
    case TaskModel::WhatColumn:
        return run.plan.title;
    case TaskModel::StateColumn:
        return taskStateLabel(run.state);
    case TaskModel::ServersColumn:
        return serversLabel(run);
    case TaskModel::StartedColumn:
        return whenLabel(run.started);
    default:
        return tookLabel(run.started, run.ended);
    }
}

QVariant serverData(const TaskRun &run, int number, int column)
{
    const ServerRun &server = run.servers.at(number);
    switch (column) {
    case TaskModel::WhatColumn:
        return run.plan.servers.at(number).serverName;
    case TaskModel::StateColumn:
        return taskStateLabel(server.state);
    case TaskModel::StartedColumn:
        return server.steps.isEmpty() ? QString() : whenLabel(server.steps.constFirst().started);
    default:
        return {};
    }
}

QVariant stepData(const TaskStep &plan, const StepRun &step, int column)
{
    switch (column) {
    case TaskModel::WhatColumn:
        return plan.title;
    case TaskModel::StateColumn:
        return taskStateLabel(step.state);
    case TaskModel::StartedColumn:
        return whenLabel(step.started);
    case TaskModel::TookColumn:
        return tookLabel(step.started, step.ended);
    default:
        return {};
    }
}

} // namespace

TaskModel::TaskModel(TaskManager *manager, QObject *parent)
    : QAbstractItemModel(parent)
    , m_manager(manager)
{
    connect(manager, &TaskManager::aboutToAdd, this, [this](int position) { beginInsertRows({}, position, position); });
    connect(manager, &TaskManager::added, this, [this] { endInsertRows(); });
    connect(manager, &TaskManager::changed, this, &TaskModel::taskChanged);
}

void TaskModel::taskChanged(const QString &taskId, int server)
{
    const QModelIndex task = indexOf(taskId);
    if (!task.isValid())
        return;
    Q_EMIT dataChanged(task, task.siblingAtColumn(ColumnCount - 1));
    const int servers = rowCount(task);
    for (int number = server < 0 ? 0 : server; number < (server < 0 ? servers : server + 1); ++number) {
        const QModelIndex row = index(number, 0, task);
        Q_EMIT dataChanged(row, row.siblingAtColumn(ColumnCount - 1));
        if (const int steps = rowCount(row); steps > 0)
            Q_EMIT dataChanged(index(0, 0, row), index(steps - 1, ColumnCount - 1, row));
    }
}

quint32 TaskModel::serialOf(const QString &taskId) const
{
    quint32 &serial = m_serials[taskId];
    if (serial == 0) {
        m_ids += taskId;
        serial = quint32(m_ids.size());
    }
    return serial;
}

TaskModel::Place TaskModel::placeOf(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    const quintptr parent = index.internalId();
    if (parent == 0)
        return { index.row(), -1, -1 };
    const int task = m_manager->positionOf(m_ids.at(qsizetype(parent >> 32U) - 1));
    const int server = int(parent & 0xffffffffU) - 1;
    return server < 0 ? Place { task, index.row(), -1 } : Place { task, server, index.row() };
}

const TaskRun &TaskModel::runAt(int task) const
{
    return *m_manager->run(m_manager->idAt(task));
}

QModelIndex TaskModel::indexOf(const QString &taskId, int server, int step) const
{
    const int task = m_manager->positionOf(taskId);
    if (task < 0)
        return {};
    if (server < 0)
        return createIndex(task, 0, quintptr(0));
    if (step < 0)
        return createIndex(server, 0, packed(serialOf(taskId), -1));
    return createIndex(step, 0, packed(serialOf(taskId), server));
}

QModelIndex TaskModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    const Place above = placeOf(parent);
    if (above.task < 0)
        return createIndex(row, column, quintptr(0));
    return createIndex(row, column, packed(serialOf(m_manager->idAt(above.task)), above.server));
}

QModelIndex TaskModel::parent(const QModelIndex &child) const
{
    const Place place = placeOf(child);
    if (place.server < 0)
        return {};
    return indexOf(m_manager->idAt(place.task), place.step < 0 ? -1 : place.server);
}

int TaskModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return m_manager->count();
    const Place place = placeOf(parent);
    if (parent.column() != 0 || place.step >= 0)
        return 0;
    const TaskPlan &plan = runAt(place.task).plan;
    return static_cast<int>(place.server < 0 ? plan.servers.size() : plan.servers.at(place.server).steps.size());
}

int TaskModel::columnCount(const QModelIndex & /*parent*/) const
{
    return ColumnCount;
}

QVariant TaskModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Place place = placeOf(index);
    const TaskRun &run = runAt(place.task);
    const ServerRun *server = place.server < 0 ? nullptr : &run.servers.at(place.server);
    const StepRun *step = place.step < 0 ? nullptr : &server->steps.at(place.step);
    switch (role) {
    case Qt::DisplayRole:
        if (step != nullptr)
            return stepData(run.plan.servers.at(place.server).steps.at(place.step), *step, index.column());
        return server != nullptr ? serverData(run, place.server, index.column()) : taskData(run, index.column());
    case Qt::ToolTipRole:
    case ProblemRole:
        return step != nullptr ? step->problem : server != nullptr ? server->problem : run.problem;
    case TaskIdRole:
        return run.plan.id;
    case ServerRole:
        return place.server;
    case StepRole:
        return place.step;
    case StateRole:
        return QVariant::fromValue(step != nullptr ? step->state : server != nullptr ? server->state : run.state);
    case StartedRole:
        return startedAt(run, server, step);
    case ServerIdsRole: {
        QStringList ids;
        for (int i = 0; i < run.plan.servers.size(); ++i) {
            if (server == nullptr || i == place.server)
                ids += run.plan.servers.at(i).serverId;
        }
        return ids;
    }
    default:
        return {};
    }
}

QVariant TaskModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case WhatColumn:
        return tr("What");
    case StateColumn:
        return tr("State");
    case ServersColumn:
        return tr("Servers");
    case StartedColumn:
        return tr("Started");
    case TookColumn:
        return tr("Took");
    default:
        return {};
    }
}

} // namespace Helmclaw
