// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Fleet.h"
#include "models/fleet/SessionLabel.h"
#include "models/fleet/Tailnet.h"
#include "ssh/HostKey.h"
#include "ssh/SessionState.h"
#include "ssh/SshConfig.h"
#include "ssh/SshRouteQuery.h"

#include <QHash>
#include <QObject>
#include <QSet>

#include <functional>
#include <map>
#include <memory>

namespace Helmclaw {

class SshPool;

/// Keeps the pool's targets in step with the fleet: resolves each entry's effective SSH settings (fleet entry over
/// "ssh -G") before its first use and again when the entry changes, and relays the pool's states and host-key
/// questions to views, which know nothing of ssh/.
/// Thread: the GUI thread.
class ServerSessions : public QObject
{
    Q_OBJECT
public:
    /// Neither is owned; both must outlive this object.
    ServerSessions(Fleet *fleet, SshPool *pool, QObject *parent = nullptr);
    ~ServerSessions() override;

    [[nodiscard]] SshPool *pool() const { return m_pool; }
    [[nodiscard]] Fleet *fleet() const { return m_fleet; }
    /// This computer's tailnet; asked before a server of it is dialled.
    [[nodiscard]] Tailnet *tailnet() { return &m_tailnet; }
    [[nodiscard]] const Tailnet *tailnet() const { return &m_tailnet; }
    [[nodiscard]] SessionStatus status(const QString &serverId) const;
    /// What ssh_config says about the server and Helmclaw does not follow; empty until prepare() has asked ssh.
    [[nodiscard]] QList<SshConfigRemark> sshRemarks(const QString &serverId) const;
    /// How the server is reached, as the pool has it; nothing until prepare() has succeeded.
    [[nodiscard]] std::optional<SshTarget> target(const QString &serverId) const;

    /// Calls @p ready in the GUI thread, later, once the pool knows the target, or with the error that prevents it
    /// (bad ssh_config, a setting that must not be ignored, the tailnet). Dropped when @p context dies first.
    void prepare(const QString &serverId, QObject *context, std::function<void(Result<void>)> ready);

    /// Dials (after prepare()); the outcome is in statusChanged().
    void connectServer(const QString &serverId);
    void disconnectServer(const QString &serverId);
    void answerHostKey(quint64 questionId, bool accept);
    /// Questions that wait for an answer, oldest first.
    [[nodiscard]] QList<HostKeyQuestion> openQuestions() const { return m_questions; }

    /// ssh_config(5) file to use instead of ssh's defaults; for tests and --ssh-config.
    void setSshConfigFile(const QString &file);
    [[nodiscard]] QString sshConfigFile() const { return m_sshConfigFile; }

Q_SIGNALS:
    void statusChanged(const QString &serverId);
    void hostKeyQuestionAdded(const Helmclaw::HostKeyQuestion &question);
    void hostKeyQuestionClosed(quint64 questionId);

private:
    struct Pending;
    struct Resolved
    {
        SshConfigRequest request;
        SshRoute route;
        quint64 generation = 0; ///< of the configuration files, see configGeneration()
    };
    struct EarlyFailure
    {
        SessionStatus status;
        bool ofTailnet = false; ///< the tailnet's next answer may put it right
    };
    using Ready = std::function<void(Result<void>)>;

    /// Counts up whenever a file that "ssh -G" reads has changed. Costs a few stat() calls.
    quint64 configGeneration();
    void startNextQueries();
    void resolved(const QString &serverId);
    void settle(const QString &serverId, const Result<void> &outcome);
    [[nodiscard]] Result<void> retarget(const Server &server, const SshRoute &route);
    void dropTarget(const QString &serverId);
    void forget(const QString &serverId);
    [[nodiscard]] bool isReady(const QString &serverId) const;
    [[nodiscard]] Result<void> followTailnet(const Server &server, SshTarget &target) const;
    void tailnetChanged();
    void serverUpdated(const Server &server);
    void fleetReset();
    void setFailure(const QString &serverId, const std::optional<Error> &error, bool ofTailnet = false);

    Fleet *m_fleet;
    SshPool *m_pool;
    Tailnet m_tailnet;
    QString m_sshConfigFile;
    QStringList m_configInputs;
    QByteArray m_configState; ///< times and sizes of m_configInputs
    quint64 m_configGeneration = 0;
    QHash<QString, Resolved> m_resolved;
    QHash<QString, SshTarget> m_targets; ///< as the pool has them
    QHash<QString, EarlyFailure> m_failedBeforeDial;
    std::map<QString, std::unique_ptr<Pending>> m_pending;
    QStringList m_waiting; ///< ids in m_pending whose query has not started, oldest first
    QSet<QString> m_connectWanted; ///< connectServer() was called and neither done nor taken back
    QList<HostKeyQuestion> m_questions;
};

} // namespace Helmclaw
