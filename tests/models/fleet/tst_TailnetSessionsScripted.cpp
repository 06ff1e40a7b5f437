// SPDX-License-Identifier: MIT
// Sessions with servers of a tailnet: a real sshd on loopback is the peer; tailscaled is scripted.
#include "models/fleet/ServerSessions.h"

#include "ssh/SshPool.h"
#include "tests/integration/ssh/SshdFixture.h"
#include "tests/support/ScriptedTailscaled.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Helmclaw::Test::ScriptedTailscaled;
using Helmclaw::Test::SshdFixture;

class tst_TailnetSessionsScripted : public QObject
{
    Q_OBJECT

    static QJsonObject tailnet(const QString &address = u"127.0.0.1"_s)
    {
        return ScriptedTailscaled::withPeer(ScriptedTailscaled::running(), u"h001"_s,
                                            { { u"TailscaleIPs"_s, QJsonArray { address } } });
    }
    QString add(const QString &name) const
    {
        Server server;
        server.name = name;
        server.host = u"h001.lab.internal"_s;
        server.port = m_sshd->port();
        server.user = m_sshd->user();
        server.identityFiles = { m_sshd->identityFile() };
        server.tailnet = { u"1"_s, server.host };
        const auto id = m_fleet->add(server);
        return id ? *id : QString();
    }
    /// Makes the last answer old.
    void forgetTailnet() const
    {
        TailnetOptions options;
        options.socket = m_daemon->socket();
        options.program = m_dir->filePath(u"missing"_s);
        m_sessions->tailnet()->setOptions(options);
    }
    Result<void> prepare(const QString &id)
    {
        std::optional<Result<void>> outcome;
        m_sessions->prepare(id, this, [&](const Result<void> &result) { outcome = result; });
        if (outcome)
            qFatal("answered from inside prepare()");
        if (!QTest::qWaitFor([&] { return outcome.has_value(); }, 60000))
            qFatal("no answer");
        return *outcome;
    }
    void waitFor(const QString &id, SessionState state)
    {
        QTRY_COMPARE_WITH_TIMEOUT(m_sessions->status(id).state, state, 60000);
    }

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<ScriptedTailscaled> m_daemon;
    std::unique_ptr<Fleet> m_fleet;
    std::unique_ptr<SshPool> m_pool;
    std::unique_ptr<ServerSessions> m_sessions;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString why = SshdFixture::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_daemon = std::make_unique<ScriptedTailscaled>();
        m_daemon->setStatus(tailnet());
        m_fleet = std::make_unique<Fleet>();
        QVERIFY(m_fleet->load(m_dir->filePath(u"fleet.json"_s)));
        QFile known(m_dir->filePath(u"known_hosts"_s)); // under the node's name, not its address
        QVERIFY(known.open(QIODevice::WriteOnly));
        known.write("[h001.lab.internal]:" + QByteArray::number(m_sshd->port()) + ' ' + m_sshd->hostKeyLine() + '\n');
        known.close();
        SshPoolOptions options;
        options.ownKnownHostsFile = known.fileName();
        m_pool = std::make_unique<SshPool>(options);
        m_sessions = std::make_unique<ServerSessions>(m_fleet.get(), m_pool.get());
        QFile config(m_dir->filePath(u"ssh_config"_s));
        QVERIFY(config.open(QIODevice::WriteOnly));
        m_sessions->setSshConfigFile(config.fileName());
        forgetTailnet();
    }
    void cleanup()
    {
        m_sessions.reset();
        m_pool.reset();
    }

    void manyServersAskOnce()
    {
        QStringList ids;
        for (int i = 0; i < 20; ++i)
            ids.append(add(u"s%1"_s.arg(i)));
        int prepared = 0;
        for (const QString &id : std::as_const(ids))
            m_sessions->prepare(id, this, [&](const Result<void> &result) { prepared += result ? 1 : 1000; });
        QTRY_COMPARE_WITH_TIMEOUT(prepared, 20, 60000);
        QCOMPARE(m_daemon->requests(), 1);
        m_sessions->connectServer(ids.first());
        waitFor(ids.first(), SessionState::Ready);
        QVERIFY(m_fleet->remove(ids.last()));
    }

    void whatIsWrongIsShownAndPasses()
    {
        const QString id = add(u"one"_s);
        m_daemon->setStatus(ScriptedTailscaled::recorded("status-stopped.json"));
        const auto refused = prepare(id);
        QVERIFY(!refused);
        QCOMPARE(refused.error().server, u"one"_s);
        QCOMPARE(m_sessions->status(id).state, SessionState::Failed);
        QVERIFY(m_sessions->status(id).error->what.startsWith(u"tailnet: "_s));
        // The next answer takes it back, without waiting for somebody to try again.
        m_daemon->setStatus(tailnet());
        QSignalSpy changed(m_sessions.get(), &ServerSessions::statusChanged);
        m_sessions->tailnet()->refresh();
        QTRY_COMPARE_WITH_TIMEOUT(m_sessions->status(id).state, SessionState::Off, 60000);
        QVERIFY(!changed.isEmpty());
        QVERIFY(prepare(id));
    }

    void whatIsNotTheTailnetsStays()
    {
        QFile config(m_sessions->sshConfigFile());
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("Foo bar\n");
        config.close();
        const QString id = add(u"one"_s);
        QVERIFY(!prepare(id));
        const auto error = m_sessions->status(id).error;
        QVERIFY(error && !error->what.startsWith(u"tailnet"_s));
        QSignalSpy answered(m_sessions->tailnet(), &Tailnet::changed);
        m_sessions->tailnet()->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(!answered.isEmpty(), 60000);
        QCOMPARE(m_sessions->status(id).error, error);
    }

    void aSessionThatLivesIsLeftAlone()
    {
        const QString id = add(u"one"_s);
        m_sessions->connectServer(id);
        waitFor(id, SessionState::Ready);
        const QDateTime since = m_sessions->status(id).since;
        m_daemon->stop(); // restarted or updated: sessions do not mind
        forgetTailnet();
        QVERIFY(prepare(id));
        QCOMPARE(m_sessions->status(id).state, SessionState::Ready);
        QCOMPARE(m_sessions->status(id).since, since);
        m_sessions->disconnectServer(id);
        waitFor(id, SessionState::Off);
        QVERIFY(!prepare(id));
    }

    void sshConfigLeadsElsewhere()
    {
        // "ssh h001.lab.internal" goes to 127.0.0.1 whatever the tailnet says, and so do we.
        QFile config(m_sessions->sshConfigFile());
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("Host h001.lab.internal\n HostName 127.0.0.1\n HostKeyAlias [h001.lab.internal]:"
                     + QByteArray::number(m_sshd->port()) + '\n');
        config.close();
        m_daemon->setStatus(tailnet(u"127.0.0.9"_s));
        const QString id = add(u"one"_s);
        m_sessions->connectServer(id);
        waitFor(id, SessionState::Ready);
    }
};

QTEST_GUILESS_MAIN(tst_TailnetSessionsScripted)
#include "tst_TailnetSessionsScripted.moc"
