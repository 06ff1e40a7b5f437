// SPDX-License-Identifier: MIT
#include "models/fleet/ServerSessions.h"

#include "models/fleet/SshSettings.h"
#include "ssh/SshPool.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <optional>

using namespace Helmclaw;

class tst_ServerSessions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void labelsEveryState();
    void obstacles();
    void preparesATarget();
    void answersLaterAndOnlyOnce();
    void refusesUnknownServers();
    void tellsWhatIsWrongWithTheConfiguration();
    void refusesWhatWouldTrustMore();
    void followsJumpHosts();
    void theEntrysJumpHostGoesOverSshConfig();
    void aCircleOfJumpHosts();
    void asksSshOnlyWhenSomethingChanged();
    void forgetsCallersThatDied();
    void followsTheFleet();
    void removalAnswersWaitingCallers();
    void changeOfHostWhileAsking();
    void reloadOfTheFleet();
    void connectsWhereSshWould();
    void fleetEntryGoesOverSshConfig();
    void disconnectTakesConnectBack();

private:
    void writeConfig(const QByteArray &content)
    {
        QFile target(m_folder->filePath(QStringLiteral("config")));
        QVERIFY(target.open(QIODevice::WriteOnly));
        target.write(content);
    }
    QString add(const QString &name, const QString &host)
    {
        Server server;
        server.name = name;
        server.host = host;
        const auto id = m_fleet->add(server);
        return id ? *id : QString();
    }
    Result<void> prepared(const QString &id)
    {
        std::optional<Result<void>> outcome;
        m_sessions->prepare(id, this, [&](const Result<void> &result) { outcome = result; });
        if (outcome)
            return failure(ErrorCode::Internal, QStringLiteral("answered from inside prepare()"));
        QElapsedTimer timer;
        timer.start();
        while (!outcome && timer.elapsed() < 20000)
            QTest::qWait(5);
        return outcome.value_or(failure(ErrorCode::Internal, QStringLiteral("no answer")));
    }
    /// How often "ssh -G" ran, when the configuration counts it.
    qint64 runs() const { return QFile(m_folder->filePath(QStringLiteral("runs"))).size(); }
    QByteArray countRuns() const
    {
        return "Match exec \"printf x >> " + QFile::encodeName(m_folder->filePath(QStringLiteral("runs"))) + "\"\n";
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Fleet> m_fleet;
    std::unique_ptr<SshPool> m_pool;
    std::unique_ptr<ServerSessions> m_sessions;
};

void tst_ServerSessions::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_fleet = std::make_unique<Fleet>();
    QVERIFY(m_fleet->load(m_folder->filePath(QStringLiteral("fleet.json"))));
    SshPoolOptions options;
    options.ownKnownHostsFile = m_folder->filePath(QStringLiteral("known_hosts"));
    m_pool = std::make_unique<SshPool>(options);
    m_sessions = std::make_unique<ServerSessions>(m_fleet.get(), m_pool.get());
    m_sessions->setSshConfigFile(m_folder->filePath(QStringLiteral("config")));
    writeConfig("");
}

void tst_ServerSessions::cleanup()
{
    m_sessions.reset();
    m_pool.reset();
    m_fleet.reset();
}

void tst_ServerSessions::labelsEveryState()
{
    QStringList labels;
    for (int state = 0; state <= int(SessionState::Failed); ++state)
        labels.append(sessionStateLabel(SessionState(state)));
    QVERIFY(!labels.contains(QString()));
    QCOMPARE(labels.removeDuplicates(), 0);

    SessionStatus status;
    status.state = SessionState::Connecting;
    status.via = QStringLiteral("one, two");
    QCOMPARE(sessionStateLabel(status), QStringLiteral("Connecting (via one, two)"));
}

void tst_ServerSessions::obstacles()
{
    QList<SshConfigRemark> remarks;
    QVERIFY(!sshObstacle(QStringLiteral("h"), remarks));
    remarks.append({ QStringLiteral("SetEnv"), QStringLiteral("A=b"), SshConfigRemark::Weight::NotHonoured, {} });
    QVERIFY(!sshObstacle(QStringLiteral("h"), remarks));
    remarks.append({ QStringLiteral("RevokedHostKeys"), QStringLiteral("/x"), SshConfigRemark::Weight::Refused,
                     QStringLiteral("why") });
    const auto obstacle = sshObstacle(QStringLiteral("h"), remarks);
    QVERIFY(obstacle);
    QCOMPARE(obstacle->code, ErrorCode::Unsupported);
    QVERIFY2(obstacle->what.contains(QStringLiteral("RevokedHostKeys"))
                 && obstacle->what.contains(QStringLiteral("\"h\"")),
             qPrintable(obstacle->what));
    QVERIFY(!obstacle->remedy.isEmpty());
}

void tst_ServerSessions::preparesATarget()
{
    const QString id = add(QStringLiteral("web"), QStringLiteral("web.example"));
    QVERIFY(!m_pool->hasTarget(id));
    const auto outcome = prepared(id);
    QVERIFY2(outcome, qPrintable(outcome ? QString() : outcome.error().toString()));
    QVERIFY(m_pool->hasTarget(id));
    QCOMPARE(m_sessions->status(id).state, SessionState::Off);
    QCOMPARE(m_sessions->pool(), m_pool.get());
    QCOMPARE(m_sessions->fleet(), m_fleet.get());
}

void tst_ServerSessions::answersLaterAndOnlyOnce()
{
    const QString id = add(QStringLiteral("web"), QStringLiteral("web.example"));
    int answers = 0;
    for (int i = 0; i < 5; ++i)
        m_sessions->prepare(id, this, [&](const Result<void> &) { ++answers; });
    QCOMPARE(answers, 0);
    QTRY_COMPARE_WITH_TIMEOUT(answers, 5, 20000);
    m_sessions->prepare(id, this, [&](const Result<void> &) { ++answers; }); // now from memory
    QCOMPARE(answers, 5);
    QTRY_COMPARE(answers, 6);
    QTest::qWait(50);
    QCOMPARE(answers, 6);
}

void tst_ServerSessions::refusesUnknownServers()
{
    const auto outcome = prepared(QStringLiteral("nobody"));
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::InvalidInput);
    QCOMPARE(m_sessions->status(QStringLiteral("nobody")).state, SessionState::Off);
}

void tst_ServerSessions::tellsWhatIsWrongWithTheConfiguration()
{
    writeConfig("Foo bar\n");
    const QString id = add(QStringLiteral("web"), QStringLiteral("web.example"));
    QSignalSpy changed(m_sessions.get(), &ServerSessions::statusChanged);
    const auto outcome = prepared(id);
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::InvalidInput);
    QCOMPARE(outcome.error().server, QStringLiteral("web"));
    QVERIFY(!m_pool->hasTarget(id));
    QCOMPARE(m_sessions->status(id).state, SessionState::Failed);
    QCOMPARE(m_sessions->status(id).error, std::optional(outcome.error()));
    QVERIFY(m_sessions->status(id).since.isValid());
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.at(0).at(0).toString(), id);

    writeConfig("");
    QVERIFY(prepared(id));
    QCOMPARE(m_sessions->status(id).state, SessionState::Off);
    QCOMPARE(changed.size(), 2);
}

void tst_ServerSessions::refusesWhatWouldTrustMore()
{
    writeConfig("Host web\n  RevokedHostKeys /etc/ssh/revoked\n");
    const QString id = add(QStringLiteral("w"), QStringLiteral("web"));
    for (int round = 0; round < 2; ++round) { // the second time from memory
        const auto outcome = prepared(id);
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, ErrorCode::Unsupported);
        QCOMPARE(outcome.error().server, QStringLiteral("w"));
        QVERIFY(outcome.error().what.contains(QStringLiteral("RevokedHostKeys")));
        QVERIFY(!m_pool->hasTarget(id));
        QCOMPARE(m_sessions->status(id).state, SessionState::Failed);
    }
}

void tst_ServerSessions::followsJumpHosts()
{
    writeConfig("Host web\n  ProxyJump first,ops@second:2201\nHost first\n  ProxyJump outer\n  HostName 10.0.0.1\n"
                "Host second\n  HostName 10.0.0.2\n  ProxyJump nobody\n  ForwardAgent yes\n"
                "Host outer\n  HostName 10.0.0.3\n  User edge\n  ProxyCommand nc %h %p\n");
    const QString id = add(QStringLiteral("w"), QStringLiteral("web"));
    const auto outcome = prepared(id);
    QVERIFY2(outcome, qPrintable(outcome ? QString() : outcome.error().toString()));
    const auto target = m_sessions->target(id);
    QVERIFY(target);
    QCOMPARE(target->via(), QStringLiteral("outer, first, second"));
    QCOMPARE(target->jumpHosts.at(0).user, QStringLiteral("edge"));
    QCOMPARE(target->jumpHosts.at(0).proxyCommand.value(2), QStringLiteral("exec nc 10.0.0.3 22"));
    QCOMPARE(target->jumpHosts.at(1).host, QStringLiteral("10.0.0.1"));
    QVERIFY(target->jumpHosts.at(1).proxyCommand.isEmpty());
    QCOMPARE(target->jumpHosts.at(2).toString(), QStringLiteral("ops@10.0.0.2:2201"));
    QVERIFY(target->proxyCommand.isEmpty());
    const auto remarks = m_sessions->sshRemarks(id);
    QCOMPARE(remarks.size(), 1);
    QCOMPARE(remarks.first().keyword, QStringLiteral("jump host second: ForwardAgent"));
}

void tst_ServerSessions::theEntrysJumpHostGoesOverSshConfig()
{
    writeConfig("Host web\n  ProxyJump first\nHost mine\n  HostName 10.0.0.9\n");
    const QString id = add(QStringLiteral("w"), QStringLiteral("web"));
    Server server = *m_fleet->byId(id);
    for (const auto &[jump, via] :
         { std::pair { "me@mine:2200", "mine" }, std::pair { "none", "" }, std::pair { "", "first" } }) {
        server.proxyJump = QString::fromLatin1(jump);
        QVERIFY(m_fleet->update(server) || server == *m_fleet->byId(id));
        QVERIFY(prepared(id));
        QCOMPARE(m_sessions->target(id)->via(), QString::fromLatin1(via));
    }
}

void tst_ServerSessions::aCircleOfJumpHosts()
{
    writeConfig("Host a\n  ProxyJump b\nHost b\n  ProxyJump c\nHost c\n  ProxyJump a\n");
    const auto outcome = prepared(add(QStringLiteral("w"), QStringLiteral("a")));
    QVERIFY(!outcome);
    QCOMPARE(outcome.error().code, ErrorCode::InvalidInput);
    QVERIFY2(outcome.error().what.contains(QStringLiteral("circle"))
                 && outcome.error().what.contains(QStringLiteral("c")),
             qPrintable(outcome.error().what));
}

void tst_ServerSessions::asksSshOnlyWhenSomethingChanged()
{
    writeConfig(countRuns() + "  Compression no\n");
    const QString id = add(QStringLiteral("web"), QStringLiteral("web.example"));
    QVERIFY(prepared(id));
    QCOMPARE(runs(), 1);
    QVERIFY(prepared(id));
    Server server = *m_fleet->byId(id);
    server.name = QStringLiteral("renamed");
    QVERIFY(m_fleet->update(server));
    QVERIFY(prepared(id));
    QCOMPARE(runs(), 1);

    writeConfig(countRuns() + "  Compression yes\n  User other\n");
    QVERIFY(prepared(id));
    QCOMPARE(runs(), 2);

    server.host = QStringLiteral("elsewhere.example");
    QVERIFY(m_fleet->update(server));
    QVERIFY(prepared(id));
    QCOMPARE(runs(), 3);

    server.port = 2222; // "Match" may look at it
    QVERIFY(m_fleet->update(server));
    QVERIFY(prepared(id));
    QCOMPARE(runs(), 4);
    QCOMPARE(m_sessions->target(id)->port, quint16(2222));
}

void tst_ServerSessions::forgetsCallersThatDied()
{
    const QString id = add(QStringLiteral("web"), QStringLiteral("web.example"));
    bool called = false;
    for (int round = 0; round < 2; ++round) { // the second time from memory
        auto context = std::make_unique<QObject>();
        m_sessions->prepare(id, context.get(), [&](const Result<void> &) { called = true; });
        context.reset();
        QVERIFY(prepared(id));
        QTest::qWait(20);
    }
    QVERIFY(!called);
}

void tst_ServerSessions::followsTheFleet()
{
    const QString id = add(QStringLiteral("web"), QStringLiteral("web.example"));
    QVERIFY(prepared(id));
    Server server = *m_fleet->byId(id);
    server.tags = QStringList { QStringLiteral("x") };
    server.port = 2200;
    QVERIFY(m_fleet->update(server));
    QVERIFY(m_pool->hasTarget(id));
    server.host = QStringLiteral("other.example");
    QVERIFY(m_fleet->update(server));
    QVERIFY(!m_pool->hasTarget(id)); // not a moment longer: it led to another machine
    QVERIFY(prepared(id));
    QVERIFY(m_pool->hasTarget(id));
    QVERIFY(m_fleet->remove(id));
    QVERIFY(!m_pool->hasTarget(id));
    QCOMPARE(m_sessions->status(id), SessionStatus {});
}

void tst_ServerSessions::removalAnswersWaitingCallers()
{
    const QString id = add(QStringLiteral("web"), QStringLiteral("web.example"));
    std::optional<Result<void>> outcome;
    m_sessions->prepare(id, this, [&](const Result<void> &result) { outcome = result; });
    QVERIFY(m_fleet->remove(id));
    QVERIFY(!outcome);
    QTRY_VERIFY(outcome);
    QVERIFY(!*outcome);
    QCOMPARE(outcome->error().code, ErrorCode::Cancelled);
    QTest::qWait(100);
    QVERIFY(!m_pool->hasTarget(id));
}

void tst_ServerSessions::changeOfHostWhileAsking()
{
    writeConfig("Host bad\n  RevokedHostKeys /x\nHost good\n  HostName good.example\n");
    const QString id = add(QStringLiteral("web"), QStringLiteral("bad"));
    std::optional<Result<void>> outcome;
    m_sessions->prepare(id, this, [&](const Result<void> &result) { outcome = result; });
    Server server = *m_fleet->byId(id);
    server.host = QStringLiteral("good");
    QVERIFY(m_fleet->update(server));
    QTRY_VERIFY_WITH_TIMEOUT(outcome, 20000);
    QVERIFY(*outcome); // of the new host, not of the old one
}

void tst_ServerSessions::reloadOfTheFleet()
{
    const QString kept = add(QStringLiteral("kept"), QStringLiteral("kept.example"));
    const QString gone = add(QStringLiteral("gone"), QStringLiteral("gone.example"));
    QVERIFY(prepared(kept));
    QVERIFY(prepared(gone));
    Fleet other;
    QVERIFY(other.load(m_fleet->file()));
    QVERIFY(other.remove(gone));
    QVERIFY(m_fleet->load(m_fleet->file()));
    QVERIFY(m_pool->hasTarget(kept));
    QVERIFY(!m_pool->hasTarget(gone));
}

void tst_ServerSessions::connectsWhereSshWould()
{
    QTcpServer listener;
    QVERIFY(listener.listen(QHostAddress::LocalHost));
    writeConfig("Host web\n  HostName 127.0.0.1\n  Port " + QByteArray::number(listener.serverPort()) + '\n');
    const QString id = add(QStringLiteral("w"), QStringLiteral("web"));
    m_sessions->connectServer(id);
    QVERIFY(listener.waitForNewConnection(1)
            || QTest::qWaitFor([&] { return listener.hasPendingConnections(); }, 20000));
    const std::unique_ptr<QTcpSocket> peer(listener.nextPendingConnection());
    QVERIFY(QTest::qWaitFor([&] { return peer->bytesAvailable() > 4; }, 10000));
    QVERIFY(peer->readAll().startsWith("SSH-2.0-"));
    m_sessions->disconnectServer(id);
    QTRY_COMPARE(m_sessions->status(id).state, SessionState::Off);
}

void tst_ServerSessions::fleetEntryGoesOverSshConfig()
{
    QTcpServer listener;
    QVERIFY(listener.listen(QHostAddress::LocalHost));
    writeConfig("Host web\n  HostName 127.0.0.1\n  Port 1\n");
    const QString id = add(QStringLiteral("w"), QStringLiteral("web"));
    Server server = *m_fleet->byId(id);
    server.port = listener.serverPort();
    QVERIFY(m_fleet->update(server));
    m_sessions->connectServer(id);
    QVERIFY(QTest::qWaitFor([&] { return listener.hasPendingConnections(); }, 20000));
}

void tst_ServerSessions::disconnectTakesConnectBack()
{
    QTcpServer listener;
    QVERIFY(listener.listen(QHostAddress::LocalHost));
    writeConfig("Host web\n  HostName 127.0.0.1\n  Port " + QByteArray::number(listener.serverPort()) + '\n');
    const QString id = add(QStringLiteral("w"), QStringLiteral("web"));
    m_sessions->connectServer(id);
    m_sessions->disconnectServer(id); // while ssh is still being asked
    QVERIFY(prepared(id));
    QTest::qWait(200);
    QVERIFY(!listener.hasPendingConnections());
    QCOMPARE(m_sessions->status(id).state, SessionState::Off);
}

QTEST_GUILESS_MAIN(tst_ServerSessions)
#include "tst_ServerSessions.moc"
