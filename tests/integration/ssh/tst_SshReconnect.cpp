// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "SlowLine.h"

#include "ssh/BanWatch.h"

#include <QElapsedTimer>
#include <QTcpSocket>

#include <atomic>
#include <csignal>
#include <optional>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Bans, pauses, sleep: what is retried by itself, what is not, and how soon a dead peer is found. Real sshds; the
/// clocks are the test's where a test cannot sleep.
class tst_SshReconnect : public QObject
{
    Q_OBJECT

private:
    static QString srv() { return QStringLiteral("srv"); }
    static std::optional<ErrorCode> run(const PoolTest &test, const QString &server = srv())
    {
        auto reply = test.sh(QStringLiteral("true"), {}, server);
        if (!PoolTest::wait(reply.get()))
            return ErrorCode::Internal;
        return reply->error() ? std::optional(reply->error()->code) : worked;
    }
    static constexpr std::optional<ErrorCode> worked = std::nullopt;

    /// A target whose key the server does not know.
    [[nodiscard]] SshTarget stranger(const QString &serverId = srv()) const
    {
        SshTarget target = m_sshd->target(serverId);
        target.identityFiles = { m_sshd->makeKey(QStringLiteral("stranger")) };
        return target;
    }
    /// sshd ends, or only stops listening; a child that is just being forked may hold the port a moment longer.
    void endSshd(bool sessionsToo) const
    {
        if (sessionsToo)
            m_sshd->kill();
        else
            m_sshd->stopListening();
        QVERIFY(PoolTest::until([this] {
            QTcpSocket probe;
            probe.connectToHost(QHostAddress::LocalHost, m_sshd->port());
            return !probe.waitForConnected(5000) && probe.error() == QAbstractSocket::ConnectionRefusedError;
        }));
    }
    [[nodiscard]] static SessionStatus status(const PoolTest &test) { return test.pool->sessionStatus(srv()); }
    [[nodiscard]] static bool banned(const PoolTest &test)
    {
        return status(test).error && status(test).error->code == ErrorCode::ProbablyBanned;
    }
    /// The sshd process that serves the only session: it stops, its connection stays.
    [[nodiscard]] std::optional<pid_t> freezeSession(const PoolTest &test) const
    {
        auto reply = test.sh(QStringLiteral("echo $PPID"));
        if (!PoolTest::wait(reply.get()) || reply->error())
            return std::nullopt;
        const auto pid = static_cast<pid_t>(reply->standardOutput().trimmed().toInt());
        // The command runs under Helmclaw's own shell: up to the process that is called sshd.
        pid_t found = pid;
        for (int up = 0; up < 5; ++up) {
            QFile comm(QStringLiteral("/proc/%1/comm").arg(found));
            if (comm.open(QIODevice::ReadOnly) && comm.readAll().startsWith("sshd"))
                break;
            QFile stat(QStringLiteral("/proc/%1/stat").arg(found));
            if (!stat.open(QIODevice::ReadOnly))
                return std::nullopt;
            found = static_cast<pid_t>(stat.readAll().split(')').last().split(' ').value(2).toInt());
        }
        return ::kill(found, SIGSTOP) == 0 ? std::optional(found) : std::nullopt;
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

    /// Longer than a jump host's session stays behind its last user.
    void aSessionThatNobodyUsesStaysOpen()
    {
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        QCOMPARE(run(test), std::nullopt);
        const QDateTime since = status(test).since;
        QTest::qWait(33000);
        QCOMPARE(status(test).state, SessionState::Ready);
        QCOMPARE(status(test).since, since);
    }

    void silenceAfterRefusedLoginsIsProbablyABan()
    {
        PoolTest test;
        test.pool->setTarget(stranger());
        QCOMPARE(run(test), std::optional(ErrorCode::AuthFailed));
        QCOMPARE(run(test), std::optional(ErrorCode::AuthFailed));
        endSshd(false); // as a ban with fail2ban's usual "reject" looks from here
        const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-1);
        QCOMPARE(run(test), std::optional(ErrorCode::ProbablyBanned));
        const Error error = *status(test).error;
        QVERIFY2(error.what.contains(QStringLiteral("probably banned")), qPrintable(error.what));
        QVERIFY2(error.remedy.contains(QStringLiteral("fail2ban-client set sshd unbanip 127.0.0.1")),
                 qPrintable(error.remedy));
        QCOMPARE(status(test).state, SessionState::Failed);
        QVERIFY(!status(test).retryAt.isValid());

        // A tunnel waits long, instead of knocking.
        const std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(srv(), {}));
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Backoff; }));
        QVERIFY(banned(test));
        QVERIFY(status(test).retryAt > before.addSecs(600));
        test.pool->checkSessions(); // a changed network is no reason either
        QTest::qWait(500);
        QCOMPARE(status(test).state, SessionState::Backoff);

        // By hand it is tried at once; the ban goes on, and says since when.
        const QString since = error.what;
        const QDateTime waitingSince = status(test).since;
        QTest::qWait(50);
        test.pool->connectSession(srv());
        QVERIFY(PoolTest::until(
            [&] { return status(test).since > waitingSince && status(test).state == SessionState::Backoff; }));
        QCOMPARE(status(test).error->what, since);

        // And when it is lifted, and the key put right, everything works.
        QVERIFY(m_sshd->start());
        test.pool->setTarget(m_sshd->target());
        test.pool->connectSession(srv());
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Ready; }));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        endSshd(true);
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Backoff; }));
        QVERIFY2(!banned(test), "nothing was refused since the last login");
    }

    void silenceAloneIsNoBan()
    {
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        QCOMPARE(run(test), worked);
        endSshd(true);
        QVERIFY(PoolTest::until([&] { return status(test).state != SessionState::Ready; }));
        QCOMPARE(run(test), std::optional(ErrorCode::ConnectionRefused));
        QCOMPARE(run(test), std::optional(ErrorCode::ConnectionRefused));
        // One refused login is a coincidence yet; the hint is in the text.
        QVERIFY(m_sshd->start());
        test.pool->setTarget(stranger());
        QCOMPARE(run(test), std::optional(ErrorCode::AuthFailed));
        endSshd(false);
        QCOMPARE(run(test), std::optional(ErrorCode::ConnectionRefused));
        QVERIFY(status(test).error->remedy.contains(QStringLiteral("fail2ban")));
    }

    void aBanIsForTheAddressNotForTheEntry()
    {
        PoolTest test;
        test.pool->setTarget(stranger());
        test.pool->setTarget(m_sshd->target(QStringLiteral("other")));
        QCOMPARE(run(test), std::optional(ErrorCode::AuthFailed));
        QCOMPARE(run(test), std::optional(ErrorCode::AuthFailed));
        endSshd(false);
        QCOMPARE(run(test, QStringLiteral("other")), std::optional(ErrorCode::ProbablyBanned));
    }

    void whatWasNotRefusedDoesNotCount()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        target.identityFiles = { m_sshd->path(QStringLiteral("missing")) };
        test.pool->setTarget(target);
        for (int i = 0; i <= BanWatch::pauseAfter; ++i) {
            QCOMPARE(run(test), ErrorCode::AuthFailed);
            QVERIFY2(status(test).error->what.contains(QLatin1String("no key to offer")),
                     qPrintable(status(test).error->what));
        }
        endSshd(false);
        QCOMPARE(run(test), ErrorCode::ConnectionRefused);
    }

    void severalNamesOfAnAddressAreOne()
    {
        PoolTest test;
        SshTarget byName = stranger(QStringLiteral("name"));
        byName.host = QStringLiteral("localhost"); // 127.0.0.1 is where sshd listens
        byName.hostKeyAlias = m_sshd->target().knownHostsName();
        test.pool->setTarget(byName);
        test.pool->setTarget(stranger());
        QCOMPARE(run(test), ErrorCode::AuthFailed);
        QCOMPARE(run(test, QStringLiteral("name")), ErrorCode::AuthFailed);
        endSshd(false);
        QCOMPARE(run(test, QStringLiteral("name")), ErrorCode::ProbablyBanned);
        QCOMPARE(run(test), ErrorCode::ProbablyBanned);
    }

    void refusedLoginsNeverBecomeAStorm()
    {
        PoolTest test;
        test.pool->setTarget(stranger());
        for (int i = 0; i < BanWatch::pauseAfter; ++i)
            QCOMPARE(run(test), std::optional(ErrorCode::AuthFailed));
        const qsizetype before = m_sshd->connections();
        QCOMPARE(before, qsizetype(BanWatch::pauseAfter));
        for (int i = 0; i < 5; ++i)
            QCOMPARE(run(test), std::optional(ErrorCode::AuthFailed));
        const std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(srv(), {}));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Failed; }));
        QVERIFY2(status(test).error->what.contains(QStringLiteral("no further one was sent")),
                 qPrintable(status(test).error->what));
        QTest::qWait(300);
        QCOMPARE(m_sshd->connections(), before);
        test.pool->connectSession(srv()); // by hand: one
        QVERIFY(PoolTest::until([&] { return m_sshd->connections() == before + 1; }));
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Failed; }));
        // The key is put right on the server, and the user connects.
        QVERIFY(m_sshd->authoriseKey(m_sshd->path(QStringLiteral("stranger"))));
        test.pool->connectSession(srv());
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Ready; }));
        QCOMPARE(run(test), worked);
    }

    void aFrozenPeerIsFoundByACheck()
    {
        SshPoolOptions options;
        options.keepaliveInterval = 10min; // so that it is the check
        PoolTest test(options);
        test.pool->setTarget(m_sshd->target());
        QCOMPARE(run(test), worked);
        test.pool->checkSessions(); // of a peer that lives nothing comes
        QTest::qWait(6500);
        QCOMPARE(status(test).state, SessionState::Ready);

        QVERIFY(freezeSession(test));
        QTest::qWait(500);
        QCOMPARE(status(test).state, SessionState::Ready);
        QElapsedTimer timer;
        timer.start();
        test.pool->checkSessions();
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Lost; }, 60000));
        qInfo("lost %lld ms after checkSessions()", timer.elapsed());
        QCOMPARE(status(test).error->code, ErrorCode::ConnectionLost);
        QVERIFY(timer.elapsed() >= 4900);
    }

    void afterASleepTheTunnelComesBack()
    {
        // The computer slept for an hour, and the server has forgotten the connection without a word.
        static std::atomic<qint64> slept { 0 };
        SshPoolOptions options;
        options.keepaliveInterval = 10min;
        options.checkDeadline = 2s;
        options.changes.interval = 100ms;
        options.changes.clocks = [] {
            ClockReadings now = ClockReadings::now();
            now.boot += std::chrono::milliseconds(slept);
            now.real += std::chrono::milliseconds(slept);
            return now;
        };
        PoolTest test(options);
        test.pool->setTarget(m_sshd->target());
        const std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(srv(), {}));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        const quint16 port = tunnel->localPort();
        QVERIFY(freezeSession(test));
        QSignalSpy changed(test.pool.get(), &SshPool::sessionStatusChanged);
        QTest::qWait(1000);
        QCOMPARE(changed.count(), 0);
        slept += 3600 * 1000;
        QVERIFY(PoolTest::until([&] { return status(test).state != SessionState::Ready; }, 60000));
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Ready; }, 60000));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        QCOMPARE(tunnel->localPort(), port);
    }

    void aWaitIsCutShort()
    {
        SlowLine line(m_sshd->port(), {});
        PoolTest test;
        test.pool->setTarget(m_sshd->targetAt(line.port()));
        const std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(srv(), {}));
        QVERIFY(PoolTest::until([&] { return status(test).state == SessionState::Ready; }));
        line.refuse(true);
        endSshd(true);
        QVERIFY(m_sshd->start()); // ready for the moment when the line is
        // Until the wait is long enough to tell: pauses grow, but chance has its part in them.
        QDateTime planned;
        QVERIFY(PoolTest::until(
            [&] {
                const SessionStatus now = status(test);
                planned = now.retryAt;
                return now.state == SessionState::Backoff && QDateTime::currentDateTimeUtc().msecsTo(planned) > 6000;
            },
            180000));
        QDateTime left;
        connect(test.pool.get(), &SshPool::sessionStatusChanged, test.pool.get(),
                [&left](const QString &, const SessionStatus &now) {
                    if (!left.isValid() && now.state != SessionState::Backoff)
                        left = QDateTime::currentDateTimeUtc();
                });
        line.refuse(false);
        test.pool->checkSessions();
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        QVERIFY2(left < planned, qPrintable(QStringLiteral("%1 ms late").arg(planned.msecsTo(left))));
    }
};

QTEST_GUILESS_MAIN(tst_SshReconnect)
#include "tst_SshReconnect.moc"
