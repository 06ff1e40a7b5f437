// SPDX-License-Identifier: MIT
// The web UI of the lab's real servers: user `ops` logs in, the gateway is user openclaw's systemd unit, nobody says
// where. Needs HELMCLAW_LAB, the lab's command (tests/run brings the lab up and sets it); without it: skipped, exit
// code 77.
#include "models/fleet/ServerSessions.h"
#include "models/gateway/LoopbackRequest.h"
#include "models/gateway/WebUiSessions.h"
#include "ssh/SshPool.h"

#include <QProcess>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QtTest>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;

class TestLabWebUi : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void findsAndSignsIn_data();
    void findsAndSignsIn();
    void aStoppedGatewayIsSaidToBeStopped();
    void whoMayNotReadTheConfigurationGetsInByHand();
    void cleanupTestCase();

private:
    static QByteArray lab(const QStringList &arguments)
    {
        QProcess process;
        process.start(qEnvironmentVariable("HELMCLAW_LAB"), arguments);
        if (!process.waitForFinished(180000))
            process.kill();
        if (process.exitCode() != 0)
            qWarning() << arguments << process.readAllStandardError();
        return process.readAllStandardOutput();
    }
    static void onServer(const QString &server, const QStringList &argv)
    {
        (void)lab(QStringList { u"exec"_s, server, u"--"_s } + argv);
    }
    static QByteArray fetch(const QUrl &url)
    {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), quint16(url.port()));
        socket.write("GET " + url.path().toLatin1() + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(url.port())
                     + "\r\nConnection: close\r\n\r\n");
        (void)QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::UnconnectedState; }, 20000);
        return socket.readAll();
    }
    QUrl open(const QString &server)
    {
        QSignalSpy ready(m_webUi.get(), &WebUiSessions::signInReady);
        QSignalSpy failed(m_webUi.get(), &WebUiSessions::openFailed);
        m_webUi->open(m_ids.value(server));
        (void)QTest::qWaitFor([&] { return !ready.isEmpty() || !failed.isEmpty(); }, 90000);
        return ready.isEmpty() ? QUrl() : ready.at(0).at(1).toUrl();
    }
    [[nodiscard]] WebUiStatus status(const QString &server) const { return m_webUi->status(m_ids.value(server)); }

    QTemporaryDir m_dir;
    Fleet m_fleet;
    std::unique_ptr<SshPool> m_pool;
    std::unique_ptr<ServerSessions> m_sessions;
    std::unique_ptr<WebUiSessions> m_webUi;
    QHash<QString, QString> m_ids;
};

void TestLabWebUi::initTestCase()
{
    const QString config = QString::fromUtf8(lab({ u"ssh-config"_s, u"--path"_s }).trimmed());
    QVERIFY(!config.isEmpty());
    QVERIFY(m_fleet.load(m_dir.filePath(u"fleet.json"_s)));
    SshPoolOptions options;
    options.ownKnownHostsFile = m_dir.filePath(u"known_hosts"_s);
    m_pool = std::make_unique<SshPool>(options);
    m_sessions = std::make_unique<ServerSessions>(&m_fleet, m_pool.get());
    m_sessions->setSshConfigFile(config);
    m_webUi = std::make_unique<WebUiSessions>(&m_fleet, m_sessions.get());
    for (const QString &name : { u"lab1"_s, u"lab2"_s }) {
        Server server;
        server.name = server.host = name;
        m_ids.insert(name, m_fleet.add(server).value());
    }
}

void TestLabWebUi::cleanupTestCase()
{
    m_webUi.reset();
}

void TestLabWebUi::findsAndSignsIn_data()
{
    QTest::addColumn<QString>("server");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("basePath");
    QTest::newRow("as installed") << u"lab1"_s << 18789 << u""_s;
    QTest::newRow("another port and path") << u"lab2"_s << 18900 << u"/openclaw"_s;
}

void TestLabWebUi::findsAndSignsIn()
{
    QFETCH(QString, server);
    QFETCH(int, port);
    QFETCH(QString, basePath);
    const QUrl url = open(server);
    const WebUiStatus now = status(server);
    QVERIFY2(!url.isEmpty(), now.error ? qPrintable(now.error->toString()) : "");
    QCOMPARE(now.state, WebUiState::Live);
    QVERIFY2(now.signInNote.isEmpty(), qPrintable(now.signInNote));
    QCOMPARE(int(now.gatewayPort), port);
    QCOMPARE(now.basePath, basePath);
    QVERIFY2(now.detail.contains(u"openclaw-gateway.service"_s), qPrintable(now.detail));
    QVERIFY(!now.gatewayVersion.isEmpty());
    const QByteArray answer = fetch(url);
    QVERIFY(answer.contains("\r\nLocation: http://127.0.0.1:" + QByteArray::number(now.localPort) + basePath.toLatin1()
                            + "/#token="));
    QVERIFY(fetch(m_webUi->plainUrl(m_ids.value(server))).contains("<openclaw-app"));
}

void TestLabWebUi::aStoppedGatewayIsSaidToBeStopped()
{
    m_webUi->close(m_ids.value(u"lab1"_s));
    const QString systemctl =
        u"XDG_RUNTIME_DIR=/run/user/$(id -u openclaw) setpriv --reuid=openclaw --regid=openclaw --init-groups systemctl --user %1 openclaw-gateway.service"_s;
    onServer(u"lab1"_s, { u"sh"_s, u"-c"_s, systemctl.arg(u"stop"_s) });
    const QUrl url = open(u"lab1"_s);
    const WebUiStatus stopped = status(u"lab1"_s);
    onServer(u"lab1"_s, { u"sh"_s, u"-c"_s, systemctl.arg(u"start"_s) });
    QVERIFY(url.isEmpty());
    QCOMPARE(stopped.state, WebUiState::Failed);
    QVERIFY(stopped.error);
    QVERIFY2(stopped.error->what.contains(u"does not run"_s), qPrintable(stopped.error->what));
    QVERIFY2(stopped.error->remedy.contains(u"systemctl --user start openclaw-gateway.service"_s),
             qPrintable(stopped.error->remedy));
    QVERIFY(QTest::qWaitFor([&] { return !open(u"lab1"_s).isEmpty(); }, 240000));
    QCOMPARE(status(u"lab1"_s).state, WebUiState::Live);
}

void TestLabWebUi::whoMayNotReadTheConfigurationGetsInByHand()
{
    QVERIFY(QTest::qWaitFor([&] { return !open(u"lab1"_s).isEmpty(); }, 240000)); // it may be starting
    m_webUi->close(m_ids.value(u"lab1"_s));
    onServer(u"lab1"_s, { u"mv"_s, u"/etc/sudoers.d/90-ops"_s, u"/root/90-ops"_s });
    const QUrl url = open(u"lab1"_s);
    const WebUiStatus now = status(u"lab1"_s);
    onServer(u"lab1"_s, { u"mv"_s, u"/root/90-ops"_s, u"/etc/sudoers.d/90-ops"_s });
    QVERIFY2(!url.isEmpty(), now.error ? qPrintable(now.error->toString()) : "");
    QCOMPARE(now.state, WebUiState::Live);
    QCOMPARE(url, m_webUi->plainUrl(m_ids.value(u"lab1"_s)));
    QVERIFY2(now.signInNote.contains(u"/home/openclaw/.openclaw/openclaw.json"_s), qPrintable(now.signInNote));
}

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("HELMCLAW_LAB")) {
        qInfo("SKIP: needs the lab of real servers (HELMCLAW_LAB); tests/run brings it up");
        return 77;
    }
    QCoreApplication app(argc, argv);
    TestLabWebUi test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_LabWebUi.moc"
