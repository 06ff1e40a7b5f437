// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/DialLane.h"
#include "ssh/IoShard.h"
#include "ssh/Mailbox.h"
#include "ssh/PoolContext.h"
#include "ssh/SshPool.h"

#include <QHash>

#include <memory>
#include <unordered_map>
#include <vector>

namespace Helmclaw {

/// What a reply or tunnel needs to reach its pool, and to notice that it has gone. Owner's thread.
class PoolHandle
{
public:
    explicit PoolHandle(SshPool::Private *pool)
        : m_pool(pool)
    {
    }
    SshPool::Private *m_pool = nullptr; ///< null once the pool is gone
};

class PooledExecReply final : public ExecReply
{
public:
    PooledExecReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool);
    ~PooledExecReply() override;
    void abort() override;
    void addOutput(const QByteArray &out, const QByteArray &err);
    void announceOutput(); ///< once per batch
    void complete(OperationResult result);
    /// Of a sensitive command: nothing is announced before the end.
    void setSensitive(bool sensitive) { m_isSensitive = sensitive; }

private:
    quint64 m_id;
    std::shared_ptr<PoolHandle> m_pool;
    bool m_news = false;
    bool m_isSensitive = false;
};

class PooledReadFileReply final : public ReadFileReply
{
public:
    PooledReadFileReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool);
    ~PooledReadFileReply() override;
    void abort() override;
    void complete(OperationResult result);

private:
    quint64 m_id;
    std::shared_ptr<PoolHandle> m_pool;
};

class PooledHostKeyReply final : public HostKeyReply
{
public:
    PooledHostKeyReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool);
    ~PooledHostKeyReply() override;
    void abort() override;
    void complete(std::optional<Error> error, const std::optional<HostKeyReport> &report = {});
    void setDial(quint64 dial) { m_dial = dial; }

private:
    quint64 m_id;
    quint64 m_dial = 0; ///< in the dial lane; 0: none
    std::shared_ptr<PoolHandle> m_pool;
};

/// What the pool tells a reply about a streamed or written file.
class PooledFileReply
{
public:
    virtual ~PooledFileReply() = default;
    [[nodiscard]] virtual SshReply *reply() = 0;
    virtual void opened(const FileFacts &) { }
    virtual void add(const QByteArray &) { }
    virtual void written(quint64) { }
    virtual void announce() { } ///< once per batch
    virtual void complete(OperationResult result) = 0;
};

class PooledTunnel final : public Tunnel
{
public:
    PooledTunnel(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool);
    ~PooledTunnel() override;
    void close() override;
    void apply(const TunnelStatus &status);

private:
    quint64 m_id;
    std::shared_ptr<PoolHandle> m_pool;
    bool m_closed = false;
};

/// The owner's side: knows targets, replies and tunnels by number, and mirrors the sessions' states.
class SshPool::Private
{
public:
    Private(SshPool *pool, const SshPoolOptions &wanted);
    ~Private();

    [[nodiscard]] IoShard &shardOf(const QString &serverId);
    [[nodiscard]] PoolContext makeContext(EventLoop &loop);
    /// Checks what all file operations need; false when the reply will finish with an error.
    [[nodiscard]] bool checkFile(quint64 id, const QString &serverId, const QString &path);
    [[nodiscard]] WriteFileReply *startWrite(const QString &serverId, const QString &path, WriteFileSpec spec,
                                             const WriteFileOptions &options);
    [[nodiscard]] PromptBroker::Sink makePromptSink();
    /// Finds out whether somebody listens for prompts; before every dial, for the signal spy of a test tells nobody.
    void updateMayAsk();
    void submit(const QString &serverId, std::shared_ptr<Operation> operation);
    void abortOperation(const QString &serverId, quint64 id);
    void forget(quint64 id);
    [[nodiscard]] ExecReply *startExec(const QString &serverId, Result<ExecSpec> spec, const ExecOptions &execOptions);
    /// Finishes the reply with @p error from the event loop.
    void postFailure(quint64 id, const Error &error);
    void applyResult(quint64 id, OperationResult result);
    void applyHostKey(quint64 id, const std::optional<Error> &error, const std::optional<HostKeyReport> &report);
    [[nodiscard]] Error unknownServer(const QString &serverId) const;
    void announceOutput();
    void checkSessions(); ///< any thread

    SshPool *q;
    SshPoolOptions options;
    QString ownKnownHosts;
    MayAsk mostAsked = MayAsk::Everything;
    std::shared_ptr<PoolHandle> handle;
    Mailbox mailbox;
    PoolCounters counters;
    std::atomic<quint64> lastQuestion { 0 };
    quint64 lastId = 0;
    QHash<QString, SshTarget> targets;
    QHash<QString, SessionStatus> statuses;
    QHash<quint64, PooledExecReply *> execs;
    QHash<quint64, PooledReadFileReply *> reads;
    QHash<quint64, PooledHostKeyReply *> hostKeys;
    QHash<quint64, PooledFileReply *> files;
    QHash<quint64, PooledTunnel *> tunnels;
    QList<quint64> withNews; ///< replies that got output in this batch
    std::unique_ptr<JumpHosts> jumps;
    BanWatch bans;
    std::unique_ptr<DialLane> dials;
    std::vector<std::unique_ptr<IoShard>> shards;
    std::unique_ptr<ChangeWatch> changes; ///< lives in the first shard's loop
};

} // namespace Helmclaw
