// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/TaskCommand.h"
#include "models/tasks/FixPlanner.h"

namespace Helmclaw {

/// helmclawctl fix WHAT [NAME…]: probes, looks at what the fix must know, shows what would be done, does it once that
/// is confirmed, and probes again. The short forms unban, reboot and restart-gateway are the same with WHAT given.
class FixCommand : public TaskCommand
{
    Q_OBJECT
public:
    enum class Form { Fix, Unban, Reboot, RestartGateway };
    explicit FixCommand(Form form = Form::Fix)
        : m_form(form)
    {
    }
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

protected:
    void ended(const TaskRun &run) override;

private:
    struct Wanted ///< what the command line says
    {
        QString what; ///< a check or an action
        FixValues values;
        QStringList names;
    };
    [[nodiscard]] Result<Wanted> wanted(const QCommandLineParser &parser) const;
    [[nodiscard]] Result<FixRequest> requestOf(const Wanted &wanted) const;
    void list(bool json);
    void probed();
    void planned();
    void probedAgain(const TaskRun &run);

    Form m_form;
    FixRequest m_request;
    QStringList m_checkIds; ///< that must pass in the end
    QList<Server> m_servers;
    std::unique_ptr<FixPlanner> m_planner;
    bool m_serverFailed = false;
};

} // namespace Helmclaw
