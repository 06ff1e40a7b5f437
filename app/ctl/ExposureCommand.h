// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

#include <QHash>

namespace Helmclaw {

class ExposureProbe;

/// helmclawctl exposure [NAME…] [--json] [--probe]: who can reach which port of the servers, by one fresh probe of
/// each; with --probe tried from this computer, too.
class ExposureCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void probed(Console &console);
    void tryNext(Console &console);
    void report(const Console &console);

    QList<Server> m_servers;
    QList<Server> m_waiting; ///< to be tried from here
    QHash<QString, ExposureProbe *> m_probes; ///< by server id; children of this
    QHash<QString, QString> m_notTried; ///< server id → why
    bool m_json = false;
    bool m_probe = false;
};

} // namespace Helmclaw
