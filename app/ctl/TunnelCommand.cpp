// SPDX-License-Identifier: MIT
#include "app/ctl/TunnelCommand.h"

#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void TunnelCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl tunnel NAME: opens the tunnel to the server's OpenClaw web UI and keeps it until Ctrl+C.\n"
           "Prints the address on one line of standard output; states go to standard error.\n"
           "With --json every state is one JSON line on standard output, and the address is its \"url\".\n"
           "Exit code: 0 ended by Ctrl+C or SIGTERM, 3 the tunnel could not be opened or was given up, 2 usage."));
    parser.addOption(
        { u"print-url"_s,
          tr("Print an address that signs the browser in: it works once, within 60 seconds, for this user only.") });
    parser.addOption({ u"json"_s, tr("One JSON object per line: each state, and the address when there is one") });
}

void TunnelCommand::start(Console &console, const QCommandLineParser &parser)
{
    const QStringList names = parser.positionalArguments();
    if (names.size() != 1)
        return fail({ ErrorCode::InvalidInput,
                      tr("tunnel wants exactly one server"),
                      tr("See: helmclawctl tunnel --help"),
                      {} },
                    ExitUsage);
    const auto servers = select(console.fleet, names);
    if (!servers)
        return fail(servers.error(), ExitUsage);
    m_console = &console;
    m_serverId = servers->constFirst().id;
    m_signIn = parser.isSet(u"print-url"_s);
    m_json = parser.isSet(u"json"_s);
    WebUiSessions &webUi = console.webUi;
    connect(&webUi, &WebUiSessions::statusChanged, this, [this](const QString &id) {
        if (id == m_serverId)
            statusChanged();
    });
    connect(&webUi, &WebUiSessions::signInReady, this, [this](const QString &id, const QUrl &url) {
        if (id == m_serverId)
            announce(url);
    });
    connect(&webUi, &WebUiSessions::openFailed, this, [this](const QString &id, const Error &error) {
        if (id != m_serverId)
            return;
        if (m_told != error) // the state's line has said it otherwise
            tell(m_console->webUi.status(id), error);
        finish(ExitServerFailed);
    });
    if (m_signIn)
        webUi.open(m_serverId);
    else
        webUi.openTunnelOnly(m_serverId);
}

void TunnelCommand::statusChanged()
{
    const WebUiStatus status = m_console->webUi.status(m_serverId);
    if (status.state != m_lastState) {
        m_lastState = status.state;
        tell(status, status.error);
    }
    if (status.state == WebUiState::Live && !m_signIn)
        announce(m_console->webUi.plainUrl(m_serverId));
    if (status.state == WebUiState::Failed)
        finish(ExitServerFailed);
}

void TunnelCommand::tell(WebUiStatus status, const std::optional<Error> &error)
{
    m_told = error;
    if (m_json) {
        status.error = error;
        writeLine(webUiStatusToJson(status));
        return;
    }
    const QString name = m_console->fleet.byId(m_serverId)->name;
    const QString line = name + ": "_L1 + webUiStateLabel(status.state);
    if (!error)
        return writeErr(line);
    Error bare = *error; // its server is this one, and the line names it
    bare.server.clear();
    writeErr(line + " – "_L1 + bare.toString());
}

void TunnelCommand::announce(const QUrl &url)
{
    if (std::exchange(m_announced, true))
        return;
    const WebUiStatus status = m_console->webUi.status(m_serverId);
    if (m_json) {
        QJsonObject line = webUiStatusToJson(status);
        line.insert(u"url"_s, QString::fromLatin1(url.toEncoded()));
        writeLine(line);
        return;
    }
    if (m_signIn && !status.signInNote.isEmpty())
        writeErr(tr("The address does not sign in: %1").arg(status.signInNote));
    writeOut(url.toEncoded() + '\n');
}

void TunnelCommand::writeLine(QJsonObject line) const
{
    line.insert(u"server"_s, m_console->fleet.byId(m_serverId)->name);
    writeOut(QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n');
}

void TunnelCommand::interrupt()
{
    if (m_console)
        m_console->webUi.close(m_serverId);
    finish(ExitOk);
}

} // namespace Helmclaw
