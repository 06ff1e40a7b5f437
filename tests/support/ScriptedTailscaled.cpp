// SPDX-License-Identifier: MIT
#include "tests/support/ScriptedTailscaled.h"

#include "tests/support/SourceDir.h"

#include <QFile>
#include <QJsonDocument>
#include <QLocalServer>
#include <QLocalSocket>

namespace Helmclaw::Test {

ScriptedTailscaled::ScriptedTailscaled()
{
    m_server = new QLocalServer;
    m_server->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_server, &QObject::deleteLater);
    QObject::connect(m_server, &QLocalServer::newConnection, m_server, [this] {
        QLocalSocket *client = m_server->nextPendingConnection();
        QObject::connect(client, &QLocalSocket::disconnected, client, &QObject::deleteLater);
        QObject::connect(client, &QLocalSocket::readyRead, client, [this, client, request = QByteArray()]() mutable {
            request += client->readAll();
            if (!request.contains("\r\n\r\n"))
                return;
            const QMutexLocker lock(&m_mutex);
            m_request = request;
            ++m_requests;
            if (m_answer.isEmpty())
                return;
            client->write(m_answer);
            client->disconnectFromServer();
        });
    });
    m_thread.start();
    bool listening = false;
    QMetaObject::invokeMethod(
        m_server, [&] { listening = m_server->listen(socket()); }, Qt::BlockingQueuedConnection);
    if (!listening)
        qFatal("no unix socket");
}

ScriptedTailscaled::~ScriptedTailscaled()
{
    stop();
}

void ScriptedTailscaled::stop()
{
    m_thread.quit();
    m_thread.wait();
    QFile::remove(socket());
}

void ScriptedTailscaled::setAnswer(const QByteArray &bytes)
{
    const QMutexLocker lock(&m_mutex);
    m_answer = bytes;
}

void ScriptedTailscaled::setStatus(const QByteArray &json)
{
    setAnswer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTailscale-Version: 1.82.0-lab\r\n"
              "Transfer-Encoding: chunked\r\n\r\n"
              + chunked(json));
}

void ScriptedTailscaled::setStatus(const QJsonObject &root)
{
    setStatus(QJsonDocument(root).toJson());
}

QByteArray ScriptedTailscaled::chunked(const QByteArray &body)
{
    QByteArray chunks;
    for (qsizetype at = 0; at < body.size(); at += 1000) {
        const QByteArray part = body.mid(at, 1000);
        chunks += QByteArray::number(part.size(), 16) + "\r\n" + part + "\r\n";
    }
    return chunks + "0\r\n\r\n";
}

QByteArray ScriptedTailscaled::lastRequest() const
{
    const QMutexLocker lock(&m_mutex);
    return m_request;
}

int ScriptedTailscaled::requests() const
{
    const QMutexLocker lock(&m_mutex);
    return m_requests;
}

QByteArray ScriptedTailscaled::recorded(const char *file)
{
    QFile source(sourcePath("tests/fixtures/tailscale/") + QString::fromLatin1(file));
    if (!source.open(QIODevice::ReadOnly))
        qFatal("no fixture %s", file);
    return source.readAll();
}

QJsonObject ScriptedTailscaled::running()
{
    QJsonObject root = QJsonDocument::fromJson(recorded("status-running.json")).object();
    root.insert(QStringLiteral("TUN"), true);
    return root;
}

QJsonObject ScriptedTailscaled::withPeer(QJsonObject root, const QString &hostName, const QJsonObject &fields)
{
    QJsonObject peers = root.value(QStringLiteral("Peer")).toObject();
    for (const QString &key : peers.keys()) {
        QJsonObject peer = peers.value(key).toObject();
        if (peer.value(QStringLiteral("HostName")).toString() != hostName)
            continue;
        for (auto field = fields.begin(); field != fields.end(); ++field)
            peer.insert(field.key(), field.value());
        peers.insert(key, peer);
    }
    root.insert(QStringLiteral("Peer"), peers);
    return root;
}

} // namespace Helmclaw::Test
