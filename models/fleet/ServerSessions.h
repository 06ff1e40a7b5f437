// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Fleet.h"
#include "ssh/HostKey.h"
#include "ssh/SessionState.h"

#include <QHash>
#include <QObject>

#include <functional>

namespace Helmclaw {

class SshConfigQuery;
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
    [[nodiscard]] SessionStatus status(const QString &serverId) const;

    /// Calls @p ready in the GUI thread, later, once the pool knows the target, or with the error that prevents it
    /// (bad ssh_config, ProxyJump which is not supported yet …). Dropped when @p context dies first.
    void prepare(const QString &serverId, QObject *context, std::function<void(Result<void>)> ready);

    /// Dials (after prepare()); the outcome is in statusChanged().
    void connectServer(const QString &serverId);
    void disconnectServer(const QString &serverId);
    void answerHostKey(quint64 questionId, bool accept);
    /// Questions that wait for an answer, oldest first.
    [[nodiscard]] QList<HostKeyQuestion> openQuestions() const { return m_questions; }

    /// ssh_config(5) file to use instead of ssh's defaults; for tests and --ssh-config.
    void setSshConfigFile(const QString &file) { m_sshConfigFile = file; }

Q_SIGNALS:
    void statusChanged(const QString &serverId);
    void hostKeyQuestionAdded(const Helmclaw::HostKeyQuestion &question);
    void hostKeyQuestionClosed(quint64 questionId);

private:
    struct Pending;
    void forget(const QString &serverId);
    void resolved(const QString &serverId, SshConfigQuery *query);

    Fleet *m_fleet;
    SshPool *m_pool;
    QString m_sshConfigFile;
    QHash<QString, SessionStatus> m_failedBeforeDial;
    QHash<QString, Pending *> m_pending;
    QList<HostKeyQuestion> m_questions;
};

} // namespace Helmclaw
