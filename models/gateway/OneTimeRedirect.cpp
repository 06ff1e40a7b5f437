// SPDX-License-Identifier: MIT
#include "models/gateway/OneTimeRedirect.h"

#include "ssh/SocketOwner.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QRandomGenerator>
#include <QTcpSocket>

#include <array>
#include <optional>

#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

constexpr qsizetype MaxRequestBytes = 16 * 1024; // browsers send a few hundred bytes, with cookies of other ports more
constexpr std::chrono::seconds RequestDeadline { 5 };
constexpr int MaxConnections = 16;

/// RFC 3986 §2.1 for everything but unreserved characters: the page reads the fragment with URLSearchParams, to which
/// "+" and "&" have a meaning.
void appendEncoded(QByteArray &out, QByteArrayView bytes)
{
    static constexpr char Hex[] = "0123456789ABCDEF";
    for (const char c : bytes) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
            || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += Hex[byte >> 4];
            out += Hex[byte & 15];
        }
    }
}

} // namespace

struct OneTimeRedirect::Request
{
    QByteArray method;
    QByteArray target;
    std::optional<QByteArray> host;
    bool isPrefetch = false;

    /// Nothing when it is not a request that a browser would send.
    static std::optional<Request> parse(const QByteArray &head)
    {
        QList<QByteArray> lines = head.split('\n');
        for (QByteArray &line : lines) {
            if (line.endsWith('\r'))
                line.chop(1);
        }
        const QList<QByteArray> words = lines.takeFirst().split(' ');
        if (words.size() != 3 || (words.at(2) != "HTTP/1.1" && words.at(2) != "HTTP/1.0"))
            return std::nullopt;
        Request request { words.at(0), words.at(1), {}, false };
        for (const QByteArray &line : lines) {
            const qsizetype colon = line.indexOf(':');
            if (colon < 1)
                return std::nullopt;
            const QByteArray name = line.first(colon).toLower();
            const QByteArray value = line.sliced(colon + 1).trimmed();
            if (name == "host") {
                if (request.host)
                    return std::nullopt;
                request.host = value;
            } else if (name == "sec-purpose" || name == "purpose" || name == "x-moz") {
                request.isPrefetch = request.isPrefetch || value.toLower().contains("pre");
            } else if (name == "content-length" || name == "transfer-encoding") {
                return std::nullopt;
            }
        }
        return request;
    }
};

OneTimeRedirect::OneTimeRedirect(quint16 uiPort, QString basePath, Secret token, QObject *parent)
    : QTcpServer(parent)
    , m_uiPort(uiPort)
    , m_basePath(std::move(basePath))
    , m_token(std::move(token))
{
    setProxy(QNetworkProxy::NoProxy);
    m_lifetime.setSingleShot(true);
    m_lifetime.callOnTimeout(this, &OneTimeRedirect::expire);
}

OneTimeRedirect::~OneTimeRedirect() = default;

Result<QUrl> OneTimeRedirect::start(std::chrono::milliseconds lifetime)
{
    std::array<quint32, 8> random {};
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    const QByteArray nonce = QByteArray(reinterpret_cast<const char *>(random.data()), sizeof random)
                                 .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    m_path = Secret('/' + nonce);
    if (!listen(QHostAddress(QHostAddress::LocalHost), 0))
        return failure(ErrorCode::Internal, tr("no local port could be opened for the browser: %1").arg(errorString()),
                       tr("See how many files this program may open (ulimit -n)"));
    m_lifetime.start(lifetime);
    QUrl url;
    url.setScheme(u"http"_s);
    url.setHost(u"127.0.0.1"_s);
    url.setPort(serverPort());
    url.setPath(u'/' + QString::fromLatin1(nonce));
    return url;
}

void OneTimeRedirect::incomingConnection(qintptr descriptor)
{
    const std::optional<uid_t> owner = SocketOwner::ofPeer(int(descriptor));
    if (m_connections >= MaxConnections || !owner || *owner != geteuid()) {
        ::close(int(descriptor));
        return;
    }
    auto *socket = new QTcpSocket(this);
    if (!socket->setSocketDescriptor(descriptor)) {
        ::close(int(descriptor));
        delete socket;
        return;
    }
    ++m_connections;
    connect(socket, &QObject::destroyed, this, [this] { --m_connections; });
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
    QTimer::singleShot(RequestDeadline, socket, [socket] { socket->abort(); });
}

void OneTimeRedirect::read(QTcpSocket *socket)
{
    QByteArray received = socket->property("received").toByteArray() + socket->readAll();
    const qsizetype end = received.indexOf("\r\n\r\n");
    if (end < 0 && received.size() <= MaxRequestBytes) {
        socket->setProperty("received", received);
        return;
    }
    disconnect(socket, &QTcpSocket::readyRead, this, nullptr);
    const std::optional<Request> request =
        end >= 0 && end <= MaxRequestBytes ? Request::parse(received.first(end)) : std::nullopt;
    if (request)
        answer(socket, *request);
    else
        refuse(socket, "400 Bad Request", "This is not a request that can be answered.");
}

void OneTimeRedirect::answer(QTcpSocket *socket, const Request &request)
{
    // Another name would mean that a web page let its own name point to this address (DNS rebinding).
    if (request.host != "127.0.0.1:" + QByteArray::number(serverPort()))
        return refuse(socket, "400 Bad Request", "Wrong host name.");
    if (!Secret(request.target).equals(m_path))
        return refuse(socket, "404 Not Found", "There is nothing here.");
    if (request.method != "GET")
        return refuse(socket, "405 Method Not Allowed\r\nAllow: GET", "Only GET is answered.");
    if (request.isPrefetch)
        return refuse(socket, "503 Service Unavailable", "This address works once, and not ahead of time.");
    if (m_served)
        return refuse(socket, "410 Gone", "This address worked once. Open the web UI from Helmclaw again.");
    redirect(socket);
}

void OneTimeRedirect::redirect(QTcpSocket *socket)
{
    m_served = true;
    const QByteArray path = QUrl::toPercentEncoding(m_basePath, "/");
    QByteArray response;
    response.reserve(512 + path.size() + 3 * m_token.size());
    response += "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + QByteArray::number(m_uiPort) + path + "/#token=";
    appendEncoded(response, m_token.view());
    response +=
        "\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    // Past the socket's own buffer, which nobody would wipe; the system's is empty, and takes some hundred bytes.
    (void)::send(int(socket->socketDescriptor()), response.constData(), std::size_t(response.size()), MSG_NOSIGNAL);
    wipe(response);
    m_token = {};
    socket->disconnectFromHost();
    Q_EMIT served();
}

void OneTimeRedirect::refuse(QTcpSocket *socket, const QByteArray &status, const QByteArray &explanation)
{
    const QByteArray body = explanation + '\n';
    socket->write("HTTP/1.1 " + status
                  + "\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nCache-Control: "
                    "no-store\r\n"
                    "Referrer-Policy: no-referrer\r\nConnection: close\r\nContent-Length: "
                  + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    socket->disconnectFromHost();
}

void OneTimeRedirect::expire()
{
    m_token = {};
    close();
    Q_EMIT closed();
}

} // namespace Helmclaw
