// SPDX-License-Identifier: MIT
#include "models/fleet/FleetFileWatcher.h"

#include "models/fleet/Fleet.h"

#include <QFileInfo>

namespace Helmclaw {

/// A writer replaces the file in several steps, and some editors write in place: look once it is quiet.
static constexpr std::chrono::milliseconds SettleTime { 200 };

FleetFileWatcher::FleetFileWatcher(Fleet *fleet, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(SettleTime);
    connect(&m_settle, &QTimer::timeout, this, &FleetFileWatcher::look);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, &m_settle, qOverload<>(&QTimer::start));
    watch();
}

void FleetFileWatcher::watch()
{
    if (m_fleet->file().isEmpty())
        return;
    // The folder too: a file that is replaced by rename(2) is no longer the one that was watched.
    const QString folder = QFileInfo(m_fleet->file()).absolutePath();
    if (!m_watcher.directories().contains(folder) && QFileInfo::exists(folder))
        m_watcher.addPath(folder);
    if (!m_watcher.files().contains(m_fleet->file()) && QFileInfo::exists(m_fleet->file()))
        m_watcher.addPath(m_fleet->file());
}

void FleetFileWatcher::look()
{
    watch();
    // A file that is gone may come back (an editor's way of saving); its loss is no reason to forget the fleet.
    if (!QFileInfo::exists(m_fleet->file()) || !m_fleet->isStale())
        return;
    if (const auto loaded = m_fleet->load(m_fleet->file()); !loaded)
        Q_EMIT failed(loaded.error());
    else
        Q_EMIT reloaded();
}

} // namespace Helmclaw
