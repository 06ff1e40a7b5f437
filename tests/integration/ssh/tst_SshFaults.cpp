// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>

#include <csignal>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Servers that are away, silent, slow or broken must cost their deadline, and nobody else anything.
class tst_SshFaults : public QObject
{
    Q_OBJECT

private:
    /// A port whose accept queue is full: the kernel drops every SYN, as a firewall that drops does.
    class BlackHole
    {
    public:
        BlackHole()
        {
            m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockaddr_in address {};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            ::bind(m_listener, reinterpret_cast<const sockaddr *>(&address), sizeof address);
            ::listen(m_listener, 0);
            socklen_t size = sizeof address;
            ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size);
            port = ntohs(address.sin_port);
            for (int &fd : m_fillers) {
                fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
                ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address);
            }
        }
        ~BlackHole()
        {
            for (const int fd : m_fillers)
                ::close(fd);
            ::close(m_listener);
        }
        quint16 port = 0;

    private:
        int m_listener = -1;
        int m_fillers[4] {};
    };

    SshTarget dead(const QString &id, quint16 port) const
    {
        SshTarget target = m_sshd->target(id);
        target.port = port;
        return target;
    }
    static SshPoolOptions hasty()
    {
        SshPoolOptions options;
        options.connectDeadline = 3000ms; // a healthy server's, too, on a busy machine
        options.handshakeDeadline = 3000ms;
        options.authDeadline = 10000ms;
        return options;
    }

    std::unique_ptr<SshdFixture> m_sshd;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void cleanupTestCase() { m_sshd.reset(); }

    void refused()
    {
        PoolTest test;
        test.pool->setTarget(dead(QStringLiteral("srv"), SshdFixture::freePort()));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionRefused);
        QCOMPARE(reply->error()->server, QStringLiteral("srv"));
        QVERIFY(!reply->error()->remedy.isEmpty());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Failed);
    }

    void refusedAfterRefusedLoginsSpeaksOfFail2ban()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        SshTarget target = sshd.target();
        target.identityFiles = { sshd.makeKey(QStringLiteral("wrong")) };
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        sshd.kill();
        reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionRefused);
        QVERIFY(reply->error()->remedy.contains(QLatin1String("fail2ban")));
    }

    void noSuchName()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        target.host = QStringLiteral("no-such-host.invalid");
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ResolveFailed);
    }

    void localNames()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        target.host = QStringLiteral("localhost"); // ::1 first on many machines, and sshd listens on 127.0.0.1 only
        target.hostKeyAlias = QStringLiteral("[127.0.0.1]:%1").arg(m_sshd->port());
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void notAnSshServer()
    {
        QTcpServer http;
        QVERIFY(http.listen(QHostAddress::LocalHost));
        connect(&http, &QTcpServer::newConnection, &http,
                [&http] { http.nextPendingConnection()->write("HTTP/1.0 400 \x1b[31mBad Request\r\n\r\n"); });
        PoolTest test(hasty());
        test.pool->setTarget(dead(QStringLiteral("srv"), http.serverPort()));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HandshakeFailed);
        QVERIFY(!reply->error()->what.contains(QChar(0x1b)));
    }

    void closesAtOnce()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, &server, [&server] { server.nextPendingConnection()->close(); });
        PoolTest test(hasty());
        test.pool->setTarget(dead(QStringLiteral("srv"), server.serverPort()));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HandshakeFailed);
    }

    void noCommonAlgorithm()
    {
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("KexAlgorithms sntrup761x25519-sha512@openssh.com"));
        QVERIFY(sshd.start());
        PoolTest test;
        SshTarget onlyLibssh = sshd.target(); // OpenSSH's ssh would have one
        onlyLibssh.backend = SshBackend::Libssh;
        test.pool->setTarget(onlyLibssh);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HandshakeFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("sntrup761")), qPrintable(reply->error()->toString()));
    }

    void deadServersKeepTheirDeadlinesAndNobodyElseWaits()
    {
        // 20 that drop packets, 20 that accept and say nothing, 10 that stop in the middle of the key exchange.
        BlackHole hole;
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        QTcpServer stalling;
        QVERIFY(stalling.listen(QHostAddress::LocalHost));
        connect(&stalling, &QTcpServer::newConnection, &stalling,
                [&stalling] { stalling.nextPendingConnection()->write("SSH-2.0-OpenSSH_9.2p1\r\n"); });
        PoolTest test(hasty());
        std::vector<std::unique_ptr<ExecReply>> bad;
        std::vector<ErrorCode> expected;
        const auto add = [&](const QString &id, quint16 port, ErrorCode code) {
            test.pool->setTarget(dead(id, port));
            bad.push_back(test.sh(QStringLiteral("true"), {}, id));
            expected.push_back(code);
        };
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20; ++i)
            add(QStringLiteral("hole%1").arg(i), hole.port, ErrorCode::Unreachable);
        for (int i = 0; i < 20; ++i)
            add(QStringLiteral("silent%1").arg(i), silent.serverPort(), ErrorCode::HandshakeFailed);
        for (int i = 0; i < 10; ++i)
            add(QStringLiteral("stalling%1").arg(i), stalling.serverPort(), ErrorCode::HandshakeFailed);
        test.pool->setTarget(m_sshd->target());
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
        QVERIFY2(!bad.front()->isFinished(), "the good server had to wait for a dead one");
        for (std::size_t i = 0; i < bad.size(); ++i) {
            QVERIFY(PoolTest::wait(bad[i].get(), 40000));
            QCOMPARE(codeOf(*bad[i]), expected[i]);
        }
        // 20 to one endpoint go 8 at a time: three rounds of at most 3 s, and a margin for a busy machine.
        QVERIFY2(timer.elapsed() < 30000, qPrintable(QString::number(timer.elapsed())));
        // The reply comes by another way than the figures, so that it may come first.
        QVERIFY(PoolTest::until([&] { return test.pool->statistics().dialling == 0; }));
    }

    void killedDuringACommand()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        auto reply = test.sh(QStringLiteral("echo up; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return !reply->standardOutput().isEmpty(); }));
        sshd.kill();
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        QCOMPARE(reply->standardOutput(), QByteArray("up\n"));
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state == SessionState::Lost; }));
        QVERIFY(test.pool->sessionStatus(QStringLiteral("srv")).error);
        QCOMPARE(test.pool->statistics().ready, 0);
        QVERIFY(sshd.start());
        reply = test.sh(QStringLiteral("echo again"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void aPeerThatStopsAnsweringIsNoticed()
    {
        SshPoolOptions options;
        options.keepaliveInterval = 400ms;
        PoolTest test(options);
        test.pool->setTarget(m_sshd->target());
        auto reply = test.sh(QStringLiteral("echo $PPID; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return !reply->standardOutput().isEmpty(); }));
        // A healthy but idle session survives many intervals.
        QTest::qWait(3000);
        QVERIFY(!reply->isFinished());
        // The session's sshd stands still, as a host without power does: the kernel still acknowledges, nobody answers.
        const auto pid = static_cast<pid_t>(reply->standardOutput().trimmed().toInt());
        QVERIFY(pid > 1);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(::kill(pid, SIGSTOP), 0);
        QVERIFY(PoolTest::wait(reply.get()));
        const qint64 noticed = timer.elapsed();
        ::kill(pid, SIGCONT);
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        // Three intervals, of which one may have passed; far from the 45 s that are usual.
        QVERIFY2(noticed >= 700 && noticed < 12000, qPrintable(QString::number(noticed)));
    }

    void aPeerThatStopsReadingHoldsNobodyUp()
    {
        // Its socket buffers fill while 16 MiB are on the way to it; with a blocking socket the IO thread would hang.
        PoolTest test;
        test.pool->setTarget(m_sshd->target(QStringLiteral("stopped")));
        test.pool->setTarget(m_sshd->target());
        auto first = test.sh(QStringLiteral("echo $PPID"), {}, QStringLiteral("stopped"));
        QVERIFY(PoolTest::wait(first.get()));
        VERIFY_SUCCESS(first);
        const auto pid = static_cast<pid_t>(first->standardOutput().trimmed().toInt());
        std::vector<std::unique_ptr<ExecReply>> writers;
        ExecOptions options;
        options.standardInput = QByteArray(16 * 1024 * 1024, 'x');
        for (int i = 0; i < 8; ++i)
            writers.push_back(test.sh(QStringLiteral("cat >/dev/null"), options, QStringLiteral("stopped")));
        ::kill(pid, SIGSTOP);
        QTest::qWait(500);
        for (int i = 0; i < 5; ++i) {
            auto good = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(good.get(), 10000));
            VERIFY_SUCCESS(good);
        }
        ::kill(pid, SIGCONT);
        for (auto &writer : writers) {
            QVERIFY(PoolTest::wait(writer.get(), 60000));
            VERIFY_SUCCESS(writer);
        }
    }

    void fewChannels_data()
    {
        QTest::addColumn<int>("channels");
        QTest::newRow("1") << 1; // every closing is followed by an opening in the same packet
        QTest::newRow("2") << 2;
    }
    void fewChannels()
    {
        QFETCH(int, channels);
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("MaxSessions %1").arg(channels));
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 12; ++i)
            replies.push_back(test.sh(QStringLiteral("sleep 0.1; echo %1").arg(i)));
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
        }
    }

    void rekeying()
    {
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("RekeyLimit 1M"));
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        ExecOptions options;
        options.standardInput = QByteArray(12 * 1024 * 1024, 'r');
        options.outputCap = 16 * 1024 * 1024;
        auto reply = test.sh(QStringLiteral("cat"), options);
        QVERIFY(PoolTest::wait(reply.get(), 60000));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->standardOutput() == options.standardInput);
        QVERIFY(sshd.log().count("SSH2_MSG_NEWKEYS received") > 2);
    }

    void aChangedTargetEndsItsOperations()
    {
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto reply = test.sh(QStringLiteral("echo up; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return !reply->standardOutput().isEmpty(); }));
        SshTarget target = m_sshd->target();
        test.pool->setTarget(target); // the same: nothing happens
        QTest::qWait(100);
        QVERIFY(!reply->isFinished());
        target.maxKeyOffers = 2;
        test.pool->setTarget(target);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        reply = test.sh(QStringLiteral("echo up; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return !reply->standardOutput().isEmpty(); }));
        test.pool->removeTarget(QStringLiteral("srv"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Cancelled);
    }

    void fiftySessionsAtOnce()
    {
        PoolTest test;
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 50; ++i) {
            const QString id = QStringLiteral("srv%1").arg(i);
            test.pool->setTarget(m_sshd->target(id));
            replies.push_back(test.sh(QStringLiteral("echo %1").arg(i), {}, id));
        }
        for (int i = 0; i < 50; ++i) {
            auto &reply = replies[static_cast<std::size_t>(i)];
            QVERIFY(PoolTest::wait(reply.get(), 60000));
            VERIFY_SUCCESS(reply);
            QCOMPARE(reply->standardOutput().trimmed(), QByteArray::number(i));
        }
        QCOMPARE(test.pool->statistics().ready, 50);
    }

    void theEndIsQuickWhateverIsUnderWay()
    {
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        SshAgentFixture agent;
        agent.pause();
        PoolTest test;
        test.pool->setTarget(dead(QStringLiteral("silent"), silent.serverPort()));
        SshTarget stuck = m_sshd->target(QStringLiteral("stuck"));
        stuck.identityAgent = agent.socket();
        test.pool->setTarget(stuck);
        test.pool->setTarget(m_sshd->target());
        auto first = test.sh(QStringLiteral("true"), {}, QStringLiteral("silent"));
        auto second = test.sh(QStringLiteral("true"), {}, QStringLiteral("stuck"));
        auto third = test.sh(QStringLiteral("sleep 1000"));
        QVERIFY(PoolTest::until([&] { return test.pool->statistics().ready == 1; }));
        QElapsedTimer timer;
        timer.start();
        test.pool.reset();
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_GUILESS_MAIN(tst_SshFaults)
#include "tst_SshFaults.moc"
