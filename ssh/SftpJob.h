// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/OperationJob.h"
#include "ssh/SftpClient.h"
#include "ssh/SftpDepth.h"

namespace Helmclaw {

/// What the operations by SFTP have in common: a channel with the "sftp" subsystem and a client on it.
class SftpJob : public OperationJob
{
public:
    Next pump() override;

protected:
    explicit SftpJob(std::shared_ptr<Operation> operation);
    void requestRefused() override;

    /// The server has said its version.
    virtual void ready() = 0;
    /// Before every sending: queue what there is to do.
    virtual void work() { }
    /// False while the job has something to do although its result has been given.
    [[nodiscard]] virtual bool isDone() const { return isOver(); }
    /// The channel ended by itself.
    virtual void ended();
    virtual void malformed();

    /// A request whose answer is a step: its time is noted, and none comes after the end of the operation.
    void ask(Sftp::Type type, const SftpWriter &fields, SftpClient::Answer answer);
    /// The same for an answer to SftpClient::extended().
    [[nodiscard]] SftpClient::Answer noticed(SftpClient::Answer answer);
    /// Asks how large a request may be, where the server can tell; needs no waiting for.
    void askLimits();
    [[nodiscard]] quint32 largestRead() const { return m_largestRead; }
    [[nodiscard]] quint32 largestWrite() const { return m_largestWrite; }
    [[nodiscard]] SftpClient &client() { return m_client; }
    [[nodiscard]] SftpDepth &depth() { return m_depth; }
    /// @p action as in "reading": what failed, with the server's own reason.
    [[nodiscard]] Error statusError(const SftpAnswer::StatusText &status, const QString &action,
                                    const QByteArray &path) const;
    [[nodiscard]] Error malformedError() const;
    [[nodiscard]] Error directoryError(const QByteArray &path) const;

private:
    void begin();

    SftpClient m_client;
    SftpDepth m_depth;
    quint32 m_largestRead = SftpDepth::smallChunk;
    quint32 m_largestWrite = SftpDepth::smallChunk;
    bool m_running = false;
};

} // namespace Helmclaw
