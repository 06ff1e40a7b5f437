// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/keychain/Keychain.h"
#include "models/posture/NewestRelease.h"
#include "models/posture/PostureRefresher.h"
#include "models/posture/PostureStore.h"
#include "models/tasks/TaskManager.h"
#include "ssh/SshPool.h"

#include <QCommandLineParser>

namespace Helmclaw {

/// Options that both executables share.
struct ConsoleOptions
{
    QString fleetFile; ///< empty: Fleet::defaultFile()
    QString sshConfigFile; ///< empty: ssh's own defaults
    QString knownHostsFile; ///< Helmclaw's own; empty: <data dir>/known_hosts
    QString tailscaleSocket; ///< of tailscaled; empty: where packages put it

    static void addTo(QCommandLineParser &parser);
    static ConsoleOptions from(const QCommandLineParser &parser);
};

/// The composition: every object of the domain, made once and wired together, without a widget.
/// Members are public on purpose: this is the one place that knows them all. Thread: the main thread.
class Console
{
public:
    explicit Console(const ConsoleOptions &options);

    /// Loads the fleet file.
    [[nodiscard]] Result<void> load();

    SshPool pool;
    Fleet fleet;
    ServerSessions sessions;
    PostureStore posture;
    NewestRelease newestRelease;
    PostureRefresher refresher;
    WebUiSessions webUi;
    TaskManager tasks;
    Keychain keychain;

private:
    QString m_fleetFile;
};

} // namespace Helmclaw
