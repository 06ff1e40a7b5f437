// SPDX-License-Identifier: MIT
#include "WindowFixture.h"

#include "models/posture/CheckCatalogue.h"

#include <QDir>
#include <QFile>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>
#include <QTimer>

namespace Helmclaw::Test {

void WindowFixture::isolate()
{
    qputenv("QT_QPA_PLATFORM", qgetenv("QT_QPA_PLATFORM").isEmpty() ? "offscreen" : qgetenv("QT_QPA_PLATFORM"));
    static QTemporaryDir home;
    qputenv("HOME", QFile::encodeName(home.path()));
    qputenv("XDG_CONFIG_HOME", QFile::encodeName(home.filePath(QStringLiteral("config"))));
    qputenv("XDG_DATA_HOME", QFile::encodeName(home.filePath(QStringLiteral("data"))));
    QDir().mkpath(home.filePath(QStringLiteral("run")));
    QFile::setPermissions(home.filePath(QStringLiteral("run")), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(home.filePath(QStringLiteral("run"))));
    qunsetenv("SSH_AUTH_SOCK");
    QCoreApplication::setOrganizationName(QStringLiteral("helmclaw-test"));
    QCoreApplication::setApplicationName(QStringLiteral("helmclaw-test"));
}

WindowFixture::WindowFixture(Settings settings)
{
    if (settings == Settings::Fresh)
        QSettings().clear();
    QFile config(dir.filePath(QStringLiteral("ssh_config")));
    if (!config.open(QIODevice::WriteOnly))
        qFatal("no temporary file");
    config.close();
    SshPoolOptions options;
    options.ownKnownHostsFile = dir.filePath(QStringLiteral("known_hosts"));
    pool = std::make_unique<SshPool>(options);
    if (!fleet.load(dir.filePath(QStringLiteral("fleet.json"))))
        qFatal("no fleet file");
    sessions = std::make_unique<ServerSessions>(&fleet, pool.get());
    sessions->setSshConfigFile(config.fileName());
    refresher = std::make_unique<PostureRefresher>(sessions.get(), &posture);
    webUi = std::make_unique<WebUiSessions>(&fleet, sessions.get());
    tasks = std::make_unique<TaskManager>(sessions.get(), dir.filePath(QStringLiteral("tasks")));
}

WindowFixture::~WindowFixture()
{
    m_window.reset();
    tasks.reset();
    webUi.reset();
    refresher.reset();
    sessions.reset();
    pool.reset();
}

QString WindowFixture::addServer(const QString &name, const QStringList &tags, const QString &host, int port)
{
    Server server;
    server.name = name;
    server.host = host.isEmpty() ? name + QStringLiteral(".example.net") : host;
    server.port = port;
    server.tags = tags;
    const auto id = fleet.add(server);
    if (!id)
        qFatal("cannot add: %s", qPrintable(id.error().toString()));
    return *id;
}

void WindowFixture::giveResults(const QString &serverId, const QHash<QString, Verdict> &verdicts, bool withSudo,
                                const QDateTime &probedAt)
{
    QList<CheckResult> results;
    for (const CheckInfo &info : checkCatalogue()) {
        CheckResult result;
        result.checkId = info.id;
        result.verdict = verdicts.value(info.id, Verdict::Pass);
        result.summary = QStringLiteral("summary of %1").arg(info.id);
        result.evidence = { QStringLiteral("evidence of %1").arg(info.id) };
        if (result.verdict != Verdict::Pass)
            result.remedy = QStringLiteral("remedy of %1").arg(info.id);
        results.append(result);
    }
    posture.setResults(serverId, results, withSudo, probedAt);
}

MainWindow &WindowFixture::window()
{
    if (!m_window) {
        m_window = std::make_unique<MainWindow>(
            WindowModels { &fleet, sessions.get(), &posture, refresher.get(), webUi.get(), tasks.get(), keychain });
        m_window->setUrlOpener([this](const QUrl &url) {
            opened.append(url);
            return browserWorks;
        });
        m_window->show();
        if (!QTest::qWaitForWindowActive(m_window.get()))
            qFatal("the window does not become active");
    }
    return *m_window;
}

void WindowFixture::poll(std::function<bool()> tryIt)
{
    auto *timer = new QTimer(qApp);
    QObject::connect(timer, &QTimer::timeout, timer, [timer, tryIt = std::move(tryIt)] {
        // Stopped before the body: it may spin an event loop of its own.
        timer->stop();
        if (tryIt())
            timer->deleteLater();
        else
            timer->start();
    });
    timer->start(20);
}

} // namespace Helmclaw::Test
