// SPDX-License-Identifier: MIT
#include "models/gateway/LoopbackRequest.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QTcpSocket>

#include <sys/socket.h>

namespace Helmclaw {

LoopbackRequest::LoopbackRequest(quint16 port, const Options &options, QObject *parent)
    : LoopbackRequest(port, options, {}, {}, parent)
{
}

LoopbackRequest::LoopbackRequest(quint16 port, const Options &options, Secret bearer,
                                 std::function<bool()> mayAuthorise, QObject *parent)
    : QObject(parent)
    , m_port(port)
    , m_options(options)
    , m_bearer(std::move(bearer))
    , m_mayAuthorise(std::move(mayAuthorise))
    , m_socket(new QTcpSocket(this))
{
    m_socket->setProxy(QNetworkProxy::NoProxy);
    connect(m_socket, &QTcpSocket::connected, this, &LoopbackRequest::send);
    connect(m_socket, &QTcpSocket::readyRead, this, &LoopbackRequest::receive);
    connect(m_socket, &QTcpSocket::errorOccurred, this, &LoopbackRequest::ended);
    m_deadline.setSingleShot(true);
    m_deadline.callOnTimeout(this, [this] {
        finish(
            failure(ErrorCode::DeadlineExceeded, tr("no answer within %1 s").arg(m_options.deadline.count() / 1000)));
    });
    m_deadline.start(m_options.deadline);
    // Queued, because a connection to ourselves may be refused while connectToHost() still runs.
    QMetaObject::invokeMethod(
        this, [this] { m_socket->connectToHost(QHostAddress(QHostAddress::LocalHost), m_port); }, Qt::QueuedConnection);
}

LoopbackRequest::~LoopbackRequest()
{
    m_socket->disconnect(this);
}

void LoopbackRequest::send()
{
    QByteArray request;
    request.reserve(512 + m_options.path.size() + m_options.body.size() + m_bearer.size());
    request += m_options.method + ' ' + m_options.path + " HTTP/1.0\r\nHost: 127.0.0.1:" + QByteArray::number(m_port)
        + "\r\nUser-Agent: Helmclaw/" HELMCLAW_VERSION "\r\nAccept: */*\r\nConnection: close\r\n";
    if (!m_options.body.isEmpty())
        request +=
            "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(m_options.body.size()) + "\r\n";
    if (!m_bearer.isEmpty()) {
        if (!m_mayAuthorise || !m_mayAuthorise())
            return finish(failure(ErrorCode::ConnectionLost, tr("the tunnel went away")));
        request += "Authorization: Bearer ";
        request += m_bearer.view();
        request += "\r\n";
    }
    request += "\r\n";
    request += m_options.body;
    // Past the socket's own buffer, which nobody would wipe; the system's is empty, and takes some hundred bytes.
    const auto written =
        ::send(int(m_socket->socketDescriptor()), request.constData(), std::size_t(request.size()), MSG_NOSIGNAL);
    const bool whole = written == request.size();
    wipe(request);
    m_bearer = {};
    if (!whole)
        finish(failure(ErrorCode::ConnectionLost, tr("the request could not be sent")));
}

void LoopbackRequest::receive()
{
    m_received += m_socket->readAll();
    if (m_received.size() > m_options.maxBytes)
        finish(failure(ErrorCode::OutputTooLarge, tr("the answer is longer than %1 bytes").arg(m_options.maxBytes)));
}

void LoopbackRequest::ended()
{
    if (m_socket->error() == QAbstractSocket::ConnectionRefusedError)
        return finish(failure(ErrorCode::ConnectionRefused, tr("nothing listens on the local port")));
    if (m_socket->error() != QAbstractSocket::RemoteHostClosedError)
        return finish(failure(ErrorCode::ConnectionLost, m_socket->errorString()));
    receive();
    if (m_received.isEmpty())
        return finish(failure(ErrorCode::ConnectionLost, tr("the connection was closed without an answer")));
    finish(parse(m_received));
}

void LoopbackRequest::finish(const Result<HttpAnswer> &answer)
{
    if (m_finished)
        return;
    m_finished = true;
    m_bearer = {};
    m_deadline.stop();
    m_socket->disconnect(this);
    m_socket->abort();
    Q_EMIT finished(answer);
}

Result<HttpAnswer> LoopbackRequest::parse(const QByteArray &bytes)
{
    const auto bad = [] { return failure(ErrorCode::BadServerData, tr("the answer is not HTTP")); };
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0 || !bytes.startsWith("HTTP/1."))
        return bad();
    const QList<QByteArray> lines = bytes.first(end).split('\n');
    const QList<QByteArray> words = lines.constFirst().trimmed().split(' ');
    bool ok = false;
    HttpAnswer answer;
    answer.status = words.size() < 2 ? 0 : words.at(1).toInt(&ok);
    if (!ok || answer.status < 100 || answer.status > 599)
        return bad();
    answer.body = bytes.sliced(end + 4);
    for (const QByteArray &line : lines.sliced(1)) {
        const qsizetype colon = line.indexOf(':');
        const QByteArray name = line.first(std::max<qsizetype>(colon, 0)).toLower();
        const QByteArray value = line.sliced(colon + 1).trimmed();
        if (name == "content-type")
            answer.contentType =
                value.first(value.contains(';') ? value.indexOf(';') : value.size()).trimmed().toLower();
        else if (name == "retry-after")
            answer.retryAfter = value;
        else if (name == "transfer-encoding" && value.toLower() != "identity")
            return bad(); // not an answer to HTTP/1.0
        else if (name == "content-length" && value.toLongLong() > answer.body.size())
            return failure(ErrorCode::ConnectionLost, tr("the answer was cut off"));
    }
    return answer;
}

} // namespace Helmclaw
