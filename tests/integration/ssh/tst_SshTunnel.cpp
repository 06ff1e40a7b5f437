// SPDX-License-Identifier: MIT
#include "TunnelTest.h"

#include "tests/support/Files.h"
#include "tests/support/OwnProcess.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QTcpSocket>

#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// A tunnel against a real sshd.
class tst_SshTunnel : public TunnelTest
{
    Q_OBJECT

private Q_SLOTS:
    void echoAndCounts()
    {
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, service.serverPort());
        QCOMPARE(tunnel->state(), TunnelState::Opening);
        QVERIFY(is(tunnel, TunnelState::Listening));
        QVERIFY(tunnel->localPort() > 1023);
        QTcpSocket client;
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        client.write("hello");
        QVERIFY(PoolTest::until([&] { return client.bytesAvailable() == 5; }));
        QCOMPARE(client.readAll(), QByteArray("hello"));
        QCOMPARE(tunnel->connectionCount(), 1);
        QCOMPARE(test.pool->statistics().tunnelConnections, 1);
        client.disconnectFromHost();
        QVERIFY(PoolTest::until([&] { return tunnel->connectionCount() == 0; }));
        QVERIFY(PoolTest::until([&] { return test.pool->statistics().tunnelConnections == 0; }));
    }

    void manyHttpRequests()
    {
        TunnelService service([](QTcpSocket *socket) {
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                if (!socket->peek(65536).contains("\r\n\r\n"))
                    return;
                socket->readAll();
                socket->write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
                socket->disconnectFromHost();
            });
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        });
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        std::vector<std::unique_ptr<QTcpSocket>> clients;
        for (int i = 0; i < 100; ++i) {
            clients.push_back(std::make_unique<QTcpSocket>());
            clients.back()->connectToHost(QHostAddress::LocalHost, tunnel->localPort());
            clients.back()->write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        for (auto &client : clients) {
            QVERIFY(PoolTest::until([&] { return client->state() == QAbstractSocket::UnconnectedState; }));
            QVERIFY(client->readAll().endsWith("\r\n\r\nhello"));
        }
        QVERIFY(PoolTest::until([&] { return tunnel->connectionCount() == 0; }));
    }

    void halfClose()
    {
        // The service answers only when its client has said that it is finished, and then with all it got. (QTcpSocket
        // gives up its own sending side when the other one ends, so this takes plain sockets.)
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QCOMPARE(::bind(listener, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        QCOMPARE(::listen(listener, 1), 0);
        socklen_t size = sizeof address;
        ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
        std::thread service([listener] {
            const int fd = ::accept(listener, nullptr, nullptr);
            QByteArray all = "got ";
            char buffer[100];
            for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
                all.append(buffer, got);
            [[maybe_unused]] const auto sent = ::send(fd, all.constData(), static_cast<std::size_t>(all.size()), 0);
            ::close(fd);
        });
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, ntohs(address.sin_port));
        QVERIFY(is(tunnel, TunnelState::Listening));
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address.sin_port = htons(tunnel->localPort());
        QCOMPARE(::connect(client, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        QCOMPARE(::send(client, "question", 8, 0), ssize_t { 8 });
        QCOMPARE(::shutdown(client, SHUT_WR), 0);
        QByteArray answer;
        bool ended = false;
        QVERIFY(PoolTest::until([&] {
            char buffer[100];
            const ssize_t got = ::recv(client, buffer, sizeof buffer, MSG_DONTWAIT);
            if (got > 0)
                answer.append(buffer, got);
            ended = got == 0;
            return ended;
        }));
        ::close(client);
        service.join();
        ::close(listener);
        QCOMPARE(answer, QByteArray("got question"));
    }

    void theServiceMayEndItsSideFirst()
    {
        if (onOpenSsh())
            QSKIP("ssh's stdio forwarding ends both directions with the service's side (force_drain in channels.c)");
        // It says all it has and ends; what the client sends afterwards still arrives.
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QCOMPARE(::bind(listener, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        QCOMPARE(::listen(listener, 1), 0);
        socklen_t size = sizeof address;
        ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
        std::atomic<qint64> arrived { -1 };
        std::thread service([listener, &arrived] {
            const int fd = ::accept(listener, nullptr, nullptr);
            [[maybe_unused]] const auto sent = ::send(fd, "all I have", 10, 0);
            ::shutdown(fd, SHUT_WR);
            qint64 total = 0;
            char buffer[4096];
            for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
                total += got;
            ::close(fd);
            arrived = total;
        });
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, ntohs(address.sin_port));
        QVERIFY(is(tunnel, TunnelState::Listening));
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address.sin_port = htons(tunnel->localPort());
        QCOMPARE(::connect(client, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        QByteArray answer;
        bool ended = false;
        QVERIFY(PoolTest::until([&] {
            char buffer[100];
            const ssize_t got = ::recv(client, buffer, sizeof buffer, MSG_DONTWAIT);
            if (got > 0)
                answer.append(buffer, got);
            ended = got == 0;
            return ended;
        }));
        QCOMPARE(answer, QByteArray("all I have"));
        const QByteArray data(3000000, 'q');
        for (qsizetype sent = 0; sent < data.size();) {
            const ssize_t rc = ::send(client, data.constData() + sent, std::size_t(data.size() - sent), MSG_NOSIGNAL);
            QVERIFY(rc > 0);
            sent += rc;
        }
        ::shutdown(client, SHUT_WR);
        QVERIFY(PoolTest::until([&] { return arrived >= 0; }));
        QCOMPARE(arrived.load(), qint64(data.size()));
        QVERIFY(PoolTest::until([&] { return tunnel->connectionCount() == 0; }));
        ::close(client);
        service.join();
        ::close(listener);
    }

    void bulkBothWays()
    {
        const QByteArray data = pattern(64 * 1024 * 1024);
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        QTcpSocket client;
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(PoolTest::until([&] { return client.state() == QAbstractSocket::ConnectedState; }));
        QCryptographicHash hash(QCryptographicHash::Sha256);
        qsizetype received = 0;
        qsizetype sent = 0;
        const auto feed = [&] {
            while (sent < data.size() && client.bytesToWrite() < 1024 * 1024) {
                const qsizetype size = std::min<qsizetype>(256 * 1024, data.size() - sent);
                client.write(data.constData() + sent, size);
                sent += size;
            }
        };
        connect(&client, &QTcpSocket::bytesWritten, &client, feed);
        connect(&client, &QTcpSocket::readyRead, &client, [&] {
            const QByteArray part = client.readAll();
            received += part.size();
            hash.addData(part);
        });
        feed();
        QVERIFY(PoolTest::until([&] { return received == data.size(); }, 120000));
        QCOMPARE(hash.result(), QCryptographicHash::hash(data, QCryptographicHash::Sha256));
    }

    void aStalledBrowserCostsBoundedMemoryAndNobodyElse()
    {
        // One client never reads while the service sends without end; others work, and memory does not grow with it.
        std::atomic<qint64> offered { 0 };
        TunnelService endless([&offered](QTcpSocket *socket) {
            const auto more = [socket, &offered] {
                while (socket->bytesToWrite() < 1024 * 1024) {
                    socket->write(QByteArray(256 * 1024, 'z'));
                    offered += 256 * 1024;
                }
            };
            connect(socket, &QTcpSocket::bytesWritten, socket, more);
            more();
        });
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, endless.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        QTcpSocket stalled;
        stalled.setReadBufferSize(1024);
        stalled.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(PoolTest::until([&] { return tunnel->connectionCount() == 1; }));
        QTest::qWait(3000);
        const qint64 before = offered;
        QTest::qWait(2000);
        QVERIFY2(offered - before < 1024 * 1024, "the flow does not stop");
        QVERIFY2(offered < 64 * 1024 * 1024, qPrintable(QString::number(offered)));
        auto reply = test.sh(QStringLiteral("echo alive"));
        QVERIFY(PoolTest::wait(reply.get(), 10000));
        VERIFY_SUCCESS(reply);
        stalled.abort();
        QVERIFY(PoolTest::until([&] { return tunnel->connectionCount() == 0; }));
    }

    void refusedAtTheFarEnd()
    {
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, SshdFixture::freePort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        QTcpSocket client;
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(
            PoolTest::until([&] { return client.state() == QAbstractSocket::UnconnectedState && tunnel->error(); }));
        QCOMPARE(tunnel->error()->code, ErrorCode::ChannelRefused);
        QCOMPARE(tunnel->state(), TunnelState::Listening);
    }

    void reconnectsBehindTheSamePort()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(sshd.target());
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        const quint16 port = tunnel->localPort();
        QTcpSocket before;
        before.connectToHost(QHostAddress::LocalHost, port);
        before.write("a");
        QVERIFY(PoolTest::until([&] { return before.bytesAvailable() == 1; }));

        sshd.kill();
        QVERIFY(is(tunnel, TunnelState::Reconnecting));
        QVERIFY(PoolTest::until([&] { return before.state() == QAbstractSocket::UnconnectedState; }));
        QVERIFY(tunnel->error());
        QCOMPARE(tunnel->localPort(), port);
        QVERIFY(PoolTest::until([&] { return tunnel->attempt() >= 2; })); // the first attempt is refused
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Backoff);
        QVERIFY(test.pool->sessionStatus(QStringLiteral("srv")).retryAt.isValid());

        // A connection made meanwhile is either served late or closed, never left hanging.
        QVERIFY(sshd.start());
        QVERIFY(is(tunnel, TunnelState::Listening));
        QCOMPARE(tunnel->localPort(), port);
        QCOMPARE(tunnel->attempt(), 0);
        QVERIFY(!tunnel->error());
        QTcpSocket after;
        after.connectToHost(QHostAddress::LocalHost, port);
        after.write("b");
        QVERIFY(PoolTest::until([&] { return after.bytesAvailable() == 1; }));
    }

    void whileReconnectingConnectionsAreHeldThenClosed()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(sshd.target());
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        sshd.kill();
        QVERIFY(is(tunnel, TunnelState::Reconnecting));
        QTcpSocket waiting;
        waiting.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(PoolTest::until([&] { return waiting.state() == QAbstractSocket::ConnectedState; }));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(PoolTest::until([&] { return waiting.state() == QAbstractSocket::UnconnectedState; }, 10000));
        QVERIFY(timer.elapsed() > 2000);
    }

    void aChangedHostKeyStopsIt()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        auto tunnel = open(test, 1);
        QVERIFY(is(tunnel, TunnelState::Listening));
        sshd.kill();
        QVERIFY(sshd.replaceHostKey());
        QVERIFY(sshd.start());
        QVERIFY(is(tunnel, TunnelState::Failed));
        QCOMPARE(tunnel->error()->code, ErrorCode::HostKeyChanged);
        QCOMPARE(tunnel->localPort(), quint16 { 0 });
        QVERIFY2(sshd.endedWithoutLogin(), sshd.log().constData());
    }

    void closingTheSessionClosesItsTunnels()
    {
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, 1);
        QVERIFY(is(tunnel, TunnelState::Listening));
        auto reply = test.sh(QStringLiteral("sleep 1000"));
        test.pool->closeSession(QStringLiteral("srv"));
        QVERIFY(is(tunnel, TunnelState::Off));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::Cancelled);
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state == SessionState::Off; }));
        QCOMPARE(test.pool->statistics().ready, 0);
    }

    void closeFreesEverything()
    {
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        // Warm: the session stays.
        auto warm = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(warm.get()));
        const qsizetype before = openDescriptors();
        for (int round = 0; round < 3; ++round) {
            auto tunnel = open(test, service.serverPort());
            QVERIFY(is(tunnel, TunnelState::Listening));
            const quint16 port = tunnel->localPort();
            std::vector<std::unique_ptr<QTcpSocket>> clients;
            for (int i = 0; i < 20; ++i) {
                clients.push_back(std::make_unique<QTcpSocket>());
                clients.back()->connectToHost(QHostAddress::LocalHost, port);
                clients.back()->write("x");
            }
            for (auto &client : clients)
                QVERIFY(PoolTest::until([&] { return client->bytesAvailable() == 1; }));
            QCOMPARE(test.pool->statistics().tunnelConnections, 20);
            QSignalSpy changed(tunnel.get(), &Tunnel::stateChanged);
            tunnel->close();
            QVERIFY(is(tunnel, TunnelState::Off));
            QCOMPARE(tunnel->localPort(), quint16 { 0 });
            for (auto &client : clients)
                QVERIFY(PoolTest::until([&] { return client->state() == QAbstractSocket::UnconnectedState; }));
            QVERIFY(PoolTest::until([&] { return test.pool->statistics().tunnelConnections == 0; }));
            // The port is free at once.
            auto again = open(test, service.serverPort(), port);
            QVERIFY(is(again, TunnelState::Listening));
            QCOMPARE(again->localPort(), port);
        } // deleting closes, too
        QVERIFY2(PoolTest::until([&] { return openDescriptors() <= before; }, 10000),
                 qPrintable(QStringLiteral("%1 → %2").arg(before).arg(openDescriptors())));
        test.pool->closeSession(QStringLiteral("srv"));
        QVERIFY(PoolTest::until([&] { return openDescriptors() < before; }));
    }
};

QTEST_GUILESS_MAIN(tst_SshTunnel)
#include "tst_SshTunnel.moc"
