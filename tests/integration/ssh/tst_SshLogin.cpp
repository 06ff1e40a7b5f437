// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include "tests/support/Files.h"

#include <QElapsedTimer>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Host keys and authentication against a real sshd, judged by sshd's own log: what it has not logged was not sent.
class tst_SshLogin : public QObject
{
    Q_OBJECT

private:
    static bool authenticationSeen(const SshdFixture &sshd) { return sshd.log().contains("userauth-request"); }
    static qsizetype keyOffers(const SshdFixture &sshd) { return sshd.log().count(" method publickey"); }
    static SshTarget unpinned(const SshdFixture &sshd)
    {
        SshTarget target = sshd.target();
        target.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        return target;
    }

    std::unique_ptr<SshdFixture> m_sshd;

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
    void cleanup() { m_sshd.reset(); }

    void unknownKeyIsAskedForOnceAndPinned()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        QSignalSpy closed(test.pool.get(), &SshPool::hostKeyQuestionClosed);
        test.pool->setTarget(unpinned(*m_sshd));
        auto first = test.sh(QStringLiteral("echo 1"));
        auto second = test.sh(QStringLiteral("echo 2"));
        QVERIFY(PoolTest::until([&] { return asked.count() == 1; }));
        auto third = test.sh(QStringLiteral("echo 3"));
        QTest::qWait(300);
        QCOMPARE(asked.count(), 1);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::HostKey);
        const auto question = asked.first().first().value<HostKeyQuestion>();
        QCOMPARE(question.key.algorithm, QByteArray("ssh-ed25519"));
        QCOMPARE(question.knownHostsName, QStringLiteral("[127.0.0.1]:%1").arg(m_sshd->port()));
        const auto shown = SshdFixture::run(QStringLiteral("/usr/bin/ssh-keygen"),
                                            { QStringLiteral("-lf"), m_sshd->path(QStringLiteral("host_key.pub")) });
        QVERIFY(shown && shown->contains(question.key.fingerprint().toLatin1()));

        test.pool->answerHostKey(question.id, true);
        for (auto *reply : { first.get(), second.get(), third.get() }) {
            QVERIFY(PoolTest::wait(reply));
            VERIFY_SUCCESS(reply);
        }
        QCOMPARE(closed.count(), 1);
        // ssh-keygen finds the pinned key under the name.
        const auto found = SshdFixture::run(
            QStringLiteral("/usr/bin/ssh-keygen"),
            { QStringLiteral("-F"), question.knownHostsName, QStringLiteral("-f"), test.ownKnownHosts() });
        QVERIFY(found && found->contains(m_sshd->hostKeyLine()));

        test.pool->closeSession(QStringLiteral("srv"));
        auto again = test.sh(QStringLiteral("echo 4"));
        QVERIFY(PoolTest::wait(again.get()));
        VERIFY_SUCCESS(again);
        QCOMPARE(asked.count(), 1);
    }

    void refusedKey()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        test.pool->setTarget(unpinned(*m_sshd));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return asked.count() == 1; }));
        test.pool->answerHostKey(asked.first().first().value<HostKeyQuestion>().id, false);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyUnknown);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
        QVERIFY(!QFile::exists(test.ownKnownHosts()));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Failed);
    }

    void withNobodyToAskTheReasonIsTold()
    {
        PoolTest test;
        test.pool->setTarget(unpinned(*m_sshd));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get(), 10000));
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyUnknown);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void aQuestionThatNobodyWaitsForIsClosed()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        QSignalSpy closed(test.pool.get(), &SshPool::hostKeyQuestionClosed);
        test.pool->setTarget(unpinned(*m_sshd));
        ExecOptions options;
        options.deadline = 3s;
        auto reply = test.sh(QStringLiteral("true"), options);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::DeadlineExceeded);
        QCOMPARE(asked.count(), 1);
        QVERIFY(PoolTest::until([&] { return closed.count() == 1; }));
        // A late yes does nothing.
        test.pool->answerHostKey(asked.first().first().value<HostKeyQuestion>().id, true);
        QTest::qWait(300);
        QVERIFY(!QFile::exists(test.ownKnownHosts()));
    }

    void aChangedKeyGetsNoByteOfAuthentication()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        const SshTarget target = m_sshd->target(); // pins the present key
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyChanged);
        QVERIFY(reply->error()->what.contains(target.userKnownHostsFiles.first() + QStringLiteral(":1")));
        QCOMPARE(asked.count(), 0);
        // The key exchange was finished, and then nothing came: neither a request for the service nor a user's name.
        // ssh does not even finish it.
        QVERIFY(onOpenSsh() || PoolTest::until([&] { return m_sshd->log().contains("KEX done"); }));
        QTest::qWait(300);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());

        // The same log does show a login when there is one.
        test.pool->setTarget(m_sshd->target());
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
        QVERIFY(authenticationSeen(*m_sshd));
    }

    void aKeyThatChangesBetweenQuestionAndAnswerIsRefused()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        test.pool->setTarget(unpinned(*m_sshd));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return asked.count() == 1; }));
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        test.pool->answerHostKey(asked.first().first().value<HostKeyQuestion>().id, true);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyChanged);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
        QVERIFY(!QFile::exists(test.ownKnownHosts()));
    }

    void marks_data()
    {
        QTest::addColumn<QByteArray>("mark");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("revoked") << QByteArray("@revoked ") << ErrorCode::HostKeyRevoked;
        QTest::newRow("authority only") << QByteArray("@cert-authority ") << ErrorCode::Unsupported;
    }
    void marks()
    {
        QFETCH(QByteArray, mark);
        QFETCH(ErrorCode, code);
        PoolTest test;
        SshTarget target = m_sshd->target();
        const QString file = m_sshd->path(QStringLiteral("marked"));
        QVERIFY(writeFile(file, mark + "* " + m_sshd->hostKeyLine() + '\n'));
        target.userKnownHostsFiles += file;
        if (code == ErrorCode::Unsupported)
            target.userKnownHostsFiles = { file };
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), code);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void aPinnedKeyTypeIsAskedFor()
    {
        // The server has two keys and only the RSA one is pinned: it must be the one that is compared.
        SshdFixture sshd;
        QVERIFY(!sshd.makeKey(QStringLiteral("host_rsa"), {}, QStringLiteral("rsa")).isEmpty());
        sshd.addConfig(QStringLiteral("HostKey ") + sshd.path(QStringLiteral("host_rsa")));
        QVERIFY(sshd.start());
        QFile key(sshd.path(QStringLiteral("host_rsa.pub")));
        QVERIFY(key.open(QIODevice::ReadOnly));
        SshTarget target = sshd.target();
        QVERIFY(writeFile(target.userKnownHostsFiles.first(),
                          QStringLiteral("[127.0.0.1]:%1 ").arg(sshd.port()).toLatin1() + key.readAll()));
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void identityFileTypes_data()
    {
        QTest::addColumn<QString>("type");
        QTest::newRow("rsa") << QStringLiteral("rsa");
        QTest::newRow("ecdsa") << QStringLiteral("ecdsa");
    }
    void identityFileTypes()
    {
        QFETCH(QString, type);
        SshTarget target = m_sshd->target();
        target.identityFiles = { m_sshd->makeKey(QStringLiteral("other"), {}, type) };
        QFile key(target.identityFiles.first() + QStringLiteral(".pub"));
        QVERIFY(key.open(QIODevice::ReadOnly));
        QVERIFY(writeFile(m_sshd->path(QStringLiteral("authorized_keys")), key.readAll()));
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void agentKey()
    {
        SshAgentFixture agent;
        QVERIFY(agent.add(m_sshd->identityFile()));
        SshTarget target = m_sshd->target();
        target.identityFiles = { m_sshd->path(QStringLiteral("none")) };
        target.identitiesOnly = false;
        target.identityAgent = agent.socket();
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(
            test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy.startsWith(QLatin1String("agent key SHA")));
    }

    void aNamedAgentKeyComesFirstAndTheGoodOneIsRemembered()
    {
        SshAgentFixture agent;
        for (int i = 0; i < 5; ++i)
            QVERIFY(agent.add(m_sshd->makeKey(QStringLiteral("wrong%1").arg(i))));
        QVERIFY(agent.add(m_sshd->identityFile()));
        SshTarget target = m_sshd->target();
        target.identityAgent = agent.socket();
        PoolTest test;
        test.pool->setTarget(target);
        for (int login = 1; login <= 2; ++login) {
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QVERIFY(!m_sshd->log().contains("Failed publickey"));
            test.pool->closeSession(QStringLiteral("srv"));
        }
        // The second login knew its key: it did not ask for the methods first, as ssh always does.
        QCOMPARE(m_sshd->log().count(" method none"), onOpenSsh() ? 2 : 1);
    }

    void identitiesOnlyHidesOtherAgentKeys()
    {
        SshAgentFixture agent;
        QVERIFY(agent.add(m_sshd->identityFile()));
        SshTarget target = m_sshd->target();
        target.identityFiles = { m_sshd->makeKey(QStringLiteral("wrong")) };
        target.identityAgent = agent.socket();
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QCOMPARE(keyOffers(*m_sshd), 1);
    }

    void wrongKeysStopAtTheLimit()
    {
        SshAgentFixture agent;
        for (int i = 0; i < 6; ++i)
            QVERIFY(agent.add(m_sshd->makeKey(QStringLiteral("wrong%1").arg(i))));
        SshTarget target = m_sshd->target();
        target.identityFiles = {};
        target.identitiesOnly = false;
        target.identityAgent = agent.socket();
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("SHA256:")), qPrintable(reply->error()->toString()));
        const qsizetype offers = keyOffers(*m_sshd);
        QVERIFY2(offers == 3 || (onOpenSsh() && offers == 4),
                 QByteArray::number(offers).constData()); // stopped at the fourth
    }

    void anEncryptedKeyIsNamed()
    {
        if (onOpenSsh())
            QSKIP("ssh offers a key by its public half, and this server does not want it (see tst_SshBackend)");
        SshTarget target = m_sshd->target();
        target.identityFiles = { m_sshd->makeKey(QStringLiteral("locked"), QStringLiteral("a passphrase")) };
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY(reply->error()->remedy.contains(QStringLiteral("ssh-add ") + target.identityFiles.first()));
        QCOMPARE(keyOffers(*m_sshd), 0);
    }

    void anAgentThatWaitsForItsUserHoldsNobodyUp()
    {
        SshAgentFixture agent;
        QVERIFY(agent.add(m_sshd->identityFile()));
        SshPoolOptions options;
        options.authDeadline = 2s;
        PoolTest test(options);
        // The agent's process is stopped: it accepts, and never answers.
        agent.pause();
        for (int i = 0; i < 6; ++i) {
            SshTarget target = m_sshd->target(QStringLiteral("stuck%1").arg(i));
            target.identityAgent = agent.socket();
            test.pool->setTarget(target);
        }
        test.pool->setTarget(m_sshd->target());
        std::vector<std::unique_ptr<ExecReply>> stuck;
        for (int i = 0; i < 6; ++i)
            stuck.push_back(test.sh(QStringLiteral("true"), {}, QStringLiteral("stuck%1").arg(i)));
        QElapsedTimer timer;
        timer.start();
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
        QVERIFY(!stuck.front()->isFinished());
        for (auto &reply : stuck) {
            QVERIFY(PoolTest::wait(reply.get()));
            QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        }
        QVERIFY(timer.elapsed() < 20000);
    }
};

QTEST_GUILESS_MAIN(tst_SshLogin)
#include "tst_SshLogin.moc"
