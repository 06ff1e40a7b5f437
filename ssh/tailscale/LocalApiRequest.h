// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <optional>

QT_BEGIN_NAMESPACE
class QLocalSocket;
QT_END_NAMESPACE

namespace Helmclaw {

/// One GET to tailscaled's LocalAPI: HTTP/1.1 over its unix socket, which Qt's own HTTP client does not speak before
/// 6.8. Exactly one finished() follows start(), never from inside it. Thread: one with an event loop; never blocks.
class LocalApiRequest : public QObject
{
    Q_OBJECT
public:
    struct Answer
    {
        int status = 0;
        QByteArray body;
        friend bool operator==(const Answer &, const Answer &) = default;
    };

    LocalApiRequest(QString socket, QByteArray path, std::chrono::milliseconds deadline, qsizetype maxBytes,
                    QObject *parent = nullptr);
    ~LocalApiRequest() override;
    void start();

    /// FileNotFound: no such socket; ConnectionRefused: nobody listens behind it; PermissionDenied; ConnectionLost;
    /// DeadlineExceeded; OutputTooLarge; BadServerData. Texts without a remedy: the caller knows what was asked.
    [[nodiscard]] const Result<Answer> &result() const { return m_result; }
    /// Who made the socket listen (SO_PEERCRED); nothing before a connection stood.
    [[nodiscard]] std::optional<uint> daemonUser() const { return m_daemonUser; }

    /// A whole answer: status line, headers, and a body that is chunked, counted, or ends with the connection.
    [[nodiscard]] static Result<Answer> parse(const QByteArray &bytes);

Q_SIGNALS:
    void finished();

private:
    void connected();
    void receive();
    void ended();
    void finish(Result<Answer> result);

    QString m_path;
    QByteArray m_request;
    qsizetype m_maxBytes;
    QLocalSocket *m_socket;
    QTimer m_deadline;
    QByteArray m_received;
    Result<Answer> m_result;
    std::optional<uint> m_daemonUser;
    bool m_finished = false;
};

} // namespace Helmclaw
