// SPDX-License-Identifier: MIT
#include "tests/integration/ctl/LabCtl.h"

#include <QDebug>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

bool LabCtl::open(const QStringList &servers)
{
    const ProgramRun path = runProgram(m_lab, { u"ssh-config"_s, u"--path"_s });
    m_sshConfig = QString::fromUtf8(path.out.trimmed());
    qputenv("XDG_DATA_HOME", m_dir.filePath(u"data"_s).toUtf8());
    bool added = path.exitCode == 0;
    for (const QString &server : servers)
        added = added && ctl({ u"servers"_s, u"add"_s, server, server }).exitCode == 0;
    return added;
}

QStringList LabCtl::withFiles(const QStringList &arguments) const
{
    return arguments + QStringList { u"--fleet"_s,       m_dir.filePath(u"fleet.json"_s),
                                     u"--ssh-config"_s,  m_sshConfig,
                                     u"--known-hosts"_s, m_dir.filePath(u"known_hosts"_s) };
}

ProgramRun LabCtl::ctl(const QStringList &arguments, int seconds) const
{
    return runProgram(QStringLiteral(HELMCLAWCTL), withFiles(arguments), {}, seconds);
}

ProgramRun LabCtl::inServer(const QString &server, const QString &lines) const
{
    return runProgram(m_lab, { u"exec"_s, server, u"--"_s, u"sh"_s, u"-c"_s, lines });
}

bool LabCtl::does(const QString &server, const QString &lines) const
{
    const ProgramRun run = inServer(server, lines);
    if (run.exitCode != 0)
        qWarning() << server << lines << run.exitCode << run.out << run.err;
    return run.exitCode == 0;
}

QString LabCtl::step(const ProgramRun &run, int number, const char *field)
{
    return run.json()["servers"_L1][0]["steps"_L1][number][QLatin1StringView(field)].toString();
}

QString LabCtl::verdict(const ProgramRun &run)
{
    return run.json()["verdicts"_L1][0]["verdict"_L1].toString();
}

} // namespace Helmclaw
