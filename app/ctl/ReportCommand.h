// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

/// Probes servers and writes their posture to files.
class ReportCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void write(const Console &console, const QList<Server> &servers, const QString &title);

    QList<std::pair<QString, QString>> m_files; ///< format, file
};

} // namespace Helmclaw
