// SPDX-License-Identifier: MIT
#include "ssh/tailscale/TailnetQuery.h"

#include "ssh/tailscale/LocalApiRequest.h"

#include <QFuture>
#include <QProcess>
#include <QPromise>
#include <QThreadPool>
#include <QTimer>

#include <memory>

namespace Helmclaw {

TailnetQuery::TailnetQuery(TailnetOptions options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
{
}

TailnetQuery::~TailnetQuery()
{
    detachProcess();
}

void TailnetQuery::start()
{
    m_sockets = m_options.socket.isEmpty() ? QStringList { QStringLiteral("/run/tailscale/tailscaled.sock"),
                                                           QStringLiteral("/var/run/tailscale/tailscaled.sock") }
                                           : QStringList { m_options.socket };
    askNextSocket();
}

void TailnetQuery::askNextSocket()
{
    if (m_sockets.isEmpty())
        return askProgram();
    m_request = new LocalApiRequest(m_sockets.takeFirst(), "/localapi/v0/status", m_options.deadline,
                                    TailnetStatus::MaxSize, this);
    connect(m_request, &LocalApiRequest::finished, this, &TailnetQuery::answered);
    m_request->start();
}

void TailnetQuery::answered()
{
    m_request->deleteLater(); // it is the sender
    const Result<LocalApiRequest::Answer> &result = m_request->result();
    if (!result) {
        switch (result.error().code) {
        case ErrorCode::FileNotFound:
            return askNextSocket();
        case ErrorCode::ConnectionRefused: // a socket that nobody has removed
            m_socketSaid = TailnetState::NoDaemon;
            return askNextSocket();
        case ErrorCode::PermissionDenied:
            m_socketSaid = TailnetState::PermissionDenied;
            return askNextSocket();
        default:
            return finish(TailnetStatus::without(TailnetState::Error, result.error().what));
        }
    }
    if (result->status == 401 || result->status == 403)
        return finish(TailnetStatus::without(TailnetState::PermissionDenied, printable(result->body.trimmed(), 200)));
    if (result->status != 200)
        return finish(TailnetStatus::without(
            TailnetState::Error,
            tr("tailscaled answered %1 %2").arg(result->status).arg(printable(result->body.trimmed(), 200))));
    parse(result->body, m_request->daemonUser() == m_options.trustedUser);
}

void TailnetQuery::askProgram()
{
    m_process = new QProcess(this);
    m_process->setStandardInputFile(QProcess::nullDevice());
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(TailnetStatus::without(m_socketSaid != TailnetState::Unknown ? m_socketSaid
                                                                                : TailnetState::NotInstalled));
    });
    connect(m_process, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
        programEnded(status == QProcess::NormalExit, exitCode);
    });
    connect(m_process, &QProcess::readyReadStandardOutput, this, [this] {
        if (m_process->bytesAvailable() > TailnetStatus::MaxSize)
            finish(TailnetStatus::without(TailnetState::Error, tr("the answer is longer than 32 MiB")));
    });
    QTimer::singleShot(m_options.deadline, this, [this, process = m_process] {
        if (process == m_process)
            finish(TailnetStatus::without(TailnetState::Error, tr("\"tailscale status\" did not end in time")));
    });
    QStringList arguments;
    if (!m_options.socket.isEmpty())
        arguments += QStringLiteral("--socket=") + m_options.socket;
    m_process->start(m_options.program, arguments + QStringList { QStringLiteral("status"), QStringLiteral("--json") });
}

void TailnetQuery::programEnded(bool normally, int exitCode)
{
    const QByteArray output = m_process->readAllStandardOutput();
    const QByteArray said = m_process->readAllStandardError().left(4096).trimmed();
    if (normally && (exitCode == 0 || output.startsWith('{')))
        return parse(output, false); // which tailscaled it asked is not known
    const QByteArray text = said.toLower();
    if (text.contains("failed to connect to local tailscale"))
        return finish(TailnetStatus::without(text.contains("permission denied") ? TailnetState::PermissionDenied
                                                                                : TailnetState::NoDaemon));
    if (text.contains("permission denied") || text.contains("access denied"))
        return finish(TailnetStatus::without(TailnetState::PermissionDenied, printable(said, 200)));
    finish(TailnetStatus::without(TailnetState::Error,
                                  said.isEmpty() ? tr("\"tailscale status\" ended with status %1").arg(exitCode)
                                                 : printable(said, 200)));
}

/// ~QProcess would wait for the child's end.
void TailnetQuery::detachProcess()
{
    if (!m_process)
        return;
    QProcess *process = std::exchange(m_process, nullptr);
    process->disconnect(this);
    process->setParent(nullptr);
    connect(process, &QProcess::finished, process, &QObject::deleteLater);
    if (process->state() == QProcess::NotRunning)
        process->deleteLater();
    else
        process->kill();
}

void TailnetQuery::parse(const QByteArray &json, bool rootDaemon)
{
    detachProcess();
    // A tailnet of some thousand nodes takes longer than a frame.
    auto promise = std::make_shared<QPromise<TailnetStatus>>();
    promise->future().then(this, [this](const TailnetStatus &status) { finish(status); });
    promise->start();
    QThreadPool::globalInstance()->start([promise, json, rootDaemon] {
        TailnetStatus status = TailnetStatus::parse(json);
        status.rootDaemon = rootDaemon && status.state == TailnetState::Running;
        promise->addResult(std::move(status));
        promise->finish();
    });
}

void TailnetQuery::finish(TailnetStatus status)
{
    m_status = std::move(status);
    detachProcess();
    QMetaObject::invokeMethod(this, &TailnetQuery::finished, Qt::QueuedConnection);
}

} // namespace Helmclaw
