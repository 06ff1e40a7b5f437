// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskRun.h"

#include <QSet>
#include <QThreadPool>

#include <functional>
#include <memory>

namespace Helmclaw {

/// The record of one task on this computer: a file of JSON lines, the plan first, then its events. An event is on the
/// disk (fdatasync(2)) before what it announces begins, so that a task that was killed is known to have been begun.
/// The file is locked (flock(2)) as long as its program lives. Thread: its owner's; the disk is waited for elsewhere.
class TaskJournal
{
public:
    /// @p folder: where the tasks of this user are.
    TaskJournal(const QString &folder, const TaskPlan &plan);
    ~TaskJournal(); ///< waits for what is being written
    TaskJournal(const TaskJournal &) = delete;
    TaskJournal &operator=(const TaskJournal &) = delete;

    [[nodiscard]] static QString defaultFolder();
    [[nodiscard]] QString file() const { return m_file; }

    /// Appends @p event; @p written follows in the thread of @p context, in the order of the calls, and not after its
    /// end. After the first error every further one fails likewise.
    void append(const QJsonObject &event, QObject *context, std::function<void(Result<void>)> written);

    /// The tasks of @p folder, the newest first, at most @p limit; those of programs that have died are interrupted.
    /// @p unreadable: files that are no journals. @p known: ids of tasks to leave out, though they count. Reads the
    /// disk: not for the GUI thread.
    [[nodiscard]] static QList<TaskRun> read(const QString &folder, int limit, QStringList *unreadable = nullptr,
                                             const QSet<QString> &known = {});
    /// One of them.
    [[nodiscard]] static Result<TaskRun> readOne(const QString &folder, const QString &id);

private:
    class Writer;
    QString m_file;
    std::shared_ptr<Writer> m_writer;
    QThreadPool m_disk; ///< one thread
};

} // namespace Helmclaw
