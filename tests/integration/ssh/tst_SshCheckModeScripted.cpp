// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "PromptTester.h"
#include "ScriptedTailscalePeer.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Tailscale SSH in check mode: the server names a page and answers "none" when the user has been there.
class tst_SshCheckModeScripted : public QObject
{
    Q_OBJECT

private:
    /// Plays the server and makes it @p test's.
    void start(PoolTest &test, const QByteArray &banner, const QByteArray &software = "Tailscale")
    {
        m_peer = std::make_unique<ScriptedTailscalePeer>(m_keys->path(QStringLiteral("host_key")), software, banner);
        QVERIFY(m_peer->port() != 0);
        m_target = m_keys->target();
        m_target.port = m_peer->port();
        m_target.hostKeyAlias = m_keys->target().knownHostsName();
        test.pool->setTarget(m_target);
    }
    static constexpr auto checkBanner = "# Tailscale SSH requires an additional check.\n"
                                        "# To authenticate, visit: https://login.tailscale.com/a/1c0ffee\n";
    std::unique_ptr<SshdFixture> m_keys; ///< never started
    SshTarget m_target;
    std::unique_ptr<ScriptedTailscalePeer> m_peer;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_keys = std::make_unique<SshdFixture>();
    }
    void cleanup() { m_peer.reset(); }

    void thePageIsShownUntilTheUserHasBeenThere()
    {
        SshPoolOptions options;
        options.authDeadline = 3s; // the server's time, not the user's
        PoolTest test(options);
        PromptTester user(test.pool.get());
        start(test, checkBanner);
        ExecOptions exec;
        exec.deadline = 10s;
        auto reply = test.sh(QStringLiteral("true"), exec);
        QVERIFY(PoolTest::until([&] { return user.shown.size() == 1; }));
        const Prompt &prompt = user.shown.first();
        QCOMPARE(prompt.kind, Prompt::Kind::VisitPage);
        QCOMPARE(prompt.page, QUrl(QStringLiteral("https://login.tailscale.com/a/1c0ffee")));
        QCOMPARE(prompt.target, m_target.toString());
        QVERIFY2(prompt.instruction.contains(QLatin1String("requires an additional check")),
                 qPrintable(prompt.instruction));
        QVERIFY(prompt.fields.isEmpty());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Asking);
        QTest::qWait(4000);
        QVERIFY(!reply->isFinished());
        QCOMPARE(user.open.size(), 1);
        m_peer->setVisited();
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(user.open.isEmpty());
        QCOMPARE(user.shown.size(), 1);
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy, QStringLiteral("none"));
    }

    void cancelled()
    {
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({}); // cancels
        start(test, checkBanner);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Cancelled);
        QVERIFY2(reply->error()->what.contains(QLatin1String("browser")), qPrintable(reply->error()->what));
    }

    void withNobodyToAskThePageIsNamed()
    {
        PoolTest test;
        start(test, checkBanner);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("https://login.tailscale.com/a/1c0ffee")),
                 qPrintable(reply->error()->what));
    }

    void whatIsNoPage_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("software");
        QTest::newRow("no address") << QByteArray("Authorized users only\n") << QByteArray("Tailscale");
        QTest::newRow("not https") << QByteArray("visit http://login.tailscale.com/a/1\n") << QByteArray("Tailscale");
        QTest::newRow("a user in it") << QByteArray("visit https://you@evil.example/\n") << QByteArray("Tailscale");
        QTest::newRow("not Tailscale's") << QByteArray(checkBanner) << QByteArray("OpenSSH_9.2");
    }
    void whatIsNoPage()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, software);
        PoolTest test;
        PromptTester user(test.pool.get());
        start(test, text, software);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return m_peer->isAsked(); }));
        QTest::qWait(500);
        QVERIFY(user.shown.isEmpty());
        m_peer->setVisited();
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }
};

QTEST_GUILESS_MAIN(tst_SshCheckModeScripted)
#include "tst_SshCheckModeScripted.moc"
