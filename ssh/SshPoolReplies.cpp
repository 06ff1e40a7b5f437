// SPDX-License-Identifier: MIT
#include "ssh/SshPoolPrivate.h"

#include <QPointer>

namespace Helmclaw {

PooledExecReply::PooledExecReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool)
    : ExecReply(std::move(serverId))
    , m_id(id)
    , m_pool(std::move(pool))
{
}

PooledExecReply::~PooledExecReply()
{
    if (m_pool->m_pool == nullptr)
        return;
    m_pool->m_pool->forget(m_id);
    if (!isFinished())
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledExecReply::abort()
{
    if (!isFinished() && m_pool->m_pool != nullptr)
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledExecReply::addOutput(const QByteArray &out, const QByteArray &err)
{
    m_stdout += out;
    m_stderr += err;
    m_news = m_news || (!m_isSensitive && (!out.isEmpty() || !err.isEmpty()));
}

void PooledExecReply::announceOutput()
{
    if (std::exchange(m_news, false) && !isFinished())
        Q_EMIT readyRead();
}

void PooledExecReply::complete(OperationResult result)
{
    addOutput(result.data, result.errorOutput);
    m_exitStatus = result.exitStatus;
    m_exitSignal = result.exitSignal;
    m_truncated = result.truncated;
    const QPointer<PooledExecReply> alive(this); // who hears readyRead() may delete us
    if (result.secret)
        m_sensitive = std::move(*result.secret);
    else
        announceOutput();
    if (alive)
        finish(std::move(result.error));
}

PooledReadFileReply::PooledReadFileReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool)
    : ReadFileReply(std::move(serverId))
    , m_id(id)
    , m_pool(std::move(pool))
{
}

PooledReadFileReply::~PooledReadFileReply()
{
    if (m_pool->m_pool == nullptr)
        return;
    m_pool->m_pool->forget(m_id);
    if (!isFinished())
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledReadFileReply::abort()
{
    if (!isFinished() && m_pool->m_pool != nullptr)
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledReadFileReply::complete(OperationResult result)
{
    m_data = result.data;
    m_mode = result.mode;
    if (result.secret)
        m_sensitive = std::move(*result.secret);
    finish(std::move(result.error));
}

PooledTunnel::PooledTunnel(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool)
    : Tunnel(std::move(serverId))
    , m_id(id)
    , m_pool(std::move(pool))
{
    m_state = TunnelState::Opening;
}

PooledTunnel::~PooledTunnel()
{
    if (m_pool->m_pool == nullptr)
        return;
    m_pool->m_pool->tunnels.remove(m_id);
    m_pool->m_pool->shardOf(m_serverId).withLink(m_serverId, [id = m_id](ServerLink &link) { link.closeTunnel(id); });
}

void PooledTunnel::close()
{
    if (m_closed)
        return;
    m_closed = true;
    if (m_pool->m_pool == nullptr)
        return;
    SshPool::Private *pool = m_pool->m_pool;
    if (!pool->targets.contains(m_serverId)) {
        pool->mailbox.post([pool, id = m_id] {
            if (PooledTunnel *tunnel = pool->tunnels.value(id))
                tunnel->apply({});
        });
        return;
    }
    // The answer (Off) comes through the mailbox, behind everything that was reported before.
    pool->shardOf(m_serverId).withLink(m_serverId, [id = m_id](ServerLink &link) { link.closeTunnel(id); });
}

void PooledTunnel::apply(const TunnelStatus &status)
{
    m_state = status.state;
    m_error = status.error;
    m_localPort = status.localPort;
    m_attempt = status.attempt;
    m_connections = status.connections;
    Q_EMIT stateChanged();
}

} // namespace Helmclaw
