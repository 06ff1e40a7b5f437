// SPDX-License-Identifier: MIT
#include "TunnelTest.h"

#include <QStandardPaths>
#include <QTcpServer>

#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// The local end of a tunnel: where it listens, and who gets in.
class tst_SshTunnelListener : public TunnelTest
{
    Q_OBJECT

private Q_SLOTS:
    void portInUse()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, 1, other.serverPort());
        QVERIFY(is(tunnel, TunnelState::Failed));
        QCOMPARE(tunnel->error()->code, ErrorCode::LocalPortInUse);
        QVERIFY(tunnel->error()->remedy.contains(QLatin1String("ss -ltnp")));
        QCOMPARE(tunnel->localPort(), quint16 { 0 });
    }

    void listensOnLoopbackOnly()
    {
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, 1);
        QVERIFY(is(tunnel, TunnelState::Listening));
        QFile table(QStringLiteral("/proc/net/tcp"));
        QVERIFY(table.open(QIODevice::ReadOnly));
        const QByteArray place =
            ':' + QByteArray::number(tunnel->localPort(), 16).rightJustified(4, '0').toUpper() + " 00000000:0000 0A";
        const QByteArray all = table.readAll();
        QVERIFY(all.contains("0100007F" + place));
        QCOMPARE(all.count(place), 1);
    }

    void otherUsersAreRefused()
    {
        if (::geteuid() != 0)
            QSKIP("only root can start a process of another user");
        TunnelService service(TunnelService::echo);
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, service.serverPort());
        QVERIFY(is(tunnel, TunnelState::Listening));
        const auto answerTo = [&](bool otherUser) {
            QStringList arguments { QStringLiteral("busybox"), QStringLiteral("nc"), QStringLiteral("127.0.0.1"),
                                    QString::number(tunnel->localPort()) };
            if (otherUser) {
                arguments = QStringList { QStringLiteral("setpriv"), QStringLiteral("--reuid=65534"),
                                          QStringLiteral("--clear-groups") }
                    + arguments;
            }
            QProcess process;
            process.start(arguments.takeFirst(), arguments);
            process.write("x");
            QByteArray answer;
            const bool ended = PoolTest::until([&] {
                answer += process.readAllStandardOutput();
                return !answer.isEmpty() || process.state() == QProcess::NotRunning;
            });
            process.kill();
            process.waitForFinished();
            return ended ? answer : QByteArray("timeout");
        };
        if (QStandardPaths::findExecutable(QStringLiteral("busybox")).isEmpty())
            QSKIP("busybox is missing");
        QCOMPARE(answerTo(false), QByteArray("x"));
        QCOMPARE(answerTo(true), QByteArray());
    }

    void whoHoldsThePort()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::Any)); // on all addresses keeps 127.0.0.1, too
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        auto tunnel = open(test, 1, other.serverPort());
        QVERIFY(is(tunnel, TunnelState::Failed));
        QCOMPARE(tunnel->error()->code, ErrorCode::LocalPortInUse);
        const QString me = QStringLiteral("process %1").arg(::getpid());
        QVERIFY2(tunnel->error()->what.contains(me), qPrintable(tunnel->error()->what));
        QVERIFY(tunnel->error()->what.contains(QLatin1String("tst_SshTunnel")));
        QVERIFY(!tunnel->error()->remedy.isEmpty());
        // Once it is free the same wish is granted.
        const quint16 port = other.serverPort();
        other.close();
        tunnel = open(test, 1, port);
        QVERIFY(is(tunnel, TunnelState::Listening));
    }
};

QTEST_GUILESS_MAIN(tst_SshTunnelListener)
#include "tst_SshTunnelListener.moc"
