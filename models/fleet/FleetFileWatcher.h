// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

namespace Helmclaw {

class Fleet;

/// Reloads the fleet when another process (helmclawctl, an editor, a synchronised folder) has changed its file: without
/// that the window would show yesterday's fleet and Fleet would refuse its next change. Thread: the GUI thread.
class FleetFileWatcher : public QObject
{
    Q_OBJECT
public:
    /// @p fleet is not owned and is loaded already.
    explicit FleetFileWatcher(Fleet *fleet, QObject *parent = nullptr);

Q_SIGNALS:
    void reloaded();
    /// The changed file cannot be used; the fleet stays as it is.
    void failed(const Helmclaw::Error &error);

private:
    void watch();
    void look();

    Fleet *m_fleet;
    QFileSystemWatcher m_watcher;
    QTimer m_settle;
};

} // namespace Helmclaw
