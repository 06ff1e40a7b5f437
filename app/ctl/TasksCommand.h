// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/TaskCommand.h"

namespace Helmclaw {

/// helmclawctl tasks [show|retry|find-out ID]: what was done to servers from this computer, and what became of it.
class TasksCommand : public TaskCommand
{
    Q_OBJECT
public:
    using TaskCommand::TaskCommand;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void list(int limit);
    void again(const std::optional<TaskPlan> &plan, const QString &nothing);
};

} // namespace Helmclaw
