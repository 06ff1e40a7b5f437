// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/SshHandle.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <functional>

namespace Helmclaw {

struct AgentIdentity
{
    QByteArray blob; ///< public key, RFC 4253 §6.6
    QByteArray comment;
    QByteArray signWith = {}; ///< the key to sign with when blob is a certificate that the agent does not hold itself
    friend bool operator==(const AgentIdentity &, const AgentIdentity &) = default;
};

/// Stands between libssh and the user's ssh-agent (draft-miller-ssh-agent). libssh 0.10 would offer every key of an
/// agent in turn, which fail2ban takes for an attack; through the relay it sees exactly the one key that is to be
/// offered, and closing the relay ends a signature that waits for the user. Thread: one EventLoop.
class AgentRelay
{
public:
    /// @p path: the agent's socket. @p done comes once from the loop: the identities, or why there are none.
    using Listed = std::function<void(QList<AgentIdentity> identities, QString problem)>;

    AgentRelay(EventLoop &loop, QString path);
    ~AgentRelay();
    AgentRelay(const AgentRelay &) = delete;
    AgentRelay &operator=(const AgentRelay &) = delete;

    /// An agent that does not answer within listDeadline counts as one that cannot be reached.
    void list(Listed done);
    static constexpr std::chrono::seconds listDeadline { 5 };
    /// A socket for libssh behind which only @p identity is; the caller (libssh) closes it. Invalid when the system
    /// has no more. A relay before it, if any, is closed.
    [[nodiscard]] FileDescriptor offer(const AgentIdentity &identity);
    /// True while the agent has a request to sign that it has not answered.
    [[nodiscard]] bool isSigning() const { return m_signing; }
    /// True while it has been asked anything that it has not answered.
    [[nodiscard]] bool isAsked() const { return m_signing || m_listed; }
    /// Called from the loop whenever isSigning() has changed; it may delete the relay.
    void setSigningChanged(std::function<void()> callback) { m_signingChanged = std::move(callback); }
    /// Ends everything; libssh's calls on the socket fail.
    void close();

    /// Parses SSH_AGENT_IDENTITIES_ANSWER without its length; false when malformed.
    [[nodiscard]] static bool parseIdentities(QByteArrayView message, QList<AgentIdentity> &identities);

private:
    [[nodiscard]] bool connectAgent();
    void agentReady(std::uint32_t events);
    void clientReady(std::uint32_t events);
    void agentMessage(const QByteArray &message);
    void clientMessage(const QByteArray &message);
    void send(int fd, EventLoop::Id watch, QByteArray &queue, const QByteArray &message);
    void agentGone(const QString &why);
    void setSigning(bool signing);

    EventLoop &m_loop;
    QString m_path;
    FileDescriptor m_agent;
    FileDescriptor m_client;
    EventLoop::Id m_agentWatch = 0;
    EventLoop::Id m_clientWatch = 0;
    QByteArray m_fromAgent;
    QByteArray m_toAgent;
    QByteArray m_fromClient;
    QByteArray m_toClient;
    Listed m_listed;
    EventLoop::Id m_listTimer = 0;
    AgentIdentity m_offered;
    bool m_signing = false;
    std::function<void()> m_signingChanged;
};

} // namespace Helmclaw
