// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include "ssh/AgentRelay.h"
#include "tests/support/OwnProcess.h"

#include <QElapsedTimer>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// An ssh-agent that hangs, and servers that hang up while it does.
class tst_SshAgentTrouble : public QObject
{
    Q_OBJECT

private:
    /// A real agent that holds the user's key and answers nobody.
    void hang(SshTarget &target)
    {
        m_agent = std::make_unique<SshAgentFixture>();
        QVERIFY(m_agent->add(m_sshd->identityFile()));
        m_agent->pause();
        target.identityAgent = m_agent->socket();
    }

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<SshAgentFixture> m_agent;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
    }
    void init()
    {
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void cleanup()
    {
        m_agent.reset();
        m_sshd.reset();
    }

    void keysInFilesStillWork()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        hang(target);
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void withoutAnotherKeyItIsSaid()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        hang(target);
        target.identityFiles = { m_sshd->path(QStringLiteral("missing")) };
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("did not list its keys")),
                 qPrintable(reply->error()->what));
        // Nothing was offered, so nothing was refused: this must never count towards a ban.
        QVERIFY(!m_sshd->log().contains("Failed publickey"));
    }

    void aServerThatHangsUpMeanwhileIsNotHeardTwice()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        hang(target);
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state == SessionState::Auth; }));
        const auto before = cpuTime();
        m_sshd->kill(); // epoll tells a hang-up whether it was asked to or not, again and again
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        QVERIFY2(cpuTime() - before < std::chrono::seconds(AgentRelay::listDeadline) / 2, "the loop has been spinning");
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Failed);
    }
};

QTEST_GUILESS_MAIN(tst_SshAgentTrouble)
#include "tst_SshAgentTrouble.moc"
