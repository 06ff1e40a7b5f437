// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

#include <QFileSystemWatcher>
#include <QHash>
#include <QObject>
#include <QThreadPool>
#include <QTimer>

namespace Helmclaw {

class ServerSessions;
class Task;

/// All tasks that this user's programs run or have run: those of this program with what they print, those of others
/// (helmclawctl, a second window) as far as their journals tell, the newest first. A server is worked on by one task at
/// a time. Thread: the GUI thread; journals are read elsewhere.
class TaskManager : public QObject
{
    Q_OBJECT
public:
    static constexpr int historyLimit = 200; ///< tasks; older ones stay in their files

    /// @p sessions is not owned. @p journalFolder: see TaskJournal.
    explicit TaskManager(ServerSessions *sessions, const QString &journalFolder, QObject *parent = nullptr);
    /// Ends what runs, on the servers too; its records are then read as interrupted.
    ~TaskManager() override;

    /// Reads what other programs have recorded since; by itself when something was begun or ends there.
    void readHistory();
    [[nodiscard]] bool isHistoryRead() const { return m_historyRead; }
    /// Journals that could not be understood, a line each.
    [[nodiscard]] const QStringList &unreadable() const { return m_unreadable; }
    [[nodiscard]] const QString &journalFolder() const { return m_folder; }

    [[nodiscard]] int count() const { return static_cast<int>(m_order.size()); }
    [[nodiscard]] QString idAt(int position) const { return m_order.at(position); } ///< 0: the newest
    [[nodiscard]] int positionOf(const QString &id) const { return static_cast<int>(m_order.indexOf(id)); }
    /// Null when there is none. Good until the event loop is next entered.
    [[nodiscard]] const TaskRun *run(const QString &id) const;
    /// It was begun here and has not ended: it can be cancelled, and what it prints is known.
    [[nodiscard]] bool isOurs(const QString &id) const;
    /// What the running step of one server has printed so far, printable; at most TaskRun::outputLimit characters.
    [[nodiscard]] QString liveOutput(const QString &id, int server) const;
    [[nodiscard]] int running() const; ///< tasks of this program
    /// The task that is at work on @p serverId, here or in another program; empty: none.
    [[nodiscard]] QString taskOn(const QString &serverId) const;

    /// Begins @p plan. An error names the server that another task is at work on; nothing was begun then.
    [[nodiscard]] Result<void> start(const TaskPlan &plan);
    void cancel(const QString &id);
    void cancelServer(const QString &id, int server);
    void cancelAll();

Q_SIGNALS:
    void aboutToAdd(int position);
    void added(int position);
    void changed(const QString &id, int server); ///< -1: the task itself, or all of it
    void outputAdded(const QString &id, int server, const QString &lines);
    void finished(const QString &id); ///< a task of this program
    void idle(); ///< the last task of this program has finished
    void historyRead();

private:
    struct Entry
    {
        TaskRun record; ///< while the task does not run here
        Task *task = nullptr; ///< while it does; owned
        QHash<int, QString> output; ///< by server
    };
    struct History
    {
        QList<TaskRun> runs;
        QStringList unreadable;
    };

    void take(const History &history);
    void insert(const QString &id, Entry entry);
    void end(const QString &id);

    ServerSessions *m_sessions;
    QString m_folder;
    QStringList m_order; ///< ids, the newest first
    QHash<QString, Entry> m_entries;
    QStringList m_unreadable;
    QFileSystemWatcher m_watcher;
    QTimer m_again; ///< while something runs in another program, or a file has just changed
    bool m_reading = false;
    bool m_historyRead = false;
    QThreadPool m_disk; ///< one thread; last, so that it is waited for while everything is still here
};

} // namespace Helmclaw
