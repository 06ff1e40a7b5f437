// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QStringList>

#include <memory>

namespace Helmclaw {

class NewestRelease;
class PostureStore;
class ServerSessions;

/// Refreshes servers: one run of the probe script each, parsed and judged off the GUI thread, the results put into the
/// store. Bounded concurrency; a server that is already being refreshed is not started twice. Thread: the GUI thread.
class PostureRefresher : public QObject
{
    Q_OBJECT
public:
    /// Neither is owned.
    PostureRefresher(ServerSessions *sessions, PostureStore *store, QObject *parent = nullptr);
    ~PostureRefresher() override;

    void refresh(const QStringList &serverIds);
    /// Stops what runs and forgets what waits; those servers get ErrorCode::Cancelled.
    void cancel();
    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] int done() const; ///< of the servers since the refresher was last idle
    [[nodiscard]] int total() const;
    void setMaxConcurrent(int servers); ///< default 64
    /// Who knows OpenClaw's newest version, asked when a server has a gateway. Not owned; none: it is not known.
    void setNewestRelease(NewestRelease *release);

Q_SIGNALS:
    void progressChanged(); ///< done(), total() or isRunning() changed
    void serverFinished(const QString &serverId);
    void idle(); ///< nothing runs or waits any more

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Helmclaw
