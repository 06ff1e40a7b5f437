// SPDX-License-Identifier: MIT
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QtEndian>

#include <memory>

namespace Helmclaw::Test {

/// A line between 127.0.0.1:port() and an SSH server of 127.0.0.1 that spoils the server's signature in its key
/// exchange (RFC 5656 §4), as somebody would who shows a server's public key and does not have the private one.
class ForgingRelay : public QTcpServer
{
public:
    explicit ForgingRelay(quint16 target)
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this, target] {
            QTcpSocket *client = nextPendingConnection();
            auto *server = new QTcpSocket(client);
            const auto state = std::make_shared<State>();
            server->connectToHost(QHostAddress(QHostAddress::LocalHost), target);
            connect(client, &QTcpSocket::readyRead, server, [client, server] { server->write(client->readAll()); });
            connect(client, &QTcpSocket::disconnected, server, [server] { server->disconnectFromHost(); });
            connect(server, &QTcpSocket::disconnected, client, [client] { client->disconnectFromHost(); });
            connect(server, &QTcpSocket::readyRead, client, [this, client, server, state] {
                state->held += server->readAll();
                client->write(passed(*state));
            });
            server->write(client->readAll()); // kept until it is connected
        });
    }
    [[nodiscard]] int forged() const { return m_forged; }

private:
    struct State
    {
        QByteArray held;
        bool greeted = false;
        bool done = false;
    };
    /// What may go on to the client: whole packets until the forged one, everything behind it.
    QByteArray passed(State &state)
    {
        QByteArray out;
        if (!state.greeted) {
            const qsizetype end = state.held.indexOf('\n');
            if (end < 0)
                return out;
            state.greeted = true;
            out = state.held.first(end + 1);
            state.held.remove(0, end + 1);
        }
        while (!state.done && state.held.size() > 6) {
            const qsizetype size = 4 + qsizetype(qFromBigEndian<quint32>(state.held.constData()));
            if (state.held.size() < size)
                return out;
            QByteArray packet = state.held.first(size);
            state.held.remove(0, size);
            constexpr char ecdhReply = 31; // SSH_MSG_KEX_ECDH_REPLY: host key, the server's half, signature
            if (packet[5] == ecdhReply) {
                const qsizetype padding = quint8(packet[4]);
                const qsizetype last = size - padding - 1;
                packet[last] = char(packet[last] ^ 1);
                state.done = true;
                ++m_forged;
            }
            out += packet;
        }
        if (state.done)
            out += std::exchange(state.held, {});
        return out;
    }

    int m_forged = 0;
};

} // namespace Helmclaw::Test
