// SPDX-License-Identifier: MIT
#pragma once

#include "tests/integration/ctl/CtlRunner.h"

#include <QTemporaryDir>

namespace Helmclaw {

/// helmclawctl with a fleet of the lab's real servers. Needs HELMCLAW_LAB, the lab's command (tests/run brings the lab
/// up and sets it).
class LabCtl
{
public:
    /// False when the lab is not up, or a server cannot be added. Sets XDG_DATA_HOME.
    [[nodiscard]] bool open(const QStringList &servers);

    /// @p arguments, and the fleet, ssh_config and known_hosts to use.
    [[nodiscard]] QStringList withFiles(const QStringList &arguments) const;
    [[nodiscard]] ProgramRun ctl(const QStringList &arguments, int seconds = 60) const;
    /// Lines of sh, as root inside the server, past SSH.
    ProgramRun inServer(const QString &server, const QString &lines) const;
    /// Whether they succeed; says what went wrong when not.
    [[nodiscard]] bool does(const QString &server, const QString &lines) const;
    [[nodiscard]] QString path(const QString &name) const { return m_dir.filePath(name); }
    [[nodiscard]] QString sshConfig() const { return m_sshConfig; }

    /// Of a run with --json, of its first server.
    static QString step(const ProgramRun &run, int number, const char *field = "state");
    static QString verdict(const ProgramRun &run);

private:
    QString m_lab = qEnvironmentVariable("HELMCLAW_LAB");
    QTemporaryDir m_dir;
    QString m_sshConfig;
};

} // namespace Helmclaw
