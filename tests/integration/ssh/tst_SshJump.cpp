// SPDX-License-Identifier: MIT
#include "JumpTest.h"

#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Servers behind jump hosts, all real sshds on loopback; what went where is judged by their own logs.
class tst_SshJump : public JumpTest
{
    Q_OBJECT

private Q_SLOTS:
    void oneHop()
    {
        PoolTest test;
        test.pool->setTarget(behind());
        QList<SessionStatus> seen;
        QObject::connect(test.pool.get(), &SshPool::sessionStatusChanged, test.pool.get(),
                         [&seen](const QString &, const SessionStatus &status) { seen += status; });
        auto reply = test.sh(QStringLiteral("echo \"$SSH_CONNECTION\"; head -c 300000 /dev/zero | tr '\\0' x"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput().count('x'), 300000);
        QVERIFY(reply->standardOutput().startsWith("127.0.0.1 "));
        QVERIFY(reply->standardOutput().contains(' ' + QByteArray::number(m_inner->port()) + '\n'));
        QCOMPARE(seen.first().state, SessionState::Connecting);
        QCOMPARE(seen.first().via, QStringLiteral("bastion"));
        QCOMPARE(m_jump->logins(), 1);
        QCOMPARE(m_inner->logins(), 1);
        // It went through the jump host, and the jump host ran nothing.
        QVERIFY(m_jump->log().contains("direct-tcpip"));
        QVERIFY(!m_jump->log().contains("ctype session"));
    }

    void fileAndTunnelThroughAJump()
    {
        PoolTest test;
        test.pool->setTarget(behind());
        const QString file = m_inner->path(QStringLiteral("data"));
        QFile data(file);
        QVERIFY(data.open(QIODevice::WriteOnly) && data.write(QByteArray(700000, 'd')) == 700000);
        data.close();
        const std::unique_ptr<ReadFileReply> read(test.pool->readFile(QStringLiteral("srv"), file));
        QVERIFY(PoolTest::wait(read.get()));
        VERIFY_SUCCESS(read);
        QCOMPARE(read->data(), QByteArray(700000, 'd'));

        QTcpServer far;
        QVERIFY(far.listen(QHostAddress::LocalHost));
        TunnelOptions options;
        options.remotePort = far.serverPort();
        const std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(QStringLiteral("srv"), options));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        QTcpSocket client;
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        QVERIFY(far.waitForNewConnection(30000) || far.hasPendingConnections());
        QTcpSocket *peer = far.nextPendingConnection();
        const QByteArray request(2'000'000, 'q');
        client.write(request);
        QByteArray got;
        QVERIFY(PoolTest::until([&] {
            got += peer->readAll();
            return got.size() == request.size();
        }));
        peer->write("answer");
        QVERIFY(PoolTest::until([&] { return client.bytesAvailable() == 6; }));
        QCOMPARE(m_jump->logins(), 1);
    }

    void threeHops()
    {
        SshdFixture second;
        SshdFixture third;
        QVERIFY(second.start() && third.start());
        SshTarget target = m_inner->target();
        target.jumpHosts = { hop(*m_jump, QStringLiteral("one")), hop(second, QStringLiteral("two")),
                             hop(third, QStringLiteral("three")) };
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("echo there"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("there\n"));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).via, QStringLiteral("one, two, three"));
        for (const SshdFixture *sshd : { m_jump.get(), &second, &third, m_inner.get() })
            QCOMPARE(sshd->logins(), 1);

        // The middle one dies: named once, and only that one.
        auto lost = test.sh(QStringLiteral("echo up; sleep 100"));
        QVERIFY(PoolTest::until([&] { return !lost->standardOutput().isEmpty(); }));
        second.kill();
        QVERIFY(PoolTest::wait(lost.get()));
        QCOMPARE(codeOf(*lost), ErrorCode::ConnectionLost);
        test.pool->closeSession(QStringLiteral("srv"));
        QTest::qWait(1500); // a failure answers for its moment
        auto again = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(again.get()));
        QVERIFY(again->error());
        const QString what = again->error()->what;
        QVERIFY2(what.startsWith(QStringLiteral("jump host ")), qPrintable(what));
        QVERIFY2(what.contains(second.target().toString()), qPrintable(what));
        QCOMPARE(again->error()->server, QStringLiteral("srv"));
    }

    void aLongChain()
    {
        std::vector<std::unique_ptr<SshdFixture>> hops;
        SshTarget target = m_inner->target();
        for (int i = 0; i < 8; ++i) {
            hops.push_back(std::make_unique<SshdFixture>());
            QVERIFY(hops.back()->start());
            target.jumpHosts += hop(*hops.back(), QStringLiteral("hop%1").arg(i));
        }
        SshPoolOptions options;
        options.handshakeDeadline = 60s;
        PoolTest test(options);
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("head -c 1000000 /dev/zero | tr '\\0' x"));
        QVERIFY(PoolTest::wait(reply.get(), 120000));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray(1000000, 'x'));
        for (std::size_t i = 0; i < hops.size(); ++i) { // in this order, each by the one before
            const quint16 next = i + 1 < hops.size() ? hops[i + 1]->port() : m_inner->port();
            QCOMPARE(hops[i]->connections(), 1);
            QVERIFY2(hops[i]->log().contains("target 127.0.0.1 port " + QByteArray::number(next)),
                     hops[i]->log().constData());
        }
    }

    void thirtyServersBehindOneJump()
    {
        PoolTest test;
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 30; ++i) {
            SshTarget target = behind(QStringLiteral("srv%1").arg(i));
            target.jumpHosts.first().name = i % 2 == 0 ? QStringLiteral("bastion") : QStringLiteral("the same");
            test.pool->setTarget(target);
            replies.push_back(test.sh(QStringLiteral("echo ok"), {}, target.serverId));
        }
        for (const auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get(), 120000));
            VERIFY_SUCCESS(reply);
        }
        QCOMPARE(m_jump->connections(), 1);
        QCOMPARE(m_jump->logins(), 1);
        QCOMPARE(m_inner->logins(), 30);
    }

    void jumpKilledDuringACommand()
    {
        PoolTest test;
        test.pool->setTarget(behind());
        auto reply = test.sh(QStringLiteral("echo started; sleep 100"));
        QVERIFY(PoolTest::until([&] { return reply->standardOutput().contains("started"); }));
        m_jump->kill();
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::ConnectionLost);
        QVERIFY2(reply->error()->what.contains(QStringLiteral("jump host bastion (%1)").arg(hop(*m_jump).toString())),
                 qPrintable(reply->error()->what));
        QVERIFY(m_jump->start());
        auto again = test.sh(QStringLiteral("echo back"));
        QVERIFY(PoolTest::wait(again.get()));
        VERIFY_SUCCESS(again);
    }

    void jumpKilledUnderTunnelsIsDialledOnceForAll()
    {
        PoolTest test;
        std::vector<std::unique_ptr<Tunnel>> tunnels;
        QTcpServer far;
        QVERIFY(far.listen(QHostAddress::LocalHost));
        TunnelOptions options;
        options.remotePort = far.serverPort();
        for (int i = 0; i < 6; ++i) {
            test.pool->setTarget(behind(QStringLiteral("srv%1").arg(i)));
            tunnels.emplace_back(test.pool->openTunnel(QStringLiteral("srv%1").arg(i), options));
        }
        const auto all = [&tunnels](TunnelState state) {
            return std::all_of(tunnels.begin(), tunnels.end(),
                               [state](const auto &tunnel) { return tunnel->state() == state; });
        };
        QVERIFY(PoolTest::until([&] { return all(TunnelState::Listening); }, 60000));
        const quint16 port = tunnels.front()->localPort();
        m_jump->kill();
        QVERIFY(PoolTest::until([&] { return all(TunnelState::Reconnecting); }, 60000));
        QVERIFY(m_jump->start()); // begins a new log
        QVERIFY(PoolTest::until([&] { return all(TunnelState::Listening); }, 120000));
        QCOMPARE(tunnels.front()->localPort(), port);
        QCOMPARE(m_jump->logins(), 1);
    }

    void aJumpHostThatRefusesUsIsAskedOnce()
    {
        PoolTest test;
        std::vector<std::unique_ptr<ExecReply>> replies;
        const QString wrongKey = m_inner->makeKey(QStringLiteral("wrong"));
        for (int i = 0; i < 5; ++i) {
            SshTarget target = behind(QStringLiteral("srv%1").arg(i));
            target.jumpHosts.first().identityFiles = { wrongKey };
            test.pool->setTarget(target);
            replies.push_back(test.sh(QStringLiteral("true"), {}, target.serverId));
        }
        for (const auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            QCOMPARE(reply->error()->code, ErrorCode::AuthFailed);
            QVERIFY(reply->error()->what.startsWith(QStringLiteral("jump host bastion (")));
        }
        QCOMPARE(m_jump->connections(), 1);
    }

    void aClosedPortBehindTheJump()
    {
        PoolTest test;
        SshTarget target = behind();
        m_inner->kill();
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::Unreachable);
        QVERIFY2(reply->error()->what.startsWith(QStringLiteral("jump host bastion (")),
                 qPrintable(reply->error()->what));
        QVERIFY(reply->error()->what.contains(target.toString()));
    }

    void aJumpHostThatForbidsForwarding()
    {
        SshdFixture strict;
        strict.addConfig(QStringLiteral("AllowTcpForwarding no"));
        QVERIFY(strict.start());
        SshTarget target = m_inner->target();
        target.jumpHosts = { hop(strict) };
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::ChannelRefused);
        QVERIFY2(reply->error()->remedy.contains(QStringLiteral("AllowTcpForwarding")),
                 qPrintable(reply->error()->remedy));
    }

    void aSilentServerBehindTheJumpHoldsNobodyUp()
    {
        SshPoolOptions options;
        options.handshakeDeadline = 3s;
        PoolTest test(options);
        QTcpServer silent; // its backlog accepts, nobody speaks
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        SshTarget mute = behind(QStringLiteral("mute"));
        mute.port = silent.serverPort();
        test.pool->setTarget(mute);
        test.pool->setTarget(behind());
        auto stuck = test.sh(QStringLiteral("true"), {}, QStringLiteral("mute"));
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
        QVERIFY(PoolTest::wait(stuck.get()));
        QCOMPARE(stuck->error()->code, ErrorCode::HandshakeFailed);
    }

    void aPoolThatEndsInTheMiddle()
    {
        const char *const moments[] = { "", "Connection from", "Accepted publickey", "direct-tcpip", "started" };
        for (const char *const moment : moments) {
            PoolTest test;
            test.pool->setTarget(behind());
            QVERIFY(m_jump->start()); // begins a new log
            auto reply = test.sh(QStringLiteral("echo started; sleep 100"));
            QVERIFY2(PoolTest::until(
                         [&] { return m_jump->log().contains(moment) || reply->standardOutput().contains(moment); }),
                     moment);
            test.pool.reset();
            QVERIFY(PoolTest::wait(reply.get()));
            QVERIFY(reply->error());
            QCOMPARE(reply->error()->code, ErrorCode::Cancelled);
            if (*moment != '\0')
                QVERIFY(m_jump->waitForEnd());
        }
    }
};

QTEST_GUILESS_MAIN(tst_SshJump)
#include "tst_SshJump.moc"
