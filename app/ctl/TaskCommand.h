// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"
#include "models/tasks/Task.h"

namespace Helmclaw {

/// A command that changes servers: shows its plan, asks, runs it as a task, tells how it ended.
class TaskCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    /// The task is cancelled, on the servers too; then its end is told.
    void interrupt() override;

protected:
    static void addOptions(QCommandLineParser &parser);
    /// False: an option is not usable; fail() has been called.
    [[nodiscard]] bool readOptions(Console &console, const QCommandLineParser &parser);
    [[nodiscard]] bool isJson() const { return m_json; }
    [[nodiscard]] Console &console() const { return *m_console; }
    [[nodiscard]] const Rollout &rollout() const { return m_rollout; }
    /// Whether the command line says anything about the roll-out.
    [[nodiscard]] bool isRolloutGiven() const { return m_rolloutGiven; }
    /// Preview, confirmation, run; then ended().
    void propose(const TaskPlan &plan);
    /// The task has ended. Tells it, and finishes the command.
    virtual void ended(const TaskRun &run);
    [[nodiscard]] static int exitCodeOf(const TaskRun &run);

private:
    void runTask(const TaskPlan &plan);
    void confirm(const TaskPlan &plan);

    Console *m_console = nullptr;
    Rollout m_rollout;
    std::unique_ptr<Task> m_task;
    bool m_rolloutGiven = false;
    bool m_dryRun = false;
    bool m_yes = false;
    bool m_json = false;
};

} // namespace Helmclaw
