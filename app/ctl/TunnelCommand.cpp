// SPDX-License-Identifier: MIT
#include "app/ctl/TunnelCommand.h"

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void TunnelCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl tunnel NAME: opens the tunnel to the server's OpenClaw web UI and keeps it until Ctrl+C.\n"
           "Prints the address on one line of standard output; states go to standard error.\n"
           "Exit code: 0 ended by Ctrl+C or SIGTERM, 3 the tunnel could not be opened or was given up, 2 usage."));
    parser.addOption(
        { u"print-url"_s,
          tr("Print an address that signs the browser in: it works once, within 60 seconds, for this user only.") });
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
    WebUiSessions &webUi = console.webUi;
    connect(&webUi, &WebUiSessions::statusChanged, this, [this](const QString &id) {
        if (id == m_serverId)
            statusChanged();
    });
    connect(&webUi, &WebUiSessions::signInReady, this, [this](const QString &id, const QUrl &url) {
        if (id != m_serverId || m_announced)
            return;
        m_announced = true;
        if (const QString note = m_console->webUi.status(id).signInNote; !note.isEmpty())
            writeErr(tr("The address does not sign in: %1").arg(note));
        writeOut(url.toEncoded() + '\n');
    });
    connect(&webUi, &WebUiSessions::openFailed, this, [this](const QString &id, const Error &error) {
        if (id == m_serverId)
            fail(error, ExitServerFailed);
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
        const QString name = m_console->fleet.byId(m_serverId)->name;
        writeErr(u"%1: %2%3"_s.arg(name, webUiStateLabel(status.state),
                                   status.error ? u" – "_s + status.error->toString() : QString()));
    }
    if (status.state == WebUiState::Live && !m_signIn && !m_announced) {
        m_announced = true;
        writeOut(m_console->webUi.plainUrl(m_serverId).toEncoded() + '\n');
    }
    if (status.state == WebUiState::Failed)
        finish(ExitServerFailed);
}

void TunnelCommand::interrupt()
{
    if (m_console)
        m_console->webUi.close(m_serverId);
    finish(ExitOk);
}

} // namespace Helmclaw
