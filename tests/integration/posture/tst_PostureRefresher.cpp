// SPDX-License-Identifier: MIT
// The refresher against a real sshd on loopback: this machine is the server that is probed.
#include "SshdFixture.h"
#include "models/fleet/ServerSessions.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureRefresher.h"
#include "models/posture/PostureStore.h"
#include "ssh/SshPool.h"

#include <QFile>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;
using Helmclaw::Test::SshdFixture;

class tst_PostureRefresher : public QObject
{
    Q_OBJECT

    /// Everything between the fleet file and the store, as the program composes it.
    struct House
    {
        explicit House(const QString &knownHosts)
        {
            // The fixture's pins are the only ones that ssh_config names.
            const QString config = dir.filePath(u"ssh_config"_qs);
            QFile file(config);
            if (file.open(QIODevice::WriteOnly))
                file.write("Host *\n  UserKnownHostsFile " + knownHosts.toUtf8() + "\n  IdentityAgent none\n");
            file.close();
            SshPoolOptions options;
            options.ownKnownHostsFile = dir.filePath(u"own/known_hosts"_qs);
            pool = std::make_unique<SshPool>(options);
            loaded = fleet.load(dir.filePath(u"fleet.json"_qs)).has_value();
            sessions = std::make_unique<ServerSessions>(&fleet, pool.get());
            sessions->setSshConfigFile(config);
            refresher = std::make_unique<PostureRefresher>(sessions.get(), &store);
        }
        QString add(const QString &name, const SshdFixture &sshd)
        {
            Server server;
            server.name = name;
            server.host = u"127.0.0.1"_qs;
            server.port = sshd.port();
            server.user = sshd.user();
            server.identityFiles = { sshd.identityFile() };
            return fleet.add(server).value();
        }
        bool refreshAndWait(const QStringList &ids)
        {
            QSignalSpy idle(refresher.get(), &PostureRefresher::idle);
            refresher->refresh(ids);
            return !idle.isEmpty() || idle.wait(90000);
        }
        QTemporaryDir dir;
        Fleet fleet;
        PostureStore store;
        std::unique_ptr<SshPool> pool;
        std::unique_ptr<ServerSessions> sessions;
        std::unique_ptr<PostureRefresher> refresher;
        bool loaded = false;
    };

private Q_SLOTS:
    void initTestCase()
    {
        const QString missing = SshdFixture::missing();
        if (!missing.isEmpty())
            QSKIP(qPrintable(missing));
    }

    void aRealServerIsProbedAndJudged()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        House house(sshd.knownHostsFile());
        QVERIFY(house.loaded);
        const QString id = house.add(u"here"_qs, sshd);
        QSignalSpy finished(house.refresher.get(), &PostureRefresher::serverFinished);
        const QDateTime before = QDateTime::currentDateTimeUtc();
        QVERIFY(house.refreshAndWait({ id, id }));
        QCOMPARE(finished.size(), 1);
        QCOMPARE(house.refresher->done(), 1);
        QCOMPARE(house.refresher->total(), 1);
        QVERIFY(!house.refresher->isRunning());

        const ServerPosture posture = house.store.posture(id);
        QVERIFY2(!posture.lastError, posture.lastError ? qPrintable(posture.lastError->toString()) : "");
        QVERIFY(!posture.refreshing);
        QVERIFY(posture.probedAt >= before);
        const QList<CheckInfo> catalogue = checkCatalogue();
        QCOMPARE(posture.results.size(), catalogue.size());
        for (qsizetype i = 0; i < catalogue.size(); ++i)
            QCOMPARE(posture.results.at(i).checkId, catalogue.at(i).id);
        // A machine without ufw must not be called protected.
        if (QStandardPaths::findExecutable(u"ufw"_qs, { u"/usr/sbin"_qs }).isEmpty())
            QCOMPARE(posture.find(u"firewall.active"_qs)->verdict, Verdict::Unknown);

        // A second one keeps "since".
        const QDateTime since = posture.results.first().since;
        QVERIFY(house.refreshAndWait({ id }));
        QCOMPARE(house.store.posture(id).results.first().since, since);
        QVERIFY(house.store.posture(id).probedAt > since);
    }

    void manyServersAFewAtATime()
    {
        SshdFixture sshd;
        sshd.addConfig(u"MaxStartups 100"_qs);
        QVERIFY(sshd.start());
        House house(sshd.knownHostsFile());
        house.refresher->setMaxConcurrent(2);
        QStringList ids;
        for (int i = 0; i < 6; ++i)
            ids.append(house.add(QStringLiteral("s%1").arg(i), sshd));
        QSignalSpy progress(house.refresher.get(), &PostureRefresher::progressChanged);
        int sessions = 0;
        bool bounded = true;
        connect(house.pool.get(), &SshPool::sessionStatusChanged, this,
                [&](const QString &, const SessionStatus &status) {
                    // A server's first session may only begin when all but one of those before it are finished.
                    if (status.state == SessionState::Connecting)
                        bounded = bounded && ++sessions - house.refresher->done() <= 2;
                });
        QVERIFY(house.refreshAndWait(ids));
        QCOMPARE(house.refresher->done(), 6);
        QCOMPARE(sessions, 6);
        QVERIFY(bounded);
        QVERIFY(progress.size() >= 6);
        for (const QString &id : std::as_const(ids))
            QVERIFY(!house.store.posture(id).lastError && !house.store.posture(id).results.isEmpty());
    }

    void anUnreachableServerIsAnErrorWithItsName()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        House house(sshd.knownHostsFile());
        const QString id = house.add(u"gone"_qs, sshd);
        QVERIFY(house.refreshAndWait({ id }));
        QVERIFY(!house.store.posture(id).lastError);
        const QDateTime probedAt = house.store.posture(id).probedAt;
        sshd.kill();
        house.sessions->disconnectServer(id);
        QVERIFY(house.refreshAndWait({ id }));
        const ServerPosture posture = house.store.posture(id);
        QVERIFY(posture.lastError);
        QCOMPARE(posture.lastError->code, ErrorCode::ConnectionRefused);
        QCOMPARE(posture.lastError->server, u"gone"_qs);
        QVERIFY(!posture.lastError->remedy.isEmpty());
        // What was known stays, and is marked as old.
        QVERIFY(!posture.results.isEmpty());
        QCOMPARE(posture.probedAt, probedAt);
        QVERIFY(posture.worst() >= Verdict::Unknown);
    }

    void aServerThatAnswersSomethingElseIsAnError_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("rubbish") << u"echo HELMCLAW-PROBE 1 0; exit 0"_qs << ErrorCode::BadServerData;
        QTest::newRow("silence") << u"exit 0"_qs << ErrorCode::BadServerData;
        QTest::newRow("refusal") << u"echo no such thing >&2; exit 1"_qs << ErrorCode::CommandFailed;
        QTest::newRow("without end") << u"head -c 20000000 /dev/zero | tr '\\0' A"_qs << ErrorCode::OutputTooLarge;
    }
    void aServerThatAnswersSomethingElseIsAnError()
    {
        QFETCH(QString, command);
        QFETCH(ErrorCode, code);
        SshdFixture sshd;
        sshd.addConfig(u"ForceCommand "_qs + command);
        QVERIFY(sshd.start());
        House house(sshd.knownHostsFile());
        const QString id = house.add(u"odd"_qs, sshd);
        QVERIFY(house.refreshAndWait({ id }));
        const ServerPosture posture = house.store.posture(id);
        QVERIFY(posture.lastError);
        QVERIFY2(posture.lastError->code == code, qPrintable(posture.lastError->toString()));
        QCOMPARE(posture.lastError->server, u"odd"_qs);
        QVERIFY(posture.results.isEmpty());
        QCOMPARE(posture.worst(), Verdict::Unknown);
    }

    void cancelEndsWhatRunsAndWhatWaits()
    {
        SshdFixture sshd;
        sshd.addConfig(u"ForceCommand sleep 300"_qs);
        QVERIFY(sshd.start());
        House house(sshd.knownHostsFile());
        house.refresher->setMaxConcurrent(1);
        const QStringList ids { house.add(u"a"_qs, sshd), house.add(u"b"_qs, sshd), house.add(u"c"_qs, sshd) };
        QSignalSpy idle(house.refresher.get(), &PostureRefresher::idle);
        house.refresher->refresh(ids);
        QVERIFY(house.refresher->isRunning());
        QTRY_COMPARE_WITH_TIMEOUT(house.pool->statistics().ready, 1, 30000);
        house.refresher->cancel();
        QCOMPARE(idle.size(), 1);
        QVERIFY(!house.refresher->isRunning());
        QCOMPARE(house.refresher->done(), 3);
        for (const QString &id : ids) {
            QVERIFY(!house.store.posture(id).refreshing);
            QCOMPARE(house.store.posture(id).lastError->code, ErrorCode::Cancelled);
        }
        // Nothing late arrives.
        QTest::qWait(300);
        QCOMPARE(idle.size(), 1);
        QCOMPARE(house.refresher->done(), 3);
    }

    void aServerThatIsRemovedIsForgotten()
    {
        SshdFixture sshd;
        sshd.addConfig(u"ForceCommand sleep 300"_qs);
        QVERIFY(sshd.start());
        House house(sshd.knownHostsFile());
        const QString id = house.add(u"a"_qs, sshd);
        QSignalSpy idle(house.refresher.get(), &PostureRefresher::idle);
        house.refresher->refresh({ id });
        QTRY_COMPARE_WITH_TIMEOUT(house.pool->statistics().ready, 1, 30000);
        QVERIFY(house.fleet.remove(id));
        QCOMPARE(idle.size(), 1);
        QVERIFY(!house.store.posture(id).lastError && !house.store.posture(id).refreshing);
        house.refresher->refresh({ id, u"nobody"_qs });
        QVERIFY(!house.refresher->isRunning());
    }

    void deletingItInTheMiddleIsSafe()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        for (const int milliseconds : { 0, 20, 100, 300 }) {
            House house(sshd.knownHostsFile());
            const QString id = house.add(u"a"_qs, sshd);
            house.refresher->refresh({ id });
            QTest::qWait(milliseconds);
            house.refresher.reset();
            QTest::qWait(50);
        }
    }
};

QTEST_GUILESS_MAIN(tst_PostureRefresher)
#include "tst_PostureRefresher.moc"
