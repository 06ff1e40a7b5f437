// SPDX-License-Identifier: MIT
#include "SlowLine.h"
#include "TunnelTest.h"

#include "ssh/CipherOrder.h"
#include "tests/support/Files.h"
#include "tests/support/OwnProcess.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>

#include <set>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Tunnels as they are used all day: many, long, over bad lines, opened and closed a thousand times.
class tst_SshTunnelLoad : public TunnelTest
{
    Q_OBJECT

private Q_SLOTS:
    void manyTunnelsOfManyServers()
    {
        // Five servers with four tunnels each; one server is restarted, and only its tunnels notice.
        constexpr int serverCount = 5;
        constexpr int tunnelCount = 4;
        std::vector<std::unique_ptr<SshdFixture>> servers;
        PoolTest test;
        for (int i = 0; i < serverCount; ++i) {
            servers.push_back(std::make_unique<SshdFixture>());
            QVERIFY(servers.back()->start());
            test.pool->setTarget(servers.back()->target(QStringLiteral("srv%1").arg(i)));
        }
        std::vector<std::unique_ptr<TunnelService>> services;
        std::vector<std::unique_ptr<Tunnel>> tunnels;
        std::vector<quint16> ports;
        std::vector<std::unique_ptr<QTcpSocket>> clients;
        for (int i = 0; i < serverCount * tunnelCount; ++i) {
            services.push_back(std::make_unique<TunnelService>([i](QTcpSocket *socket) {
                socket->write("service " + QByteArray::number(i) + '\n');
                TunnelService::echo(socket);
            }));
            tunnels.push_back(
                open(test, services.back()->serverPort(), 0, QStringLiteral("srv%1").arg(i / tunnelCount)));
        }
        const auto hello = [&](std::size_t i) {
            auto client = std::make_unique<QTcpSocket>();
            client->connectToHost(QHostAddress::LocalHost, ports[i]);
            const QByteArray expected = "service " + QByteArray::number(qulonglong(i)) + '\n';
            const bool ok = PoolTest::until([&] { return client->bytesAvailable() >= expected.size(); });
            return ok && client->readAll() == expected ? std::move(client) : nullptr;
        };
        for (std::size_t i = 0; i < tunnels.size(); ++i) {
            QVERIFY(is(tunnels[i], TunnelState::Listening));
            ports.push_back(tunnels[i]->localPort());
            clients.push_back(hello(i));
            QVERIFY(clients.back());
        }
        QCOMPARE(std::set<quint16>(ports.begin(), ports.end()).size(), tunnels.size());
        QCOMPARE(test.pool->statistics().ready, serverCount);
        QCOMPARE(test.pool->statistics().tunnelConnections, serverCount * tunnelCount);

        servers[0]->kill();
        for (std::size_t i = 0; i < tunnelCount; ++i)
            QVERIFY(is(tunnels[i], TunnelState::Reconnecting));
        QVERIFY(servers[0]->start());
        for (std::size_t i = 0; i < tunnels.size(); ++i) {
            QVERIFY(is(tunnels[i], TunnelState::Listening));
            QCOMPARE(tunnels[i]->localPort(), ports[i]);
            if (i < tunnelCount) {
                QVERIFY(PoolTest::until([&] { return clients[i]->state() == QAbstractSocket::UnconnectedState; }));
                QVERIFY(hello(i));
            } else {
                clients[i]->write("still there");
                QVERIFY(PoolTest::until([&] { return clients[i]->bytesAvailable() >= 11; }));
                QCOMPARE(clients[i]->readAll(), QByteArray("still there"));
            }
        }
    }

    void stalledBrowsersCostNoMoreWithTime_data()
    {
        QTest::addColumn<int>("delay");
        QTest::newRow("near") << 0;
        QTest::newRow("far") << 20; // with wide windows
    }
    void stalledBrowsersCostNoMoreWithTime()
    {
        QFETCH(int, delay);
        SlowLine::Quality quality;
        quality.delay = std::chrono::milliseconds(delay);
        quality.buffer = 1024 * 1024; // it is in this process, too
        SlowLine line(m_sshd->port(), quality);
        const SshTarget target = delay > 0 ? m_sshd->targetAt(line.port()) : m_sshd->target();
        TunnelService service(endless);
        PoolTest test;
        test.pool->setTarget(target);
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        // One that has been read from for a while, others never.
        std::vector<std::unique_ptr<QTcpSocket>> stalled;
        const qint64 before = residentKilobytes();
        for (int i = 0; i < 8; ++i) {
            stalled.push_back(std::make_unique<QTcpSocket>());
            stalled.back()->setReadBufferSize(i == 0 ? 256 * 1024 : 1024);
            stalled.back()->connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        }
        qint64 taken = 0;
        QTcpSocket *reader = stalled.front().get();
        QVERIFY(PoolTest::until([&] {
            taken += reader->readAll().size();
            return taken > 40 * 1024 * 1024;
        }));
        QTest::qWait(3000);
        const qint64 first = residentKilobytes();
        QTest::qWait(5000);
        const qint64 second = residentKilobytes();
        qInfo("resident: %lld kB before, %lld kB when all stalled, %lld kB 5 s later", before, first, second);
        QVERIFY2(second - first < 8 * 1024, "it grows with time");
        QVERIFY2(second - before < 100 * 1024, "it is not bounded");
        auto reply = test.sh(QStringLiteral("echo alive"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void messagesBothWaysWithManyRekeys()
    {
        // As a WebSocket: small and large messages in both directions at the same time, while the keys change all the
        // time.
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("RekeyLimit 300K"));
        QVERIFY(sshd.start());
        constexpr qint64 total = 8 * 1000 * 1000;
        const QByteArray up = pattern(total, 1);
        const QByteArray down = pattern(total, 2);
        const auto pour = [](QTcpSocket *socket, const QByteArray &data, quint32 seed) {
            const auto state = std::make_shared<std::pair<qsizetype, quint32>>(0, seed);
            const auto more = [socket, &data, state] {
                while (state->first < data.size() && socket->bytesToWrite() < 100000) {
                    state->second = state->second * 1664525 + 1013904223;
                    const qsizetype size =
                        std::min<qsizetype>((state->second >> 8) % 60000 + 1, data.size() - state->first);
                    socket->write(data.constData() + state->first, (state->second >> 28) == 0 ? 1 : size);
                    state->first += (state->second >> 28) == 0 ? 1 : size;
                }
            };
            connect(socket, &QTcpSocket::bytesWritten, socket, more);
            more();
        };
        QByteArray atService;
        QByteArray atClient;
        TunnelService service([&](QTcpSocket *socket) {
            connect(socket, &QTcpSocket::readyRead, socket, [&, socket] { atService += socket->readAll(); });
            pour(socket, down, 3);
        });
        PoolTest test;
        test.pool->setTarget(sshd.target());
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        QTcpSocket client;
        connect(&client, &QTcpSocket::readyRead, &client, [&] { atClient += client.readAll(); });
        connect(&client, &QTcpSocket::connected, &client, [&] { pour(&client, up, 4); });
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(PoolTest::until([&] { return atService.size() >= total && atClient.size() >= total; }, 120000));
        QVERIFY(atService == up);
        QVERIFY(atClient == down);
        const qsizetype rekeys = sshd.log().count("SSH2_MSG_NEWKEYS received");
        QVERIFY2(rekeys > 10, qPrintable(QString::number(rekeys)));
        QCOMPARE(client.state(), QAbstractSocket::ConnectedState);
    }

    void aThousandCyclesLeaveNothing()
    {
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        const quint16 port = SshdFixture::freePort();
        const auto cycle = [&](int i) {
            auto tunnel = open(test, service.serverPort(), i % 4 == 3 ? quint16 { 0 } : port);
            if (i % 4 == 0) // cancelled before anything has happened
                return true;
            if (!is(tunnel, TunnelState::Listening))
                return false;
            QTcpSocket client;
            client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
            if (i % 4 == 1) // cancelled while a connection is being made
                return true;
            client.write("x");
            if (!PoolTest::until([&] { return client.bytesAvailable() == 1; }))
                return false;
            if (i % 4 == 2) {
                tunnel->close();
                return is(tunnel, TunnelState::Off);
            }
            return true; // deleted with an open connection
        };
        const auto settled = [&] {
            return PoolTest::until([&] { return test.pool->statistics().tunnelConnections == 0; })
                && PoolTest::until([&] { return service.findChildren<QTcpSocket *>().isEmpty(); });
        };
        for (int i = 0; i < 40; ++i)
            QVERIFY2(cycle(i), qPrintable(QString::number(i)));
        QVERIFY(settled());
        const qsizetype descriptors = openDescriptors();
        const qsizetype threads = Test::threads();
        const qint64 memory = residentKilobytes();
        for (int i = 0; i < 1000; ++i)
            QVERIFY2(cycle(i), qPrintable(QString::number(i)));
        QVERIFY(settled());
        QVERIFY2(PoolTest::until([&] { return openDescriptors() <= descriptors; }),
                 qPrintable(QStringLiteral("%1 → %2 descriptors").arg(descriptors).arg(openDescriptors())));
        QVERIFY(Test::threads() <= threads);
        QVERIFY2(residentKilobytes() - memory < 10 * 1024, qPrintable(QString::number(residentKilobytes() - memory)));
        // No listener is left: every port can be had.
        QTcpServer again;
        QVERIFY(again.listen(QHostAddress::LocalHost, port));
        // Nor a channel on the server: its end of every one has been closed.
        auto reply = test.sh(QStringLiteral("ls /proc/$PPID/fd | wc -l"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY2(reply->standardOutput().trimmed().toInt() < 30, reply->standardOutput().constData());
    }

    void cancelledDialsLeaveNothing()
    {
        // Opened and cancelled while the session is being made, which never succeeds.
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        PoolTest test;
        SshTarget target = m_sshd->target();
        target.port = silent.serverPort();
        test.pool->setTarget(target);
        const auto cycle = [&](int i) {
            auto tunnel = open(test, 1);
            if (i % 2 == 0)
                return is(tunnel, TunnelState::Opening)
                    && PoolTest::until([&] { return test.pool->statistics().dialling > 0; });
            return true;
        };
        const auto settle = [&] {
            test.pool->closeSession(QStringLiteral("srv"));
            const bool ok = PoolTest::until([&] { return test.pool->statistics().dialling == 0; });
            while (QTcpSocket *socket = silent.nextPendingConnection())
                delete socket;
            return ok;
        };
        for (int i = 0; i < 10; ++i)
            QVERIFY(cycle(i) && settle());
        const qsizetype descriptors = openDescriptors();
        for (int i = 0; i < 100; ++i)
            QVERIFY(cycle(i) && settle());
        QVERIFY2(PoolTest::until([&] { return settle() && openDescriptors() <= descriptors; }),
                 qPrintable(QString::number(openDescriptors() - descriptors)));
    }

    void aFirstDialThatFailsIsTriedAgain()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        const SshTarget target = sshd.target();
        sshd.kill();
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(target);
        const quint16 port = SshdFixture::freePort();
        auto tunnel = open(test, service.serverPort(), port);
        QVERIFY(is(tunnel, TunnelState::Reconnecting));
        QVERIFY(PoolTest::until([&] { return tunnel->error().has_value(); }));
        QCOMPARE(tunnel->error()->code, ErrorCode::ConnectionRefused);
        QVERIFY(tunnel->attempt() >= 1);
        QCOMPARE(tunnel->localPort(), port); // it is ours from now on
        QVERIFY(sshd.start());
        QVERIFY(is(tunnel, TunnelState::Listening));
        QVERIFY(!tunnel->error());
        QCOMPARE(tunnel->localPort(), port);
    }

    void aLongLine()
    {
        SlowLine::Quality quality;
        quality.delay = 25ms;
        SlowLine line(m_sshd->port(), quality);
        const SshTarget target = m_sshd->targetAt(line.port());
        constexpr qint64 total = 64 * 1024 * 1024;
        const QByteArray data = pattern(total, 5);
        TunnelService service([&](QTcpSocket *socket) {
            const auto sent = std::make_shared<qsizetype>(0);
            const auto more = [&data, socket, sent] {
                while (*sent < data.size() && socket->bytesToWrite() < 1024 * 1024) {
                    const qsizetype size = std::min<qsizetype>(256 * 1024, data.size() - *sent);
                    socket->write(data.constData() + *sent, size);
                    *sent += size;
                }
                if (*sent == data.size())
                    socket->disconnectFromHost();
            };
            connect(socket, &QTcpSocket::bytesWritten, socket, more);
            more();
        });
        PoolTest test;
        test.pool->setTarget(target);
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        QTcpSocket client;
        QCryptographicHash hash(QCryptographicHash::Sha1);
        qint64 received = 0;
        connect(&client, &QTcpSocket::readyRead, &client, [&] {
            const QByteArray part = client.readAll();
            received += part.size();
            hash.addData(part);
        });
        QElapsedTimer timer;
        timer.start();
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(PoolTest::until([&] { return client.state() == QAbstractSocket::UnconnectedState; }, 120000));
        QCOMPARE(received, total);
        QCOMPARE(hash.result(), QCryptographicHash::hash(data, QCryptographicHash::Sha1));
        qInfo("%lld MB/s at 50 ms", total / 1000 / std::max<qint64>(1, timer.elapsed()));
    }

    void theCipherSuitsTheProcessor()
    {
        if (onOpenSsh())
            QSKIP("OpenSSH's ssh has its own order of ciphers");
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        const QString expected = hasAesInstructions() ? QStringLiteral("aes128-gcm@openssh.com")
                                                      : QStringLiteral("chacha20-poly1305@openssh.com");
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).cipher, expected);
        SshdFixture old; // the others are still offered
        old.addConfig(QStringLiteral("Ciphers aes256-ctr"));
        QVERIFY(old.start());
        test.pool->setTarget(old.target(QStringLiteral("old")));
        reply = test.sh(QStringLiteral("true"), {}, QStringLiteral("old"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }
};

QTEST_GUILESS_MAIN(tst_SshTunnelLoad)
#include "tst_SshTunnelLoad.moc"
