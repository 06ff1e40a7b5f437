// SPDX-License-Identifier: MIT
#include "ssh/tailscale/LocalApiRequest.h"

#include <QLocalSocket>

#include <sys/socket.h>

namespace Helmclaw {

LocalApiRequest::LocalApiRequest(QString socket, QByteArray path, std::chrono::milliseconds deadline,
                                 qsizetype maxBytes, QObject *parent)
    : QObject(parent)
    , m_path(std::move(socket))
    , m_request("GET " + path
                + " HTTP/1.1\r\nHost: local-tailscaled.sock\r\nUser-Agent: Helmclaw/" HELMCLAW_VERSION
                  "\r\nConnection: close\r\n\r\n")
    , m_maxBytes(maxBytes)
    , m_socket(new QLocalSocket(this))
    , m_result(failure(ErrorCode::Internal, tr("not asked yet")))
{
    m_deadline.setSingleShot(true);
    m_deadline.setInterval(deadline);
    connect(m_socket, &QLocalSocket::connected, this, &LocalApiRequest::connected);
    connect(m_socket, &QLocalSocket::readyRead, this, &LocalApiRequest::receive);
    connect(m_socket, &QLocalSocket::errorOccurred, this, &LocalApiRequest::ended);
    connect(m_socket, &QLocalSocket::disconnected, this, &LocalApiRequest::ended);
    m_deadline.callOnTimeout(this, [this] {
        finish(failure(ErrorCode::DeadlineExceeded,
                       tr("tailscaled did not answer within %1 s").arg(m_deadline.interval() / 1000)));
    });
}

LocalApiRequest::~LocalApiRequest()
{
    m_socket->disconnect(this);
}

void LocalApiRequest::start()
{
    m_deadline.start();
    // Queued: a missing socket is reported from inside connectToServer().
    QMetaObject::invokeMethod(
        this, [this] { m_socket->connectToServer(m_path); }, Qt::QueuedConnection);
}

void LocalApiRequest::connected()
{
    struct ::ucred peer
    {
    };
    socklen_t size = sizeof peer;
    if (::getsockopt(int(m_socket->socketDescriptor()), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
        m_daemonUser = peer.uid;
    m_socket->write(m_request);
}

void LocalApiRequest::receive()
{
    m_received += m_socket->read(m_maxBytes + 1 - m_received.size());
    if (m_received.size() > m_maxBytes)
        finish(failure(ErrorCode::OutputTooLarge, tr("the answer is longer than %1 bytes").arg(m_maxBytes)));
}

void LocalApiRequest::ended()
{
    switch (m_socket->error()) {
    case QLocalSocket::ServerNotFoundError:
        return finish(failure(ErrorCode::FileNotFound, tr("there is no socket %1").arg(m_path)));
    case QLocalSocket::ConnectionRefusedError:
        return finish(failure(ErrorCode::ConnectionRefused, tr("nobody listens at %1").arg(m_path)));
    case QLocalSocket::SocketAccessError:
        return finish(failure(ErrorCode::PermissionDenied, tr("%1 may not be opened").arg(m_path)));
    default:
        break;
    }
    receive();
    if (m_received.isEmpty())
        return finish(failure(ErrorCode::ConnectionLost, tr("the connection was closed without an answer")));
    finish(parse(m_received));
}

void LocalApiRequest::finish(Result<Answer> result)
{
    if (m_finished)
        return;
    m_finished = true;
    m_result = std::move(result);
    m_deadline.stop();
    m_socket->disconnect(this);
    m_socket->abort();
    m_received = {};
    QMetaObject::invokeMethod(this, &LocalApiRequest::finished, Qt::QueuedConnection);
}

namespace {

/// The data of a chunked body (RFC 9112 §7.1); nothing when it is malformed or cut off.
std::optional<QByteArray> dechunked(QByteArrayView rest)
{
    QByteArray data;
    for (;;) {
        const qsizetype end = rest.indexOf("\r\n");
        if (end < 1 || end > 1024)
            return std::nullopt;
        QByteArray size = rest.first(end).toByteArray();
        if (const qsizetype extension = size.indexOf(';'); extension >= 0)
            size.truncate(extension);
        bool ok = false;
        const qlonglong length = size.trimmed().toLongLong(&ok, 16);
        rest = rest.sliced(end + 2);
        if (!ok || length < 0 || length > rest.size())
            return std::nullopt;
        if (length == 0)
            return data; // trailers are of no interest
        data += rest.first(length);
        rest = rest.sliced(length);
        if (!rest.startsWith("\r\n"))
            return std::nullopt;
        rest = rest.sliced(2);
    }
}

} // namespace

Result<LocalApiRequest::Answer> LocalApiRequest::parse(const QByteArray &bytes)
{
    const auto cut = [] { return failure(ErrorCode::ConnectionLost, tr("the answer was cut off")); };
    const auto bad = [] { return failure(ErrorCode::BadServerData, tr("the answer is not HTTP")); };
    if (!bytes.startsWith("HTTP/1."))
        return bad();
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0)
        return cut();
    const QByteArrayList lines = bytes.first(end).split('\n');
    bool ok = false;
    Answer answer;
    answer.status = lines.constFirst().trimmed().split(' ').value(1).toInt(&ok);
    if (!ok || answer.status < 100 || answer.status > 599)
        return bad();
    answer.body = bytes.sliced(end + 4);
    bool chunked = false;
    std::optional<qlonglong> length;
    for (const QByteArray &line : lines.sliced(1)) {
        const qsizetype colon = line.indexOf(':');
        if (colon < 1)
            return bad();
        const QByteArray name = line.first(colon).toLower();
        const QByteArray value = line.sliced(colon + 1).trimmed().toLower();
        if (name == "transfer-encoding") {
            if (value != "chunked" && value != "identity")
                return bad();
            chunked = value == "chunked";
        } else if (name == "content-length") {
            length = value.toLongLong(&ok);
            if (!ok || *length < 0)
                return bad();
        }
    }
    if (chunked) {
        auto data = dechunked(answer.body);
        if (!data)
            return cut();
        answer.body = std::move(*data);
    } else if (length) {
        if (*length > answer.body.size())
            return cut();
        answer.body.truncate(*length);
    }
    return answer;
}

} // namespace Helmclaw
