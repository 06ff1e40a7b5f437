// SPDX-License-Identifier: MIT
#include "app/ctl/Command.h"

#include "app/ctl/ChecksCommand.h"
#include "app/ctl/ExecCommand.h"
#include "app/ctl/ExplainCommand.h"
#include "app/ctl/ExposureCommand.h"
#include "app/ctl/FixCommand.h"
#include "app/ctl/HostKeyCommand.h"
#include "app/ctl/KeychainCommand.h"
#include "app/ctl/ReportCommand.h"
#include "app/ctl/ServersCommand.h"
#include "app/ctl/StatusCommand.h"
#include "app/ctl/TasksCommand.h"
#include "app/ctl/TunnelCommand.h"

#include <QTimer>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

std::unique_ptr<Command> Command::create(const QString &name)
{
    if (name == "servers"_L1)
        return std::make_unique<ServersCommand>();
    if (name == "status"_L1)
        return std::make_unique<StatusCommand>();
    if (name == "checks"_L1)
        return std::make_unique<ChecksCommand>();
    if (name == "explain"_L1)
        return std::make_unique<ExplainCommand>();
    if (name == "report"_L1)
        return std::make_unique<ReportCommand>();
    if (name == "exposure"_L1)
        return std::make_unique<ExposureCommand>();
    if (name == "tunnel"_L1)
        return std::make_unique<TunnelCommand>();
    if (name == "exec"_L1)
        return std::make_unique<ExecCommand>();
    if (name == "hostkey"_L1)
        return std::make_unique<HostKeyCommand>();
    if (name == "keychain"_L1)
        return std::make_unique<KeychainCommand>();
    if (name == "fix"_L1)
        return std::make_unique<FixCommand>();
    if (name == "unban"_L1)
        return std::make_unique<FixCommand>(FixCommand::Form::Unban);
    if (name == "reboot"_L1)
        return std::make_unique<FixCommand>(FixCommand::Form::Reboot);
    if (name == "restart-gateway"_L1)
        return std::make_unique<FixCommand>(FixCommand::Form::RestartGateway);
    if (name == "tasks"_L1)
        return std::make_unique<TasksCommand>();
    return nullptr;
}

QStringList Command::names()
{
    return { u"servers"_s,  u"status"_s, u"checks"_s, u"explain"_s,         u"report"_s,
             u"exposure"_s, u"tunnel"_s, u"exec"_s,   u"hostkey"_s,         u"keychain"_s,
             u"fix"_s,      u"unban"_s,  u"reboot"_s, u"restart-gateway"_s, u"tasks"_s };
}

void Command::finish(int exitCode)
{
    if (m_finished)
        return;
    m_finished = true;
    QTimer::singleShot(0, this, [this, exitCode] { Q_EMIT finished(exitCode); });
}

void Command::fail(const Error &error, int exitCode)
{
    writeErr(error.toString());
    finish(exitCode);
}

Result<QList<Server>> Command::select(const Fleet &fleet, const QStringList &names)
{
    if (names.isEmpty())
        return fleet.servers();
    QList<Server> servers;
    for (const QString &name : names) {
        const auto server = fleet.byName(name);
        if (!server)
            return failure(ErrorCode::InvalidInput, tr("There is no server \"%1\" in %2").arg(name, fleet.file()),
                           tr("List the servers with: helmclawctl servers"));
        servers.append(*server);
    }
    return servers;
}

void writeOut(const QByteArray &bytes)
{
    std::fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stdout);
    std::fflush(stdout);
}

void writeErr(const QString &line)
{
    const QByteArray bytes = line.toUtf8() + '\n';
    std::fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stderr);
    std::fflush(stderr);
}

void writeJson(const QJsonDocument &document)
{
    writeOut(document.toJson(QJsonDocument::Indented));
}

QJsonObject errorToJson(const Error &error)
{
    return { { u"code"_s, errorCodeName(error.code) },
             { u"what"_s, error.what },
             { u"remedy"_s, error.remedy },
             { u"server"_s, error.server } };
}

} // namespace Helmclaw
