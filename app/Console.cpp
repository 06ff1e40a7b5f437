// SPDX-License-Identifier: MIT
#include "app/Console.h"

#include "models/tasks/TaskJournal.h"

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

static SshPoolOptions poolOptions(const ConsoleOptions &options)
{
    SshPoolOptions pool;
    pool.ownKnownHostsFile = options.knownHostsFile;
    return pool;
}

void ConsoleOptions::addTo(QCommandLineParser &parser)
{
    parser.addOption(
        { u"fleet"_s,
          QCoreApplication::translate("ConsoleOptions", "Fleet file (default: %1).").arg(Fleet::defaultFile()),
          u"file"_s });
    parser.addOption(
        { u"ssh-config"_s,
          QCoreApplication::translate("ConsoleOptions", "OpenSSH client configuration to use instead of ssh's own."),
          u"file"_s });
    parser.addOption(
        { u"known-hosts"_s,
          QCoreApplication::translate("ConsoleOptions", "Where Helmclaw pins the host keys that it is told to trust."),
          u"file"_s });
    parser.addOption(
        { u"tailscale-socket"_s,
          QCoreApplication::translate("ConsoleOptions", "tailscaled's socket, if it is not in the usual place."),
          u"file"_s });
}

ConsoleOptions ConsoleOptions::from(const QCommandLineParser &parser)
{
    return { parser.value(u"fleet"_s), parser.value(u"ssh-config"_s), parser.value(u"known-hosts"_s),
             parser.value(u"tailscale-socket"_s) };
}

Console::Console(const ConsoleOptions &options)
    : pool(poolOptions(options))
    , sessions(&fleet, &pool)
    , newestRelease(NewestRelease::Options::fromEnvironment())
    , refresher(&sessions, &posture)
    , webUi(&fleet, &sessions)
    , tasks(&sessions, TaskJournal::defaultFolder())
    , m_fleetFile(options.fleetFile.isEmpty() ? Fleet::defaultFile() : options.fleetFile)
{
    if (!options.sshConfigFile.isEmpty())
        sessions.setSshConfigFile(options.sshConfigFile);
    if (!options.tailscaleSocket.isEmpty()) {
        TailnetOptions tailscale;
        tailscale.socket = options.tailscaleSocket;
        sessions.tailnet()->setOptions(tailscale);
    }
    refresher.setNewestRelease(&newestRelease);
    QObject::connect(&fleet, &Fleet::removed, &posture, [this](int, const QString &id) { posture.remove(id); });
}

Result<void> Console::load()
{
    return fleet.load(m_fleetFile);
}

} // namespace Helmclaw
