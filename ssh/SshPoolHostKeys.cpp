// SPDX-License-Identifier: MIT
#include "ssh/SshPoolPrivate.h"

namespace Helmclaw {

PooledHostKeyReply::PooledHostKeyReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool)
    : HostKeyReply(std::move(serverId))
    , m_id(id)
    , m_pool(std::move(pool))
{
}

PooledHostKeyReply::~PooledHostKeyReply()
{
    if (m_pool->m_pool == nullptr)
        return;
    m_pool->m_pool->hostKeys.remove(m_id);
    if (m_dial != 0 && !isFinished())
        m_pool->m_pool->dials->cancel(m_dial);
}

void PooledHostKeyReply::abort()
{
    if (isFinished() || m_pool->m_pool == nullptr || m_dial == 0)
        return;
    SshPool::Private *pool = m_pool->m_pool;
    pool->dials->cancel(m_dial);
    const Error error = SshErrors(pool->targets.value(serverId())).cancelled();
    pool->mailbox.post([pool, id = m_id, error] { pool->applyHostKey(id, error, {}); });
}

void PooledHostKeyReply::complete(std::optional<Error> error, const std::optional<HostKeyReport> &report)
{
    if (report)
        m_report = *report;
    finish(std::move(error));
}

void SshPool::Private::applyHostKey(quint64 id, const std::optional<Error> &error,
                                    const std::optional<HostKeyReport> &report)
{
    if (PooledHostKeyReply *reply = hostKeys.take(id)) // first: who hears finished() may delete it, or the pool
        reply->complete(error, report);
}

HostKeyReply *SshPool::inspectHostKey(const QString &serverId)
{
    const quint64 id = ++d->lastId;
    auto *reply = new PooledHostKeyReply(serverId, id, d->handle);
    d->hostKeys.insert(id, reply);
    const auto answer = [pool = d.get(), id](const std::optional<Error> &error,
                                             const std::optional<HostKeyReport> &report) {
        pool->mailbox.post([pool, id, error, report] { pool->applyHostKey(id, error, report); });
    };
    if (!d->targets.contains(serverId)) {
        answer(d->unknownServer(serverId), {});
        return reply;
    }
    DialRequest request;
    request.target = d->targets.value(serverId);
    request.hostKeyOnly = true;
    reply->setDial(d->dials->dial(
        std::move(request), [](SessionState) {},
        [answer](const DialResult &result) { answer(result.error, result.hostKey); }));
    return reply;
}

HostKeyReply *SshPool::replaceHostKey(const QString &serverId, const HostKey &key)
{
    const quint64 id = ++d->lastId;
    auto *reply = new PooledHostKeyReply(serverId, id, d->handle);
    d->hostKeys.insert(id, reply);
    const auto answer = [pool = d.get(), id](const std::optional<Error> &error) {
        pool->mailbox.post([pool, id, error] { pool->applyHostKey(id, error, {}); });
    };
    if (!d->targets.contains(serverId)) {
        answer(d->unknownServer(serverId));
        return reply;
    }
    d->dials->replaceHostKey(d->targets.value(serverId), key, [answer](const Result<void> &done) {
        answer(done ? std::optional<Error>() : done.error());
    });
    return reply;
}

QString SshPool::ownKnownHostsFile() const
{
    return d->ownKnownHosts;
}

} // namespace Helmclaw
