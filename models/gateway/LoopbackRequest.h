// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/Secret.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

class QTcpSocket;

namespace Helmclaw {

struct HttpAnswer
{
    int status = 0;
    QByteArray contentType; ///< lower case, without parameters
    QByteArray retryAfter;
    QByteArray body;
    friend bool operator==(const HttpAnswer &, const HttpAnswer &) = default;
};

/// One HTTP request to 127.0.0.1. QNetworkAccessManager is not used because it keeps headers, and with them the token,
/// in buffers that nobody wipes, and because neither proxy, redirect, cookie nor cache may come into play here.
/// Speaks HTTP/1.0 (RFC 1945): the answer then ends with the connection. Thread: one with an event loop.
class LoopbackRequest : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        QByteArray method = QByteArrayLiteral("GET");
        QByteArray path = QByteArrayLiteral("/"); ///< already encoded
        QByteArray body; ///< JSON, for POST
        std::chrono::milliseconds deadline { 5000 }; ///< for all of it
        qsizetype maxBytes = 512 * 1024; ///< of the answer; what is longer is ErrorCode::OutputTooLarge
    };

    /// Starts at once. @p bearer (may be empty) is sent only if @p mayAuthorise still says so once the connection
    /// stands.
    LoopbackRequest(quint16 port, const Options &options, Secret bearer, std::function<bool()> mayAuthorise,
                    QObject *parent);
    LoopbackRequest(quint16 port, const Options &options, QObject *parent);
    ~LoopbackRequest() override;

    /// Parses status line, headers and body of a whole answer.
    [[nodiscard]] static Result<HttpAnswer> parse(const QByteArray &bytes);

Q_SIGNALS:
    /// Once, never from inside the constructor. @p answer is only valid during the call.
    void finished(const Helmclaw::Result<Helmclaw::HttpAnswer> &answer);

private:
    void send();
    void receive();
    void ended();
    void finish(const Result<HttpAnswer> &answer);

    quint16 m_port;
    Options m_options;
    Secret m_bearer;
    std::function<bool()> m_mayAuthorise;
    QTcpSocket *m_socket;
    QTimer m_deadline;
    QByteArray m_received;
    bool m_finished = false;
};

} // namespace Helmclaw
