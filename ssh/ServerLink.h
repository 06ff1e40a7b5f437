// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/IoSession.h"
#include "ssh/JumpLease.h"
#include "ssh/JumpLeases.h"
#include "ssh/OperationQueue.h"
#include "ssh/PoolContext.h"
#include "ssh/SshTarget.h"

#include <map>
#include <memory>
#include <optional>

namespace Helmclaw {

class TunnelListener;

/// One server in its IO thread: dials when somebody wants a session, queues operations until there is one and while its
/// channels are in use, asks about an unknown host key once, dials again after a loss while tunnels want it.
class ServerLink
{
public:
    ServerLink(const PoolContext &context, SshTarget target);
    ~ServerLink();
    ServerLink(const ServerLink &) = delete;
    ServerLink &operator=(const ServerLink &) = delete;

    void setTarget(const SshTarget &target);
    void connectSession();
    /// Ends everything: operations with Cancelled, tunnels go Off.
    void close();
    void submit(const std::shared_ptr<Operation> &operation);
    void abort(quint64 operationId);
    void resume(quint64 operationId) { m_operations.resume(operationId); }
    void openTunnel(quint64 tunnelId, const TunnelOptions &options);
    void closeTunnel(quint64 tunnelId);
    void answer(quint64 questionId, bool accept);
    /// As a jump host: @p done once, when the session is ready (then it stays until endLease()) or why there is none.
    void lease(quint64 id, bool urgent, JumpLeases::Done done);
    void endLease(quint64 id);
    /// The session gives a sign of life soon or is lost; a wait before a reconnection ends, unless it is for a ban.
    void checkSession();

    [[nodiscard]] const PoolContext &context() const { return m_context; }
    [[nodiscard]] IoSession *session() const { return m_session.get(); }
    [[nodiscard]] SshErrors errors() const { return SshErrors(m_target, m_refusedLogins); }

private:
    [[nodiscard]] bool isWanted() const;
    void need();
    void tryToDial();
    void dial(bool urgent = true);
    void dialThroughJump(bool urgent);
    void dialNow();
    [[nodiscard]] bool isDialling() const;
    void dialled(quint64 generation, DialResult result);
    void dialFailed(const DialResult &result);
    void giveUp(const Error &error);
    void ready(DialResult result);
    void lost(const Error &error);
    void dropSession(const Error &error);
    void backOff(const Error &error);
    void noteLogin(const DialResult &result);
    void stopDialling();
    void askAbout(const HostKey &key, const Error &error);
    void closeQuestion();
    void withdrawIfUnwanted();
    void updateTunnels();
    void setState(SessionState state, std::optional<Error> error = {});

    PoolContext m_context;
    SshTarget m_target;
    SessionStatus m_status;
    std::shared_ptr<IoSession> m_session;
    bool m_connectWanted = false;
    quint64 m_generation = 0; ///< of dials and sessions: what belongs to an older one is ignored
    quint64 m_dial = 0; ///< 0: none under way
    std::unique_ptr<JumpLease> m_jump; ///< while dialling through or connected through a jump host
    bool m_jumpFailed = false; ///< the last failure is the jump host's
    EventLoop::Id m_retryTimer = 0;
    int m_attempt = 0; ///< reconnections since the session was last well
    EventLoop::Clock::time_point m_readySince;
    int m_refusedLogins = 0;
    EventLoop::Clock::time_point m_askedAt; ///< when this dial began, before the jump host's
    QByteArray m_goodKey;
    QString m_libsshLacks; ///< found out by an earlier dial
    std::optional<HostKeyQuestion> m_question;
    std::optional<HostKey> m_acceptedKey;
    std::optional<HostKeyReport> m_hostKeyReport; ///< of the last dial, when its host key was why it failed
    OperationQueue m_operations;
    JumpLeases m_leases;
    std::map<quint64, std::shared_ptr<TunnelListener>> m_tunnels;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); ///< answers of the dial lane may come after the end
};

} // namespace Helmclaw
