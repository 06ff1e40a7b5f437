// SPDX-License-Identifier: MIT
#pragma once

#include "PoolTest.h"
#include "TunnelService.h"

namespace Helmclaw::Test {

/// A server to tunnel to.
class TunnelTest : public QObject
{
    Q_OBJECT

protected:
    /// Sends without end, as fast as it is taken.
    static void endless(QTcpSocket *socket)
    {
        const auto more = [socket] {
            while (socket->bytesToWrite() < 1024 * 1024)
                socket->write(QByteArray(256 * 1024, 'z'));
        };
        connect(socket, &QTcpSocket::bytesWritten, socket, more);
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        more();
    }
    static std::unique_ptr<Tunnel> open(const PoolTest &test, quint16 remotePort, quint16 localPort = 0,
                                        const QString &server = QStringLiteral("srv"))
    {
        TunnelOptions options;
        options.remotePort = remotePort;
        options.localPort = localPort;
        return std::unique_ptr<Tunnel>(test.pool->openTunnel(server, options));
    }
    static bool is(const std::unique_ptr<Tunnel> &tunnel, TunnelState state, int milliseconds = 60000)
    {
        return PoolTest::until([&] { return tunnel->state() == state; }, milliseconds);
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
};

} // namespace Helmclaw::Test
