// SPDX-License-Identifier: MIT
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QtEndian>

#include <memory>

namespace Helmclaw::Test {

/// Stands before a real sshd and passes on what it says up to a point: its banner and the first packets of the key
/// exchange, which are not encrypted yet (RFC 4253 §4.2, §6). Then it says nothing more, and closes nothing.
class StallingPeer : public QTcpServer
{
public:
    /// @p packets of the server get through, after its banner; 1 is its KEXINIT.
    StallingPeer(quint16 sshd, int packets)
        : m_sshd(sshd)
        , m_packets(packets)
    {
        [[maybe_unused]] const bool ok = listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *client = nextPendingConnection())
                serve(client);
        });
    }

private:
    void serve(QTcpSocket *client)
    {
        auto *server = new QTcpSocket(client);
        server->connectToHost(QHostAddress::LocalHost, m_sshd);
        connect(client, &QTcpSocket::readyRead, server, [client, server] { server->write(client->readAll()); });
        connect(server, &QTcpSocket::connected, client, [client, server] { server->write(client->readAll()); });
        const auto seen = std::make_shared<QByteArray>();
        connect(server, &QTcpSocket::readyRead, client, [this, client, server, seen] {
            const qsizetype before = std::min(allowed(*seen), seen->size());
            *seen += server->readAll();
            const qsizetype now = std::min(allowed(*seen), seen->size());
            client->write(seen->mid(before, now - before));
        });
        connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
    }
    /// How much of @p said may pass.
    [[nodiscard]] qsizetype allowed(const QByteArray &said) const
    {
        const qsizetype banner = said.indexOf('\n') + 1;
        qsizetype at = banner;
        for (int i = 0; i < m_packets && banner > 0; ++i) {
            if (said.size() < at + 4)
                return at;
            at += 4 + qFromBigEndian<qint32>(said.constData() + at);
        }
        return banner > 0 ? at : said.size();
    }

    quint16 m_sshd;
    int m_packets;
};

} // namespace Helmclaw::Test
