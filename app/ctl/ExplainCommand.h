// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"
#include "models/posture/Check.h"

namespace Helmclaw {

/// helmclawctl explain [CHECK [NAME…]] [--json]: what a check is and why it matters; of the named servers, after a
/// fresh probe, what it says, what it read and what to do.
class ExplainCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void list();
    void report(const Console &console);
    void writeText(const Console &console) const;
    [[nodiscard]] QJsonObject toJson(const Console &console) const;

    CheckInfo m_check;
    QList<Server> m_servers;
    bool m_json = false;
};

} // namespace Helmclaw
