// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

/// helmclawctl checks [NAME…] [--failing] [--json]: one fresh probe of each server, then a table: a row a check, a
/// column a server.
class ChecksCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void report(const Console &console);
    void writeTable(const QList<ServerPosture> &postures) const;
    [[nodiscard]] QJsonObject toJson(const QList<ServerPosture> &postures) const;
    /// Ids of the rows, in the catalogue's order; what only a server knows comes last.
    [[nodiscard]] QStringList rows(const QList<ServerPosture> &postures) const;

    QList<Server> m_servers;
    bool m_failing = false;
    bool m_json = false;
};

} // namespace Helmclaw
