// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskPlan.h"

#include <QDateTime>
#include <QMetaType>

#include <optional>

namespace Helmclaw {

/// How far a step, a server or a task has come. All but the first two are final: what has one keeps it.
enum class TaskState {
    Waiting,
    Running,
    Succeeded,
    Failed,
    Cancelled, ///< by the user; what ran was ended on the server, what it had done until then stays
    Skipped, ///< never begun, because something before it did not succeed
    Unknown, ///< it was begun, and nobody saw how it ended: a lost connection, a deadline, the program's death
};

[[nodiscard]] bool isFinal(TaskState state);
/// The stable lower-case words of the journal and of JSON output ("succeeded").
[[nodiscard]] QString taskStateName(TaskState state);
/// The word shown to people, translated.
[[nodiscard]] QString taskStateLabel(TaskState state);

struct StepRun
{
    TaskState state = TaskState::Waiting;
    QDateTime started; ///< UTC
    QDateTime ended; ///< UTC
    int exitStatus = -1; ///< -1: not known, or ended by a signal
    QString output; ///< made printable line by line, at most TaskRun::outputLimit characters
    QString errors; ///< standard error, likewise
    QString problem; ///< translated: why it is not Succeeded; what to do next
    friend bool operator==(const StepRun &, const StepRun &) = default;
};

struct ServerRun
{
    TaskState state = TaskState::Waiting;
    QString problem; ///< of the step that ended it, or why it was not begun
    QList<StepRun> steps; ///< as many as its plan has
    friend bool operator==(const ServerRun &, const ServerRun &) = default;
};

/// A task as far as it is known: its plan, and what has become of each step. Changed by events only, which are what the
/// journal holds; so a task that is read back is the task that was.
struct TaskRun
{
    static constexpr int outputLimit = 64 * 1024; ///< characters per step and stream

    TaskPlan plan;
    TaskState state = TaskState::Waiting;
    QDateTime started; ///< UTC
    QDateTime ended; ///< UTC
    QString problem; ///< why it is not Succeeded, when that is no single server's doing
    QList<ServerRun> servers; ///< as many as the plan has

    explicit TaskRun(TaskPlan plan = {});
    [[nodiscard]] int indexOf(const QString &serverId) const;
    [[nodiscard]] int count(TaskState state) const; ///< of servers
    /// Translated: "3 done, 1 failed"; states that no server is in are left out.
    [[nodiscard]] QString countsLabel() const;

    // The events.
    [[nodiscard]] static QJsonObject taskEvent(TaskState state, const QString &problem = {});
    [[nodiscard]] static QJsonObject serverEvent(int server, TaskState state, const QString &problem = {});
    [[nodiscard]] static QJsonObject stepEvent(int server, int step, const StepRun &run);
    /// False when @p event does not fit this task, or would change what is final.
    bool apply(const QJsonObject &event);

    /// The program that ran it has died: what ran is Unknown, what waited is Skipped.
    void interrupt();
    /// A new task for the servers that did not succeed (and were not just skipped or cancelled, unless @p all).
    /// Nothing when there are none.
    [[nodiscard]] std::optional<TaskPlan> retry(bool all = false) const;
    /// A new task that only looks: the proofs (and returns) of the servers whose state is Unknown. Nothing when there
    /// are none.
    [[nodiscard]] std::optional<TaskPlan> findOut() const;
    friend bool operator==(const TaskRun &, const TaskRun &) = default;
};

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::TaskState)
