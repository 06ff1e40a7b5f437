// SPDX-License-Identifier: MIT
#include "LabFleet.h"

#include "models/posture/CheckCatalogue.h"

#include <QProcess>
#include <QSignalSpy>

namespace Helmclaw {

LabFleet::LabFleet() = default;
LabFleet::~LabFleet()
{
    m_refresher.reset();
    m_sessions.reset();
    m_pool.reset();
}

LabFleet::Ran LabFleet::run(const QString &program, const QStringList &arguments, const QByteArray &input)
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(120000))
        process.kill();
    return { process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
             process.readAllStandardError() };
}

LabFleet::Ran LabFleet::lab(const QStringList &arguments, const QByteArray &input)
{
    return run(qEnvironmentVariable("HELMCLAW_LAB"), arguments, input);
}

LabFleet::Ran LabFleet::onServer(const QString &server, const QStringList &argv, const QByteArray &input)
{
    return lab(QStringList { QStringLiteral("exec"), server, QStringLiteral("--") } + argv, input);
}

bool LabFleet::succeeds(const QString &server, const QStringList &argv)
{
    const Ran ran = onServer(server, argv);
    if (ran.status != 0)
        qWarning() << server << argv << ran.status << ran.output << ran.errors;
    return ran.status == 0;
}

bool LabFleet::does(const QString &server, const QString &lines)
{
    return succeeds(server, { QStringLiteral("sh"), QStringLiteral("-ec"), lines });
}

bool LabFleet::open()
{
    const Ran path = lab({ QStringLiteral("ssh-config"), QStringLiteral("--path") });
    if (path.status != 0 || !m_fleet.load(m_dir.filePath(QStringLiteral("fleet.json"))))
        return false;
    m_sshConfig = QString::fromUtf8(path.output.trimmed());
    SshPoolOptions options;
    options.ownKnownHostsFile = m_dir.filePath(QStringLiteral("known_hosts"));
    m_pool = std::make_unique<SshPool>(options);
    m_sessions = std::make_unique<ServerSessions>(&m_fleet, m_pool.get());
    m_sessions->setSshConfigFile(m_sshConfig);
    m_refresher = std::make_unique<PostureRefresher>(m_sessions.get(), &m_store);
    for (int n = 1; n <= 5; ++n) {
        Server server;
        server.name = server.host = QStringLiteral("lab%1").arg(n);
        m_ids.insert(server.name, m_fleet.add(server).value());
    }
    return true;
}

ServerPosture LabFleet::refreshed(const QString &server)
{
    QSignalSpy idle(m_refresher.get(), &PostureRefresher::idle);
    m_refresher->refresh({ m_ids.value(server) });
    if (idle.isEmpty() && !idle.wait(90000))
        qWarning("%s: the refresh did not end", qPrintable(server));
    return posture(server);
}

ServerPosture LabFleet::posture(const QString &server) const
{
    return m_store.posture(m_ids.value(server));
}

QStringList LabFleet::servers() const
{
    QStringList names = m_ids.keys();
    names.sort();
    return names;
}

QString LabFleet::letters(const ServerPosture &posture)
{
    QString text;
    QString area;
    for (const CheckResult &result : posture.results) {
        const QString its = checkInfo(result.checkId).area;
        if (its != area)
            text += (text.isEmpty() ? its : u' ' + its) + u':';
        area = its;
        text += QStringLiteral("-P?WF").at(int(result.verdict));
    }
    return posture.lastError ? posture.lastError->toString() : text;
}

} // namespace Helmclaw
