// SPDX-License-Identifier: MIT
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <functional>

namespace Helmclaw::Test {

/// What stands behind a tunnel: gives every new connection to a function.
class TunnelService : public QTcpServer
{
public:
    explicit TunnelService(std::function<void(QTcpSocket *)> serve)
        : m_serve(std::move(serve))
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("no listener on loopback");
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection())
                m_serve(socket);
        });
    }

    /// Sends back what comes.
    static void echo(QTcpSocket *socket)
    {
        connect(socket, &QTcpSocket::readyRead, socket, [socket] { socket->write(socket->readAll()); });
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }

private:
    std::function<void(QTcpSocket *)> m_serve;
};

} // namespace Helmclaw::Test
