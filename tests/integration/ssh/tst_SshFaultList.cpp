// SPDX-License-Identifier: MIT
#include "FaultTest.h"
#include "SlowLine.h"
#include "StallingPeer.h"

#include <QProcess>
#include <QRandomGenerator>

#include <csignal>

#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// What servers do to their clients, one by one. Every fault ends in a named state with a remedy and within its
/// deadline, and a command that runs on another server meanwhile does not notice.
class tst_SshFaultList : public FaultTest
{
    Q_OBJECT

private Q_SLOTS:
    /// Peers that never become a session. (Black holes and twenty at a time: tst_SshFaults.)
    void beforeTheLogin_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<ErrorCode>("code");
        const auto row = [](const char *fault, ErrorCode code) {
            QTest::newRow(fault) << QString::fromLatin1(fault) << code;
        };
        row("refused", ErrorCode::ConnectionRefused);
        row("never speaks", ErrorCode::HandshakeFailed);
        row("banner, then stall", ErrorCode::HandshakeFailed);
        row("stall in the key exchange", ErrorCode::HandshakeFailed);
        row("half a banner", ErrorCode::HandshakeFailed);
        row("endless banner", ErrorCode::HandshakeFailed);
        row("banner, then garbage", ErrorCode::HandshakeFailed);
        row("NUL bytes", ErrorCode::HandshakeFailed);
        row("banner, then end", ErrorCode::HandshakeFailed);
    }
    void beforeTheLogin()
    {
        QFETCH(QString, fault);
        QFETCH(ErrorCode, code);
        QTcpServer peer;
        std::unique_ptr<StallingPeer> stalling;
        quint16 port = 0;
        if (fault == QLatin1String("refused")) {
            port = SshdFixture::freePort();
        } else if (fault == QLatin1String("stall in the key exchange")) {
            stalling = std::make_unique<StallingPeer>(m_sshd->port(), 1);
            port = stalling->serverPort();
        } else {
            QVERIFY(peer.listen(QHostAddress::LocalHost));
            port = peer.serverPort();
        }
        connect(&peer, &QTcpServer::newConnection, &peer, [&] {
            QTcpSocket *socket = peer.nextPendingConnection();
            const QByteArray banner = "SSH-2.0-OpenSSH_9.2p1\r\n";
            if (fault.startsWith(QLatin1String("banner")))
                socket->write(banner);
            if (fault == QLatin1String("half a banner"))
                socket->write("SSH-2.0-Open");
            if (fault == QLatin1String("endless banner")) {
                const auto more = [socket] {
                    if (socket->bytesToWrite() < 65536)
                        socket->write(QByteArray(65536, 'B'));
                };
                connect(socket, &QTcpSocket::bytesWritten, socket, more);
                more();
            }
            if (fault == QLatin1String("banner, then garbage")) {
                QByteArray garbage(100000, Qt::Uninitialized);
                QRandomGenerator random(4711);
                random.fillRange(reinterpret_cast<quint32 *>(garbage.data()), garbage.size() / 4);
                socket->write(garbage);
            }
            if (fault == QLatin1String("NUL bytes"))
                socket->write(QByteArray(100000, '\0'));
            if (fault == QLatin1String("banner, then end"))
                socket->disconnectFromHost();
        });
        PoolTest test(hasty());
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(m_sshd->targetAt(port));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QVERIFY2(reply->error()->code == code, qPrintable(reply->error()->toString()));
        QVERIFY(!reply->error()->remedy.isEmpty());
        QVERIFY(!reply->error()->toString().contains(QChar::Null));
        const SessionStatus status = test.pool->sessionStatus(QStringLiteral("srv"));
        QCOMPARE(status.state, SessionState::Failed);
        QVERIFY(status.error && status.error->code == code);
        QVERIFY(bystander.isUnharmed());
    }

    void stallInTheLogin()
    {
        // sshd asks a program for the keys, and that takes its time.
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("AuthorizedKeysCommand /bin/sleep 1000"));
        sshd.addConfig(QStringLiteral("AuthorizedKeysCommandUser %1").arg(sshd.user()));
        sshd.addConfig(QStringLiteral("AuthorizedKeysFile none"));
        QVERIFY(sshd.start());
        PoolTest test(hasty());
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(sshd.target());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state == SessionState::Auth; }));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QVERIFY2(reply->error()->code == ErrorCode::DeadlineExceeded, qPrintable(reply->error()->toString()));
        QVERIFY(!reply->error()->remedy.isEmpty());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Failed);
        // A server that was slow once may be well again: a tunnel does not give up for it.
        const std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(QStringLiteral("srv"), {}));
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state == SessionState::Backoff; }));
        QCOMPARE(tunnel->state(), TunnelState::Reconnecting);
        QVERIFY(bystander.isUnharmed());
    }

    void tooManyFailures()
    {
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("MaxAuthTries 1"));
        QVERIFY(sshd.start());
        PoolTest test; // not hasty: it is sshd that has to end it
        const Bystander bystander(test, *m_sshd);
        SshTarget target = sshd.target();
        target.identityFiles = { sshd.makeKey(QStringLiteral("one")), sshd.makeKey(QStringLiteral("two")),
                                 sshd.makeKey(QStringLiteral("three")) };
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QVERIFY2(reply->error()->code == ErrorCode::AuthFailed, qPrintable(reply->error()->toString()));
        QVERIFY2(reply->error()->what.contains(QLatin1String("Too many authentication failures")),
                 qPrintable(reply->error()->toString()));
        QVERIFY(!reply->error()->remedy.isEmpty());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Failed);
        QVERIFY(bystander.isUnharmed());
    }

    void noChannel()
    {
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("MaxSessions 0")); // tunnels only
        QVERIFY(sshd.start());
        PoolTest test;
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(sshd.target());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::ChannelRefused);
        QVERIFY(!reply->error()->remedy.isEmpty());
        // The session is whole: a tunnel goes through it.
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Ready);
        TunnelOptions options;
        options.remotePort = m_sshd->port();
        std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(QStringLiteral("srv"), options));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        QTcpSocket client;
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(PoolTest::until([&] { return client.bytesAvailable() > 0; }));
        QVERIFY(bystander.isUnharmed());
    }

    /// Killed while it does three things at once; started again, it is used as before.
    void killedAndRestarted()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        PoolTest test;
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(sshd.target());
        QFile big(sshd.path(QStringLiteral("big")));
        QVERIFY(big.open(QIODevice::WriteOnly) && big.resize(200 * 1024 * 1024));
        TunnelOptions options;
        options.remotePort = m_sshd->port();
        std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(QStringLiteral("srv"), options));
        auto command = test.sh(QStringLiteral("echo up; sleep 1000"));
        ReadRangeOptions small;
        small.bufferSize = 100000;
        std::unique_ptr<ReadRangeReply> transfer(test.pool->readRange(QStringLiteral("srv"), big.fileName(), small));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        QTcpSocket browser;
        browser.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(PoolTest::until([&] { return browser.bytesAvailable() > 0; })); // the other sshd's banner
        QVERIFY(
            PoolTest::until([&] { return transfer->bytesAvailable() > 0 && !command->standardOutput().isEmpty(); }));
        sshd.kill();
        QVERIFY(PoolTest::wait(command.get()));
        QVERIFY(PoolTest::wait(transfer.get()));
        for (const auto &error : { command->error(), transfer->error() }) {
            QVERIFY(error);
            QCOMPARE(error->code, ErrorCode::ConnectionLost);
            QVERIFY(!error->remedy.isEmpty());
        }
        QVERIFY(PoolTest::until([&] { return browser.state() == QAbstractSocket::UnconnectedState; }));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Reconnecting && tunnel->error(); }));
        QVERIFY(bystander.isUnharmed());
        QVERIFY(sshd.start());
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }, 90000));
        command = test.sh(QStringLiteral("echo again"));
        QVERIFY(PoolTest::wait(command.get()));
        VERIFY_SUCCESS(command);
        QVERIFY(bystander.isUnharmed());
    }

    /// The pulled plug: nothing is closed, nothing answers.
    void aLineThatGoesDead()
    {
        SshPoolOptions options = hasty();
        options.keepaliveInterval = 3s;
        SlowLine line(m_sshd->port(), {});
        PoolTest test(options);
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(m_sshd->targetAt(line.port()));
        auto command = test.sh(QStringLiteral("echo up; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return !command->standardOutput().isEmpty(); }));
        line.freeze(true);
        QVERIFY(PoolTest::wait(command.get()));
        QVERIFY(command->error());
        QCOMPARE(command->error()->code, ErrorCode::ConnectionLost);
        QVERIFY(!command->error()->remedy.isEmpty());
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state == SessionState::Lost; }));
        QVERIFY(bystander.isUnharmed());
    }

    /// This computer stood still (a laptop's lid, a virtual machine's snapshot): the clock has jumped far beyond every
    /// keepalive, but the peers are there and must be asked before they are called dead.
    void aClockThatJumps()
    {
        SshPoolOptions options;
        options.keepaliveInterval = 2s;
        PoolTest test(options);
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(m_sshd->target());
        auto idle = test.sh(QStringLiteral("sleep 24; echo done"));
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state == SessionState::Ready; }));
        QTest::qWait(500);
        QProcess waker;
        waker.start(QStringLiteral("/bin/sh"),
                    { QStringLiteral("-c"), QStringLiteral("sleep 14; kill -CONT %1").arg(::getpid()) });
        QVERIFY(waker.waitForStarted());
        ::kill(::getpid(), SIGSTOP);
        QVERIFY(PoolTest::wait(idle.get()));
        VERIFY_SUCCESS(idle);
        QCOMPARE(idle->standardOutput(), QByteArray("done\n"));
        QVERIFY(bystander.isUnharmed());
        waker.waitForFinished();
    }
};

QTEST_GUILESS_MAIN(tst_SshFaultList)
#include "tst_SshFaultList.moc"
