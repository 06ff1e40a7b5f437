// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshPoolPrivate.h"

namespace Helmclaw {

class PooledReadRangeReply final : public ReadRangeReply, public PooledFileReply
{
public:
    PooledReadRangeReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool,
                         const ReadRangeOptions &options, std::shared_ptr<StreamCredit> credit);
    ~PooledReadRangeReply() override;
    void abort() override;
    [[nodiscard]] SshReply *reply() override { return this; }
    void opened(const FileFacts &facts) override;
    void add(const QByteArray &part) override;
    void announce() override;
    void complete(OperationResult result) override;

protected:
    void taken(quint64 bytes) override;

private:
    quint64 m_id;
    std::shared_ptr<PoolHandle> m_pool;
    ReadRangeOptions m_options;
    std::shared_ptr<StreamCredit> m_credit;
    quint64 m_told = 0; ///< how far the reading has been told that we are
    bool m_news = false;
};

class PooledWriteFileReply final : public WriteFileReply, public PooledFileReply
{
public:
    PooledWriteFileReply(QString serverId, quint64 id, std::shared_ptr<PoolHandle> pool, quint64 total);
    ~PooledWriteFileReply() override;
    void abort() override;
    [[nodiscard]] SshReply *reply() override { return this; }
    void written(quint64 bytes) override;
    void announce() override;
    void complete(OperationResult result) override;

private:
    quint64 m_id;
    std::shared_ptr<PoolHandle> m_pool;
    quint64 m_total;
    quint64 m_written = 0;
    bool m_news = false;
};

} // namespace Helmclaw
