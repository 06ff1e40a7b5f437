// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/tailscale/TailnetStatus.h"

#include <QObject>
#include <QStringList>

#include <chrono>

QT_BEGIN_NAMESPACE
class QProcess;
QT_END_NAMESPACE

namespace Helmclaw {

class LocalApiRequest;

struct TailnetOptions
{
    QString socket; ///< of tailscaled; empty: where packages put it
    QString program = QStringLiteral("tailscale"); ///< asked when the socket does not answer
    std::chrono::milliseconds deadline { 5000 }; ///< for each of the two
    uint trustedUser = 0; ///< whose tailscaled is believed about host keys; only tests have another one
};

/// Asks tailscaled once for its status: by the LocalAPI, else by "tailscale status --json" as a child process. Exactly
/// one finished() follows start(), never from inside it; owned by the caller, who may delete it at any time.
/// Thread: one with an event loop; nothing blocks it, the JSON is parsed elsewhere.
class TailnetQuery : public QObject
{
    Q_OBJECT
public:
    explicit TailnetQuery(TailnetOptions options = {}, QObject *parent = nullptr);
    ~TailnetQuery() override;
    void start();
    [[nodiscard]] const TailnetStatus &status() const { return m_status; }

Q_SIGNALS:
    void finished();

private:
    void askNextSocket();
    void answered();
    void askProgram();
    void programEnded(bool normally, int exitCode);
    void detachProcess();
    void parse(const QByteArray &json, bool rootDaemon);
    void finish(TailnetStatus status);

    TailnetOptions m_options;
    QStringList m_sockets;
    LocalApiRequest *m_request = nullptr;
    QProcess *m_process = nullptr;
    TailnetState m_socketSaid = TailnetState::Unknown; ///< NoDaemon or PermissionDenied; the program may know more
    TailnetStatus m_status;
};

} // namespace Helmclaw
