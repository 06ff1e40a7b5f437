// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "PromptTester.h"

#include "tests/support/Files.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Encrypted identity files against a real sshd.
class tst_SshPassphrases : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QString lockedKey(const QString &type = QStringLiteral("ed25519")) const
    {
        return m_sshd->makeKey(QStringLiteral("locked"), QString::fromLatin1(passphrase), type);
    }

    static constexpr auto passphrase = "correct horse";
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

    void right_data()
    {
        QTest::addColumn<QString>("type");
        QTest::newRow("ed25519") << QStringLiteral("ed25519");
        QTest::newRow("rsa") << QStringLiteral("rsa");
        QTest::newRow("ecdsa") << QStringLiteral("ecdsa");
    }
    void right()
    {
        QFETCH(QString, type);
        const QString key = lockedKey(type);
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ passphrase });
        test.pool->setTarget(m_sshd->targetWithKey(key));
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 1);
        const Prompt &prompt = user.shown.first();
        QCOMPARE(prompt.kind, Prompt::Kind::KeyPassphrase);
        QCOMPARE(prompt.serverId, QStringLiteral("srv"));
        QCOMPARE(prompt.target, m_sshd->targetWithKey(key).toString());
        QCOMPARE(prompt.keyFile, key);
        QVERIFY(prompt.keyFingerprint.startsWith(QLatin1String("SHA256:")));
        QCOMPARE(prompt.fields.size(), 1);
        QVERIFY(!prompt.fields.first().echo);
        QVERIFY(prompt.problem.isEmpty());
        QVERIFY(prompt.validUntil > QDateTime::currentDateTimeUtc());
        QCOMPARE(user.closed, QList<quint64> { prompt.id });

        // Unlocked now: the next login asks nothing.
        test.pool->closeSession(QStringLiteral("srv"));
        auto again = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(again.get()));
        VERIFY_SUCCESS(again);
        QCOMPARE(user.shown.size(), 1);
    }

    void anUnlockedKeyIsForgotten()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        SshPoolOptions options;
        options.unlockedKeyLifetime = 1ms;
        PoolTest test(options);
        PromptTester user(test.pool.get());
        user.answerWith({ passphrase, passphrase });
        test.pool->setTarget(m_sshd->targetWithKey(key));
        for (int login = 1; login <= 2; ++login) {
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QCOMPARE(user.shown.size(), login);
            test.pool->closeSession(QStringLiteral("srv"));
            QTest::qWait(100);
        }
    }

    void anUnlockedKeyStaysWhileItIsUsed()
    {
        QCOMPARE(SshPoolOptions().unlockedKeyLifetime, 15min); // as the README has it
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        SshPoolOptions options;
        options.unlockedKeyLifetime = 12s;
        PoolTest test(options);
        PromptTester user(test.pool.get());
        user.answerWith({ passphrase, passphrase });
        test.pool->setTarget(m_sshd->targetWithKey(key));
        const auto logIn = [&] {
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            test.pool->closeSession(QStringLiteral("srv"));
        };
        for (int login = 0; login < 4; ++login) { // together longer than it lives unused
            logIn();
            QCOMPARE(user.shown.size(), 1);
            QTest::qWait(5000);
        }
        QTest::qWait(12000);
        logIn();
        QCOMPARE(user.shown.size(), 2);
    }

    void wrongThenRight()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "wrong", passphrase });
        test.pool->setTarget(m_sshd->targetWithKey(key));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 2);
        QVERIFY(user.shown.at(0).problem.isEmpty());
        QVERIFY(user.shown.at(1).problem.contains(QLatin1String("wrong")));
    }

    void wrongThreeTimes()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "wrong", "", "wrong again", "never asked for" });
        test.pool->setTarget(m_sshd->targetWithKey(key));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("wrong three times")),
                 qPrintable(reply->error()->toString()));
        QVERIFY(!reply->error()->toString().contains(QLatin1String("wrong again")));
        QCOMPARE(user.shown.size(), 3);
    }

    void cancelled()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({});
        test.pool->setTarget(m_sshd->targetWithKey(key));
        test.pool->setTarget(m_sshd->target(QStringLiteral("other"))); // a key without a passphrase
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Cancelled);
        QVERIFY(reply->error()->what.contains(key));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Failed);
        QVERIFY(m_sshd->authoriseKey(m_sshd->identityFile()));
        auto other = test.sh(QStringLiteral("true"), {}, QStringLiteral("other"));
        QVERIFY(PoolTest::wait(other.get()));
        VERIFY_SUCCESS(other);
    }

    void aFleetAsksOnce()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        SshPoolOptions options;
        options.maxDialsInFlight = 5; // those who wait for the user must not keep the others out
        PoolTest test(options);
        PromptTester user(test.pool.get());
        std::vector<std::unique_ptr<ExecReply>> replies;
        std::vector<std::unique_ptr<SshdFixture>> servers;
        for (int i = 0; i < 4; ++i) {
            servers.push_back(std::make_unique<SshdFixture>());
            QVERIFY(servers.back()->authoriseKey(key));
            QVERIFY(servers.back()->start());
        }
        constexpr int fleet = 20;
        for (int i = 0; i < fleet; ++i) {
            const SshTarget one =
                servers[std::size_t(i) % servers.size()]->targetWithKey(key, QStringLiteral("s%1").arg(i));
            test.pool->setTarget(one);
            replies.push_back(test.sh(QStringLiteral("true"), {}, one.serverId));
        }
        QVERIFY(
            PoolTest::until([&] { return user.shown.size() == 1 && user.shown.first().otherServers == fleet - 1; }));
        QVERIFY(user.open.size() == 1);
        // A server that needs no answer is not held up by those that do.
        SshdFixture plain;
        QVERIFY(plain.start());
        test.pool->setTarget(plain.target(QStringLiteral("plain")));
        auto good = test.sh(QStringLiteral("true"), {}, QStringLiteral("plain"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
        QCOMPARE(user.open.size(), 1);

        user.answer(user.shown.first().id, { passphrase });
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
        }
        QCOMPARE(user.shown.size(), 1);
    }

    void aFleetIsRefusedOnce()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({}); // cancels
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 12; ++i) { // more than one endpoint takes at a time
            test.pool->setTarget(m_sshd->targetWithKey(key, QStringLiteral("s%1").arg(i)));
            replies.push_back(test.sh(QStringLiteral("true"), {}, QStringLiteral("s%1").arg(i)));
        }
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            QCOMPARE(codeOf(*reply), ErrorCode::Cancelled);
        }
        QCOMPARE(user.shown.size(), 1);
    }

    void nothingIsAskedWhenSomethingCheaperWorks()
    {
        SshAgentFixture agent;
        QVERIFY(agent.add(m_sshd->identityFile()));
        const QString key = lockedKey();
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ passphrase });
        SshTarget one = m_sshd->targetWithKey(key); // named, but the server does not take it: it is asked first
        one.identityAgent = agent.socket();
        one.identitiesOnly = false;
        test.pool->setTarget(one);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 0);
    }

    void theClockStandsStillWhileTheUserThinks()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        test.pool->setTarget(m_sshd->targetWithKey(key));
        ExecOptions options;
        options.deadline = 5s;
        auto reply = test.sh(QStringLiteral("true"), options);
        QVERIFY(PoolTest::until([&] { return user.open.size() == 1; }));
        QTest::qWait(7000);
        QVERIFY(!reply->isFinished());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Asking);
        user.answer(user.open.first(), { passphrase });
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void nobodyAnswersInTime()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        SshPoolOptions options;
        options.promptDeadline = 3s;
        PoolTest test(options);
        PromptTester user(test.pool.get());
        test.pool->setTarget(m_sshd->targetWithKey(key));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY(reply->error()->what.contains(QLatin1String("nobody answered")));
        QVERIFY(PoolTest::until([&] { return user.open.isEmpty(); }));
        QCOMPARE(user.shown.size(), 1);
    }

    void whoListensMayGoAtAnyTime()
    {
        // QObject's locks are chosen by address: among some hundred listeners, two share one.
        PoolTest test;
        std::vector<std::unique_ptr<QObject>> listeners;
        for (int i = 0; i < 2000; ++i) {
            listeners.push_back(std::make_unique<QObject>());
            connect(test.pool.get(), &SshPool::promptRequested, listeners.back().get(), [] {});
        }
        listeners.clear();
    }

    void aServerThatHangsUpClosesThePrompt()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        test.pool->setTarget(m_sshd->targetWithKey(key));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return user.open.size() == 1; }));
        m_sshd->kill();
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error()->what.contains(QLatin1String("hung up")));
        QVERIFY(PoolTest::until([&] { return user.open.isEmpty(); }));
    }

    void whatNobodyWaitsForIsWithdrawn()
    {
        const QString key = lockedKey();
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        test.pool->setTarget(m_sshd->targetWithKey(key));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return user.open.size() == 1; }));
        reply->abort();
        QVERIFY(PoolTest::until([&] { return user.open.isEmpty(); }));
        // A late answer does nothing; the next login asks anew.
        user.answer(user.shown.first().id, { passphrase });
        auto again = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return user.open.size() == 1; }));
        QCOMPARE(user.shown.size(), 2);
        user.answer(user.open.first(), { passphrase });
        QVERIFY(PoolTest::wait(again.get()));
        VERIFY_SUCCESS(again);
    }

    void twoKeysAreWanted()
    {
        m_sshd->addConfig(QStringLiteral("AuthenticationMethods publickey,publickey"));
        const QString key = lockedKey();
        QVERIFY(m_sshd->authorise(readFile(m_sshd->identityFile() + QStringLiteral(".pub"))
                                  + readFile(key + QStringLiteral(".pub"))));
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ passphrase });
        SshTarget one = m_sshd->targetWithKey(key);
        one.identityFiles = { key, m_sshd->identityFile() };
        test.pool->setTarget(one);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 1);
        QVERIFY(test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy.contains(QLatin1String(", identity")));

        // With one of them only, the error says that it was right.
        one.identityFiles = { m_sshd->identityFile() };
        test.pool->setTarget(one);
        auto half = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(half.get()));
        QCOMPARE(codeOf(*half), ErrorCode::AuthFailed);
        QVERIFY2(half->error()->what.contains(QLatin1String("wants a further proof")),
                 qPrintable(half->error()->toString()));
    }
};

QTEST_GUILESS_MAIN(tst_SshPassphrases)
#include "tst_SshPassphrases.moc"
