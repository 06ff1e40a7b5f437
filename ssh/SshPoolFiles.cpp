// SPDX-License-Identifier: MIT
#include "ssh/SshPoolFiles.h"

#include <QCoreApplication>
#include <QPointer>

#include <algorithm>

namespace Helmclaw {

PooledReadRangeReply::PooledReadRangeReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool,
                                           const ReadRangeOptions &options, std::shared_ptr<StreamCredit> credit)
    : ReadRangeReply(std::move(serverId))
    , m_id(id)
    , m_pool(std::move(pool))
    , m_options(options)
    , m_credit(std::move(credit))
{
}

PooledReadRangeReply::~PooledReadRangeReply()
{
    if (m_pool->m_pool == nullptr)
        return;
    m_pool->m_pool->forget(m_id);
    if (!isFinished())
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledReadRangeReply::abort()
{
    if (!isFinished() && m_pool->m_pool != nullptr)
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledReadRangeReply::opened(const FileFacts &facts)
{
    m_fileSize = facts.size;
    m_mode = facts.mode;
    if (facts.modified)
        m_modified = QDateTime::fromSecsSinceEpoch(*facts.modified, Qt::UTC);
    Q_EMIT ReadRangeReply::opened();
}

void PooledReadRangeReply::add(const QByteArray &part)
{
    m_parts.append(part);
    m_available += static_cast<quint64>(part.size());
    m_received += static_cast<quint64>(part.size());
    m_news = true;
}

void PooledReadRangeReply::announce()
{
    if (!std::exchange(m_news, false) || isFinished())
        return;
    const QPointer<PooledReadRangeReply> alive(this);
    Q_EMIT readyRead();
    if (!alive)
        return;
    const quint64 rest = m_fileSize - std::min(m_fileSize, m_options.offset);
    Q_EMIT progress(m_received, std::min(rest, m_options.length));
}

void PooledReadRangeReply::taken(quint64 bytes)
{
    const quint64 now = m_credit->taken += bytes;
    // Not for every small piece, but before the pipeline runs dry.
    if (isFinished() || m_pool->m_pool == nullptr || (now - m_told < m_options.bufferSize / 8 && m_available > 0))
        return;
    m_told = now;
    m_pool->m_pool->shardOf(serverId()).withLink(serverId(), [id = m_id](ServerLink &link) { link.resume(id); });
}

void PooledReadRangeReply::complete(OperationResult result)
{
    const QPointer<PooledReadRangeReply> alive(this); // who hears readyRead() may delete us
    m_shorterThanOffset = result.shorterThanOffset;
    announce();
    if (alive)
        finish(std::move(result.error));
}

PooledWriteFileReply::PooledWriteFileReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool,
                                           quint64 total)
    : WriteFileReply(std::move(serverId))
    , m_id(id)
    , m_pool(std::move(pool))
    , m_total(total)
{
}

PooledWriteFileReply::~PooledWriteFileReply()
{
    if (m_pool->m_pool == nullptr)
        return;
    m_pool->m_pool->forget(m_id);
    if (!isFinished())
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledWriteFileReply::abort()
{
    if (!isFinished() && m_pool->m_pool != nullptr)
        m_pool->m_pool->abortOperation(serverId(), m_id);
}

void PooledWriteFileReply::written(quint64 bytes)
{
    m_written = bytes;
    m_news = true;
}

void PooledWriteFileReply::announce()
{
    if (std::exchange(m_news, false) && !isFinished())
        Q_EMIT progress(m_written, m_total);
}

void PooledWriteFileReply::complete(OperationResult result)
{
    m_mode = result.mode;
    m_replaced = result.written.replaced;
    m_ownerKept = !result.error && result.written.ownerKept;
    m_synced = result.written.synced;
    const QPointer<PooledWriteFileReply> alive(this);
    announce();
    if (alive)
        finish(std::move(result.error));
}

bool SshPool::Private::checkFile(quint64 id, const QString &serverId, const QString &path)
{
    if (!targets.contains(serverId)) {
        postFailure(id, unknownServer(serverId));
        return false;
    }
    if (path.isEmpty() || path.contains(QChar::Null)) {
        postFailure(id,
                    { ErrorCode::InvalidInput,
                      QCoreApplication::translate("SshPool", "the path of the file is empty or holds a NUL"),
                      QCoreApplication::translate("SshPool", "Give the file's whole path."),
                      targets.value(serverId).name });
        return false;
    }
    return true;
}

ReadRangeReply *SshPool::readRange(const QString &serverId, const QString &path, const ReadRangeOptions &options)
{
    constexpr quint64 leastBuffer = 64 * 1024;
    constexpr quint64 mostBuffer = 64 * 1024 * 1024;
    const quint64 id = ++d->lastId;
    ReadRangeOptions sane = options;
    sane.bufferSize = std::clamp(options.bufferSize, leastBuffer, mostBuffer);
    sane.stallDeadline = std::max<std::chrono::milliseconds>(options.stallDeadline, std::chrono::seconds(1));
    const auto credit = std::make_shared<StreamCredit>();
    auto *reply = new PooledReadRangeReply(serverId, id, d->handle, sane, credit);
    d->files.insert(id, reply);
    if (!d->checkFile(id, serverId, path))
        return reply;
    auto operation = std::make_shared<Operation>();
    operation->id = id;
    operation->allowed = sane.deadline;
    operation->readRange =
        ReadRangeSpec { path.toUtf8(), sane.offset, sane.length, sane.bufferSize, sane.stallDeadline, credit };
    d->submit(serverId, std::move(operation));
    return reply;
}

WriteFileReply *SshPool::writeFile(const QString &serverId, const QString &path, const QByteArray &content,
                                   const WriteFileOptions &options)
{
    WriteFileSpec spec;
    spec.content = content;
    return d->startWrite(serverId, path, std::move(spec), options);
}

WriteFileReply *SshPool::writeFile(const QString &serverId, const QString &path, Secret content,
                                   const WriteFileOptions &options)
{
    WriteFileSpec spec;
    spec.secret = std::make_shared<Secret>(std::move(content));
    return d->startWrite(serverId, path, std::move(spec), options);
}

WriteFileReply *SshPool::Private::startWrite(const QString &serverId, const QString &path, WriteFileSpec spec,
                                             const WriteFileOptions &writeOptions)
{
    const quint64 id = ++lastId;
    const qsizetype size = spec.bytes().size();
    auto *reply = new PooledWriteFileReply(serverId, id, handle, static_cast<quint64>(size));
    files.insert(id, reply);
    if (!checkFile(id, serverId, path))
        return reply;
    if (size > writeOptions.maxBytes || path.endsWith(QLatin1Char('/'))) {
        const QString what = path.endsWith(QLatin1Char('/'))
            ? QCoreApplication::translate("SshPool", "%1 names a folder, not a file").arg(path)
            : QCoreApplication::translate("SshPool", "the content for %1 is longer than the %2 bytes that are allowed")
                  .arg(path)
                  .arg(writeOptions.maxBytes);
        postFailure(id, { ErrorCode::InvalidInput, what, {}, targets.value(serverId).name });
        return reply;
    }
    auto operation = std::make_shared<Operation>();
    operation->id = id;
    operation->allowed = writeOptions.deadline;
    operation->sensitive = spec.secret != nullptr;
    spec.path = path.toUtf8();
    spec.newFileMode = writeOptions.newFileMode & 07777;
    operation->writeFile = std::move(spec);
    submit(serverId, std::move(operation));
    return reply;
}

} // namespace Helmclaw
