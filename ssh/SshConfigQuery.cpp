// SPDX-License-Identifier: MIT
#include "ssh/SshConfigQuery.h"

#include "ssh/SshConfigFallback.h"
#include "ssh/SshConfigParser.h"

#include <QCoreApplication>
#include <QProcess>
#include <QStandardPaths>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <memory>

namespace Helmclaw {

using namespace std::chrono_literals;

namespace {

constexpr auto queryDeadline = 10s;
constexpr qint64 maxOutput = 1024 * 1024;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

/// What "ssh -G" says without any configuration: the same as long as the program runs. GUI thread.
QByteArray &sshDefaults()
{
    static QByteArray defaults;
    return defaults;
}

bool isWord(const QString &text)
{
    return !text.startsWith(QLatin1Char('-'))
        && std::none_of(text.begin(), text.end(), [](QChar c) { return c.category() == QChar::Other_Control; });
}

} // namespace

SshConfigQuery::SshConfigQuery(SshConfigRequest request, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
    , m_result(failure(ErrorCode::Internal, QStringLiteral("the ssh settings were not asked for yet")))
{
}

SshConfigQuery::SshConfigQuery(const QString &host, const QString &configFile, QObject *parent)
    : SshConfigQuery(SshConfigRequest { .host = host, .configFile = configFile }, parent)
{
}

SshConfigQuery::~SshConfigQuery()
{
    letGo();
}

/// Leaves the process to itself: ~QProcess would wait for the child's end.
void SshConfigQuery::letGo()
{
    QProcess *process = std::exchange(m_process, nullptr);
    if (process == nullptr)
        return;
    process->disconnect(this);
    process->setParent(nullptr);
    connect(process, &QProcess::finished, process, &QObject::deleteLater);
    if (process->state() == QProcess::NotRunning)
        process->deleteLater();
    else
        process->kill();
}

void SshConfigQuery::finish(Result<SshHostConfig> result)
{
    if (!m_started)
        return;
    m_started = false; // the first outcome counts
    m_result = std::move(result);
    letGo();
    QMetaObject::invokeMethod(this, &SshConfigQuery::finished, Qt::QueuedConnection);
}

std::optional<Error> SshConfigQuery::problem() const
{
    const QString shownHost = printable(m_request.host.toUtf8(), 80);
    if (m_request.host.isEmpty() || !isWord(m_request.host))
        return Error { ErrorCode::InvalidInput,
                       Text::tr("\"%1\" is not a host name").arg(shownHost),
                       Text::tr("Enter a name, an address, or an alias of your ssh_config; it cannot begin with "
                                "\"-\""),
                       {} };
    if (!isWord(m_request.user) || !isWord(m_request.jump) || m_request.port < 0 || m_request.port > 65535)
        return Error { ErrorCode::InvalidInput,
                       Text::tr("user, port or jump host of \"%1\" cannot be handed to ssh").arg(shownHost),
                       Text::tr("Correct the server's entry in the fleet"),
                       {} };
    return std::nullopt;
}

void SshConfigQuery::start()
{
    if (m_started || m_process != nullptr)
        return;
    m_started = true;
    if (const auto wrong = problem()) {
        finish(tl::unexpected(*wrong));
        return;
    }
    QTimer::singleShot(queryDeadline, this, [this] {
        const QString shownHost = printable(m_request.host.toUtf8(), 80);
        finish(failure(ErrorCode::DeadlineExceeded,
                       Text::tr("ssh did not work out its settings for \"%1\" within 10 s").arg(shownHost),
                       Text::tr("Check the \"Match exec\" lines of your ssh_config; \"ssh -G -- %1\" hangs as well")
                           .arg(shownHost)));
    });
    m_askingForDefaults = sshDefaults().isEmpty();
    if (m_askingForDefaults) {
        run({ QStringLiteral("-G"), QStringLiteral("-F"), QStringLiteral("none"), QStringLiteral("--"),
              QStringLiteral("localhost") });
    } else {
        runFinished(true, 0);
    }
}

void SshConfigQuery::run(const QStringList &arguments)
{
    m_process = new QProcess(this);
    m_process->setStandardInputFile(QProcess::nullDevice());
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            notStarted();
    });
    connect(m_process, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
        runFinished(status == QProcess::NormalExit && exitCode == 0, exitCode);
    });
    connect(m_process, &QProcess::readyReadStandardOutput, this, [this] {
        if (m_process->bytesAvailable() > maxOutput)
            finish(failure(
                ErrorCode::OutputTooLarge,
                Text::tr("ssh's settings for \"%1\" are longer than 1 MiB").arg(printable(m_request.host.toUtf8(), 80)),
                Text::tr("Check the \"Match exec\" lines of your ssh_config")));
    });
    m_process->start(QStringLiteral("ssh"), arguments);
}

/// Without ssh its files are read here. One that is there and cannot be started is no reason for that: it knows more
/// of the settings.
void SshConfigQuery::notStarted()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty()) {
        readWithoutSsh();
        return;
    }
    finish(
        failure(ErrorCode::Internal,
                Text::tr("ssh, which works out the settings for \"%1\", cannot be started: %2")
                    .arg(printable(m_request.host.toUtf8(), 80), m_process->errorString()),
                Text::tr("Close other programs or raise the limits of open files and processes (ulimit -n, ulimit -u), "
                         "then try again.")));
}

/// In a thread of its own: a "Match exec" is waited for.
void SshConfigQuery::readWithoutSsh()
{
    const auto result = std::make_shared<Result<SshHostConfig>>(m_result);
    QThread *thread = QThread::create([request = m_request, result] { *result = SshConfigFallback::read(request); });
    connect(thread, &QThread::finished, this, [this, result] { finish(*result); });
    connect(thread, &QThread::finished, thread, &QObject::deleteLater);
    thread->start();
}

void SshConfigQuery::runFinished(bool succeeded, int exitCode)
{
    if (succeeded && m_process != nullptr && !m_askingForDefaults) {
        auto parsed = SshConfigParser::parse(m_process->readAllStandardOutput(), sshDefaults(), m_request.host);
        if (parsed)
            parsed->configFile = m_request.configFile;
        finish(std::move(parsed));
        return;
    }
    if (!succeeded) {
        const QByteArray said = m_process->readAllStandardError().trimmed();
        const QString shownHost = printable(m_request.host.toUtf8(), 80);
        finish(
            failure(ErrorCode::InvalidInput,
                    Text::tr("ssh cannot work out its settings for \"%1\": %2")
                        .arg(shownHost,
                             said.isEmpty() ? Text::tr("it ended with status %1").arg(exitCode) : printable(said, 500)),
                    Text::tr("Correct the ssh_config file that is named; \"ssh -G -- %1\" shows the same message")
                        .arg(shownHost)));
        return;
    }
    if (m_askingForDefaults) {
        m_askingForDefaults = false;
        sshDefaults() = m_process->readAllStandardOutput();
        letGo();
    }
    QStringList arguments { QStringLiteral("-G") };
    if (!m_request.configFile.isEmpty())
        arguments += { QStringLiteral("-F"), m_request.configFile };
    if (!m_request.user.isEmpty())
        arguments += { QStringLiteral("-l"), m_request.user };
    if (m_request.port != 0)
        arguments += { QStringLiteral("-p"), QString::number(m_request.port) };
    if (!m_request.jump.isEmpty())
        arguments += { QStringLiteral("-J"), m_request.jump };
    run(arguments << QStringLiteral("--") << m_request.host);
}

} // namespace Helmclaw
