// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/Secret.h"

#include <QTcpServer>
#include <QTimer>
#include <QUrl>

#include <chrono>

class QTcpSocket;

namespace Helmclaw {

/// Hands a browser the gateway's token without putting it into an argument: a listener on 127.0.0.1 that answers the
/// first proper GET of its one unguessable path with a redirect to the web UI, the token in the URL's fragment (which
/// browsers keep to themselves). Only processes of this user are listened to. HEAD, prefetches and anything malformed
/// are answered without using it up; the second GET gets 410; when the time is up the listener is gone.
/// Thread: one with an event loop.
class OneTimeRedirect : public QTcpServer
{
    Q_OBJECT
public:
    static constexpr std::chrono::seconds defaultLifetime { 60 };

    /// The redirect leads to http://127.0.0.1:@p uiPort@p basePath/#token=@p token.
    OneTimeRedirect(quint16 uiPort, QString basePath, Secret token, QObject *parent = nullptr);
    ~OneTimeRedirect() override;

    /// Begins to listen; the URL for the browser.
    [[nodiscard]] Result<QUrl> start(std::chrono::milliseconds lifetime = defaultLifetime);
    [[nodiscard]] bool isServed() const { return m_served; }

Q_SIGNALS:
    void served(); ///< the redirect was sent, the token is wiped
    void closed(); ///< the listener is gone, used or not; delete it from here with deleteLater()

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    struct Request;
    void read(QTcpSocket *socket);
    void answer(QTcpSocket *socket, const Request &request);
    void redirect(QTcpSocket *socket);
    void refuse(QTcpSocket *socket, const QByteArray &status, const QByteArray &explanation);
    void expire();

    quint16 m_uiPort;
    QString m_basePath;
    Secret m_token;
    Secret m_path; ///< "/" and the nonce
    QTimer m_lifetime;
    int m_connections = 0;
    bool m_served = false;
};

} // namespace Helmclaw
