// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "PromptTester.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// keyboard-interactive and password against a real sshd with PAM in a mount namespace of its own.
class tst_SshDialogue : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] SshTarget withoutKeys() const
    {
        SshTarget result = m_sshd->target();
        result.identityFiles = { m_sshd->path(QStringLiteral("none")) };
        return result;
    }
    std::unique_ptr<SshdFixture> m_sshd;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        if (const QString missing = SshdFixture::missingPam(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
    }
    void init() { m_sshd = std::make_unique<SshdFixture>(); }
    void cleanup() { m_sshd.reset(); }

    void severalRounds()
    {
        m_sshd->setPamScript("i:Welcome to \x1b[31mthe vault\np:Password: |s3cret\ne:Token colour: |gr\xc3\xbcn\n"
                             "p:Verification code: |123456\n");
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "s3cret", "gr\xc3\xbcn", "123456" });
        test.pool->setTarget(withoutKeys());
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("in\n"));
        QCOMPARE(user.shown.size(), 3);
        const Prompt &first = user.shown.first();
        QCOMPARE(first.kind, Prompt::Kind::KeyboardInteractive);
        QCOMPARE(first.target, m_sshd->target().toString());
        QCOMPARE(first.fields, (QList<PromptField> { { QStringLiteral("Password:"), false } }));
        // The server's text, made safe.
        QVERIFY2(first.instruction.contains(onOpenSsh() ? QLatin1String("Welcome to \\033[31mthe vault")
                                                        : QLatin1String("Welcome to \\x1b[31mthe vault")),
                 qPrintable(first.instruction));
        // ssh does not tell its askpass what may be shown.
        QCOMPARE(user.shown.at(1).fields, (QList<PromptField> { { QStringLiteral("Token colour:"), !onOpenSsh() } }));
        QVERIFY(user.shown.at(1).instruction.isEmpty());
        QCOMPARE(user.shown.at(2).fields.first().label, QStringLiteral("Verification code:"));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy,
                 QStringLiteral("keyboard-interactive"));
        QVERIFY(user.open.isEmpty());
    }

    void wrongThenRight()
    {
        m_sshd->setPamScript("p:Code: |1\n");
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "2", "1" });
        test.pool->setTarget(withoutKeys());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 2);
        QVERIFY(user.shown.at(1).problem.contains(QLatin1String("refused")));
    }

    void wrongThreeTimes_data()
    {
        QTest::addColumn<bool>("password");
        QTest::newRow("keyboard-interactive") << false;
        QTest::newRow("password") << true;
    }
    void wrongThreeTimes()
    {
        QFETCH(bool, password);
        m_sshd->setPamScript("p:Password: |right\n", password);
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "wrong1", "wrong2", "wrong3", "right" });
        test.pool->setTarget(withoutKeys());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get(), 60000));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("refused 3 answer")),
                 qPrintable(reply->error()->toString()));
        QVERIFY(!reply->error()->toString().contains(QLatin1String("wrong1")));
        QCOMPARE(user.shown.size(), 3);
        QVERIFY(!m_sshd->log().contains("wrong1"));
    }

    void password()
    {
        m_sshd->setPamScript("p:Password: |pass phr\xc3\xa4se\n", true);
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "nope", "pass phr\xc3\xa4se" });
        test.pool->setTarget(withoutKeys());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get(), 60000));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 2);
        QCOMPARE(user.shown.first().kind, Prompt::Kind::Password);
        QVERIFY(!user.shown.first().fields.first().echo);
        QVERIFY(user.shown.at(1).problem.contains(QLatin1String("refused")));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy, QStringLiteral("password"));
    }

    void keyAndCode()
    {
        m_sshd->addConfig(QStringLiteral("AuthenticationMethods publickey,keyboard-interactive"));
        m_sshd->setPamScript("p:Verification code: |654321\n");
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "654321", "654321" });
        test.pool->setTarget(m_sshd->target());
        for (int login = 1; login <= 2; ++login) { // the second time with the key that is known to work
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QCOMPARE(user.shown.size(), login);
            const QString by = test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy;
            QVERIFY2(by.startsWith(QLatin1String("identity file "))
                         && by.endsWith(QLatin1String(", keyboard-interactive")),
                     qPrintable(by));
            test.pool->closeSession(QStringLiteral("srv"));
        }
        QCOMPARE(m_sshd->log().count(" method none"), onOpenSsh() ? 2 : 1);
    }

    void codeAndThenKey()
    {
        m_sshd->addConfig(QStringLiteral("AuthenticationMethods keyboard-interactive,publickey"));
        m_sshd->setPamScript("p:Verification code: |654321\n");
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "654321" });
        test.pool->setTarget(m_sshd->target());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(test.pool->sessionStatus(QStringLiteral("srv"))
                    .authenticatedBy.startsWith(QLatin1String("keyboard-interactive, identity file")));
    }

    void nobodyToAsk()
    {
        m_sshd->setPamScript("p:Verification code: |654321\n");
        QVERIFY(m_sshd->start());
        PoolTest test;
        test.pool->setTarget(withoutKeys());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("nobody could be asked")),
                 qPrintable(reply->error()->toString()));
        // Nothing was begun that counts as a failed login.
        QVERIFY(!m_sshd->log().contains("method keyboard-interactive"));
    }

    /// Somebody seemed to be there. What has begun ends, and counts as no answer.
    void nobodyAfterAll()
    {
        m_sshd->setPamScript("p:Verification code: |654321\n");
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.onPrompt([&](const Prompt &prompt) { test.pool->declinePrompt(prompt.id); });
        test.pool->setTarget(withoutKeys());
        for (int i = 0; i < 4; ++i) { // after three refused logins the pool would pause
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
            QVERIFY2(reply->error()->what.contains(QLatin1String("nobody could be asked")),
                     qPrintable(reply->error()->toString()));
        }
        QCOMPARE(user.shown.size(), 4);
        QVERIFY(m_sshd->waitForEnd());
        QVERIFY2(!m_sshd->log().contains("Failed "), m_sshd->log().constData());
    }

    void cancelledWhileOthersGoOn()
    {
        m_sshd->setPamScript("p:Verification code: |654321\n");
        QVERIFY(m_sshd->start());
        SshPoolOptions options;
        options.maxDialsInFlight = 2;
        options.dialThreads = 2;
        PoolTest test(options);
        PromptTester user(test.pool.get());
        std::vector<std::unique_ptr<ExecReply>> waiting;
        for (int i = 0; i < 5; ++i) {
            SshTarget target = withoutKeys();
            target.serverId = QStringLiteral("w%1").arg(i);
            target.name = target.serverId;
            test.pool->setTarget(target);
            waiting.push_back(test.sh(QStringLiteral("true"), {}, target.serverId));
        }
        QVERIFY(PoolTest::until([&] { return user.open.size() == 5; }));
        test.pool->setTarget(m_sshd->target());
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);

        const quint64 first = user.open.first();
        QString firstServer;
        for (const Prompt &prompt : user.shown) {
            if (prompt.id == first)
                firstServer = prompt.serverId;
        }
        test.pool->cancelPrompt(first);
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (waiting[i]->serverId() != firstServer)
                continue;
            QVERIFY(PoolTest::wait(waiting[i].get()));
            QCOMPARE(codeOf(*waiting[i]), ErrorCode::Cancelled);
        }
        QCOMPARE(user.open.size(), 4);
        for (const quint64 id : QList<quint64>(user.open))
            user.answer(id, { "654321" });
        for (auto &reply : waiting) {
            QVERIFY(PoolTest::wait(reply.get()));
            if (reply->serverId() != firstServer)
                VERIFY_SUCCESS(reply);
        }
    }

    void anAnswerWithTooFewFieldsIsNotTaken()
    {
        m_sshd->setPamScript("p:Code: |1\n");
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        test.pool->setTarget(withoutKeys());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return user.open.size() == 1; }));
        user.answer(user.open.first(), {});
        user.answer(user.open.first(), { "1" });
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }
};

QTEST_GUILESS_MAIN(tst_SshDialogue)
#include "tst_SshDialogue.moc"
