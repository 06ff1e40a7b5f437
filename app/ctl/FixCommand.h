// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/TaskCommand.h"

namespace Helmclaw {

/// helmclawctl fix CHECK [NAME…]: probes, shows what would be done, does it once that is confirmed, and probes again.
class FixCommand : public TaskCommand
{
    Q_OBJECT
public:
    using TaskCommand::TaskCommand;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

protected:
    void ended(const TaskRun &run) override;

private:
    void probed();
    void probedAgain();

    QString m_checkId;
    QList<Server> m_servers;
    bool m_serverFailed = false;
};

} // namespace Helmclaw
