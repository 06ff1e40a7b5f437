// SPDX-License-Identifier: MIT
#include "JumpTest.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Host keys of jump hosts and of the servers behind them: nothing goes further than to a known one.
class tst_SshJumpHostKeys : public JumpTest
{
    Q_OBJECT

private Q_SLOTS:
    void anUnknownJumpHostKeyIsAskedForOnceByTheJumpHostsName()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 3; ++i) {
            SshTarget target = behind(QStringLiteral("srv%1").arg(i));
            target.jumpHosts.first().userKnownHostsFiles = { QStringLiteral("/dev/null") };
            test.pool->setTarget(target);
            replies.push_back(test.sh(QStringLiteral("true"), {}, target.serverId));
        }
        QVERIFY(PoolTest::until([&] { return asked.count() == 1; }));
        QTest::qWait(300);
        QCOMPARE(asked.count(), 1);
        const auto question = asked.first().first().value<HostKeyQuestion>();
        QCOMPARE(question.serverName, QStringLiteral("jump host bastion"));
        QCOMPARE(question.target, hop(*m_jump).toString());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv0")).state, SessionState::Connecting);
        QCOMPARE(m_inner->connections(), 0);
        QVERIFY2(m_jump->endedWithoutLogin(), m_jump->log().constData());
        test.pool->answerHostKey(question.id, true);
        for (const auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
        }
        QCOMPARE(asked.count(), 1);
    }

    void aRefusedJumpHostKeyEndsAllWhoWait()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        SshTarget target = behind();
        target.jumpHosts.first().userKnownHostsFiles = { QStringLiteral("/dev/null") };
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return asked.count() == 1; }));
        test.pool->answerHostKey(asked.first().first().value<HostKeyQuestion>().id, false);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::HostKeyUnknown);
        QVERIFY2(reply->error()->what.startsWith(QStringLiteral("jump host bastion (")),
                 qPrintable(reply->error()->what));
        QCOMPARE(m_inner->connections(), 0);
    }

    void aQuestionThatNoServerWaitsForIsClosed()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        QSignalSpy closed(test.pool.get(), &SshPool::hostKeyQuestionClosed);
        SshTarget target = behind();
        target.jumpHosts.first().userKnownHostsFiles = { QStringLiteral("/dev/null") };
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return asked.count() == 1; }));
        reply->abort();
        QVERIFY(PoolTest::until([&] { return closed.count() == 1; }));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Off);
    }

    void aChangedJumpHostKeyLetsNothingThrough()
    {
        PoolTest test;
        const SshTarget target = behind(); // pins the present key
        QVERIFY(m_jump->replaceHostKey());
        QVERIFY(m_jump->start());
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::HostKeyChanged);
        QVERIFY(reply->error()->what.startsWith(QStringLiteral("jump host bastion (")));
        QVERIFY2(m_jump->endedWithoutLogin(), m_jump->log().constData());
        QCOMPARE(m_inner->connections(), 0);
    }

    void aChangedInnerKeyIsTheInnerServers()
    {
        PoolTest test;
        const SshTarget target = behind();
        QVERIFY(m_inner->replaceHostKey());
        QVERIFY(m_inner->start());
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::HostKeyChanged);
        QVERIFY2(!reply->error()->what.contains(QStringLiteral("jump host")), qPrintable(reply->error()->what));
        QVERIFY2(m_inner->endedWithoutLogin(), m_inner->log().constData());
        QCOMPARE(m_jump->logins(), 1);
    }
};

QTEST_GUILESS_MAIN(tst_SshJumpHostKeys)
#include "tst_SshJumpHostKeys.moc"
