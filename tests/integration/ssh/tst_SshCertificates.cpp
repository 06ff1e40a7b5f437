// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "PromptTester.h"
#include "ScriptedSecurityKeyAgent.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// User certificates and security keys against a real sshd.
class tst_SshCertificates : public QObject
{
    Q_OBJECT

private:
    /// Signs @p key for this user; the certificate is "<key>-cert.pub".
    [[nodiscard]] bool certify(const QString &key, const QString &validity = QStringLiteral("+1h")) const
    {
        return SshdFixture::run(QStringLiteral("/usr/bin/ssh-keygen"),
                                { QStringLiteral("-q"), QStringLiteral("-s"), m_sshd->path(QStringLiteral("ca")),
                                  QStringLiteral("-I"), QStringLiteral("test"), QStringLiteral("-n"), m_sshd->user(),
                                  QStringLiteral("-V"), validity, key + QStringLiteral(".pub") })
            .has_value();
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
        QVERIFY(!m_sshd->makeKey(QStringLiteral("ca")).isEmpty());
        m_sshd->addConfig(QStringLiteral("TrustedUserCAKeys ") + m_sshd->path(QStringLiteral("ca.pub")));
        QVERIFY(m_sshd->authorise({})); // only what the authority signed
        QVERIFY(m_sshd->start());
    }
    void cleanup() { m_sshd.reset(); }

    void certificates_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QByteArray>("passphrase");
        QTest::addColumn<QString>("where");
        for (const char *type : { "ed25519", "rsa", "ecdsa" }) {
            for (const char *where : { "beside", "file", "agent", "agent's key and a file", "agent only" }) {
                QTest::addRow("%s, %s", type, where)
                    << QString::fromLatin1(type) << QByteArray() << QString::fromLatin1(where);
            }
        }
        QTest::newRow("locked, beside") << QStringLiteral("ed25519") << QByteArray("secret")
                                        << QStringLiteral("beside");
        QTest::newRow("locked, file") << QStringLiteral("rsa") << QByteArray("secret") << QStringLiteral("file");
    }
    void certificates()
    {
        QFETCH(QString, type);
        QFETCH(QByteArray, passphrase);
        QFETCH(QString, where);
        const QString key = m_sshd->makeKey(QStringLiteral("key"), QString::fromLatin1(passphrase), type);
        QVERIFY(certify(key));
        SshTarget one = m_sshd->targetWithKey(key);
        SshAgentFixture agent;
        const QString beside = key + QStringLiteral("-cert.pub");
        const QString elsewhere = m_sshd->path(QStringLiteral("elsewhere.pub"));
        if (where.contains(QLatin1String("agent")))
            one.identityAgent = agent.socket();
        if (where.contains(QLatin1String("file"))) {
            QVERIFY(QFile::rename(beside, elsewhere));
            one.certificateFiles = { elsewhere };
        }
        if (where.startsWith(QLatin1String("agent"))) {
            QVERIFY(agent.add(key)); // ssh-add takes the certificate beside the key with it
            QFile::remove(beside);
        }
        if (where == QLatin1String("agent only")) {
            // The key itself is nowhere to be found but in the agent, and nothing names it.
            QVERIFY(QFile::remove(key) && QFile::remove(key + QStringLiteral(".pub")));
            one.identitiesOnly = false;
            one.identityFiles = { m_sshd->path(QStringLiteral("none")) };
        }
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ passphrase });
        test.pool->setTarget(one);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), passphrase.isEmpty() ? 0 : 1);
        const QString by = test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy;
        QVERIFY2(by.contains(QLatin1String("certificate")), qPrintable(by));
        QVERIFY(m_sshd->log().contains(" ID test (serial"));

        // The next login begins with it.
        test.pool->closeSession(QStringLiteral("srv"));
        auto again = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(again.get()));
        VERIFY_SUCCESS(again);
    }

    void anExpiredCertificateIsNamed()
    {
        const QString key = m_sshd->makeKey(QStringLiteral("key"));
        QVERIFY(certify(key, QStringLiteral("20200101:20200201")));
        PoolTest test;
        test.pool->setTarget(m_sshd->targetWithKey(key));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("expired on")), qPrintable(reply->error()->toString()));
    }

    void aCertificateWithoutItsKeyIsNamed()
    {
        const QString key = m_sshd->makeKey(QStringLiteral("key"));
        QVERIFY(certify(key));
        SshTarget one = m_sshd->targetWithKey(m_sshd->makeKey(QStringLiteral("other")));
        one.certificateFiles = { key + QStringLiteral("-cert.pub"), m_sshd->path(QStringLiteral("missing")) };
        PoolTest test;
        test.pool->setTarget(one);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY2(reply->error()->what.contains(QLatin1String("neither in a file nor in ssh-agent")),
                 qPrintable(reply->error()->toString()));
        QVERIFY(reply->error()->what.contains(QLatin1String("not a certificate that can be read")));
    }

    void aSecurityKeyAsksForATouch()
    {
        ScriptedSecurityKeyAgent agent;
        QVERIFY(m_sshd->authorise(agent.publicLine()));
        SshTarget one = m_sshd->targetWithKey(m_sshd->path(QStringLiteral("none")));
        one.identitiesOnly = false;
        one.identityAgent = agent.socket();
        SshPoolOptions options;
        options.authDeadline = 8s; // the touch may take longer than what a server has for an answer
        PoolTest test(options);
        PromptTester user(test.pool.get());
        test.pool->setTarget(one);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return user.open.size() == 1; }));
        QCOMPARE(user.shown.first().kind, Prompt::Kind::TouchKey);
        QVERIFY(user.shown.first().fields.isEmpty());
        QVERIFY(user.shown.first().keyFingerprint.startsWith(QLatin1String("SHA256:")));
        QCOMPARE(user.shown.first().keyComment, QStringLiteral("security key"));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Asking);
        QTest::qWait(11000);
        QVERIFY(!reply->isFinished());
        QCOMPARE(agent.waiting(), 1);
        agent.touch();
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(user.open.isEmpty());

        // Cancelled instead of touched.
        test.pool->closeSession(QStringLiteral("srv"));
        auto second = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return user.open.size() == 1; }));
        test.pool->cancelPrompt(user.open.first());
        QVERIFY(PoolTest::wait(second.get()));
        QCOMPARE(codeOf(*second), ErrorCode::Cancelled);
        QVERIFY(second->error()->what.contains(QLatin1String("touch")));
        QCOMPARE(user.shown.size(), 2);
    }

    void aSecurityKeyWithoutTouchShowsNothing()
    {
        ScriptedSecurityKeyAgent agent;
        agent.setTouchNeeded(false);
        QVERIFY(m_sshd->authorise("no-touch-required " + agent.publicLine()));
        SshTarget one = m_sshd->targetWithKey(m_sshd->path(QStringLiteral("none")));
        one.identitiesOnly = false;
        one.identityAgent = agent.socket();
        PoolTest test;
        PromptTester user(test.pool.get());
        test.pool->setTarget(one);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(user.open.isEmpty());
    }
};

QTEST_GUILESS_MAIN(tst_SshCertificates)
#include "tst_SshCertificates.moc"
