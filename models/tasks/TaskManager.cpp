// SPDX-License-Identifier: MIT
#include "models/tasks/TaskManager.h"

#include "models/tasks/Task.h"

#include <QDir>
#include <QSet>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace Helmclaw {

TaskManager::TaskManager(ServerSessions *sessions, const QString &journalFolder, QObject *parent)
    : QObject(parent)
    , m_sessions(sessions)
    , m_folder(journalFolder)
{
    m_disk.setMaxThreadCount(1);
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &TaskManager::readHistory);
    // A file is named before its first line is in it.
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] { m_again.start(300ms); });
}

TaskManager::~TaskManager()
{
    m_disk.waitForDone();
    for (const Entry &entry : std::as_const(m_entries))
        delete entry.task;
}

void TaskManager::readHistory()
{
    if (m_reading) {
        m_again.start(1s);
        return;
    }
    m_reading = true;
    if (m_watcher.directories().isEmpty() && QDir(m_folder).exists())
        m_watcher.addPath(m_folder);
    QSet<QString> known; // what has ended does not change any more
    for (auto it = m_entries.cbegin(); it != m_entries.cend(); ++it) {
        if (it->task != nullptr || isFinal(it->record.state))
            known.insert(it.key());
    }
    m_disk.start([this, folder = m_folder, known] {
        History history;
        history.runs = TaskJournal::read(folder, historyLimit, &history.unreadable, known);
        QMetaObject::invokeMethod(
            this, [this, history] { take(history); }, Qt::QueuedConnection);
    });
}

void TaskManager::take(const History &history)
{
    m_reading = false;
    m_unreadable = history.unreadable;
    bool elsewhere = false;
    for (const TaskRun &run : history.runs) {
        const auto found = m_entries.find(run.plan.id);
        elsewhere |= !isFinal(run.state) && (found == m_entries.end() || found->task == nullptr);
        if (found == m_entries.end()) {
            insert(run.plan.id, { run, nullptr, {} });
        } else if (found->task == nullptr && !isFinal(found->record.state) && found->record != run) {
            found->record = run;
            Q_EMIT changed(run.plan.id, -1);
        }
    }
    if (elsewhere)
        m_again.start(2s);
    m_historyRead = true;
    Q_EMIT historyRead();
}

void TaskManager::insert(const QString &id, Entry entry)
{
    const QDateTime started = entry.task != nullptr ? QDateTime() : entry.record.started;
    const auto place = std::find_if(m_order.cbegin(), m_order.cend(), [&](const QString &other) {
        const TaskRun *its = run(other);
        return !started.isValid() || (its->started.isValid() && its->started < started);
    });
    const int position = static_cast<int>(place - m_order.cbegin());
    Q_EMIT aboutToAdd(position);
    m_order.insert(position, id);
    m_entries.insert(id, std::move(entry));
    Q_EMIT added(position);
}

const TaskRun *TaskManager::run(const QString &id) const
{
    const auto found = m_entries.constFind(id);
    if (found == m_entries.cend())
        return nullptr;
    return found->task != nullptr ? &found->task->run() : &found->record;
}

bool TaskManager::isOurs(const QString &id) const
{
    const auto found = m_entries.constFind(id);
    return found != m_entries.cend() && found->task != nullptr;
}

QString TaskManager::liveOutput(const QString &id, int server) const
{
    const auto found = m_entries.constFind(id);
    return found != m_entries.cend() ? found->output.value(server) : QString();
}

int TaskManager::running() const
{
    return static_cast<int>(
        std::count_if(m_entries.cbegin(), m_entries.cend(), [](const Entry &entry) { return entry.task != nullptr; }));
}

QString TaskManager::taskOn(const QString &serverId) const
{
    for (const QString &id : m_order) {
        const TaskRun &its = *run(id);
        const int server = isFinal(its.state) ? -1 : its.indexOf(serverId);
        if (server >= 0 && !isFinal(its.servers.at(server).state))
            return id;
    }
    return {};
}

Result<void> TaskManager::start(const TaskPlan &plan)
{
    for (const ServerPlan &server : plan.servers) {
        if (const QString other = taskOn(server.serverId); !other.isEmpty())
            return failure(ErrorCode::Unsupported, tr("another task is at work there: %1").arg(run(other)->plan.title),
                           tr("Wait until it has ended, or stop it."), server.serverName);
    }
    auto *task = new Task(plan, m_sessions, m_folder);
    const QString id = plan.id;
    insert(id, { TaskRun(), task, {} });
    connect(task, &Task::changed, this, [this, id](int server) {
        // A step's output is in its record once it has ended.
        if (server >= 0)
            m_entries[id].output.remove(server);
        Q_EMIT changed(id, server);
    });
    connect(task, &Task::outputAdded, this, [this, id](int server, const QString &lines) {
        QString &all = m_entries[id].output[server];
        all += lines + u'\n';
        if (all.size() > TaskRun::outputLimit)
            all.remove(0, all.indexOf(u'\n', all.size() - TaskRun::outputLimit) + 1);
        Q_EMIT outputAdded(id, server, lines);
    });
    connect(task, &Task::finished, this, [this, id] { end(id); });
    task->start();
    return {};
}

void TaskManager::end(const QString &id)
{
    Entry &entry = m_entries[id];
    entry.record = entry.task->run();
    std::exchange(entry.task, nullptr)->deleteLater();
    entry.output.clear();
    Q_EMIT changed(id, -1);
    Q_EMIT finished(id);
    if (running() == 0)
        Q_EMIT idle();
}

void TaskManager::cancel(const QString &id)
{
    if (isOurs(id))
        m_entries.value(id).task->cancel();
}

void TaskManager::cancelServer(const QString &id, int server)
{
    if (isOurs(id))
        m_entries.value(id).task->cancelServer(server);
}

void TaskManager::cancelAll()
{
    const QStringList all = m_order;
    for (const QString &id : all)
        cancel(id);
}

} // namespace Helmclaw
