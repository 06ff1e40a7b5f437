// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/OperationJob.h"

#include <QByteArray>

#include <map>

namespace Helmclaw {

/// Reads one whole file by SFTP version 3 (draft-ietf-secsh-filexfer-02) with many requests under way at once, so that
/// a distant server costs few round trips. libssh's own sftp_read() spins on a non-blocking session.
class SftpReadJob : public OperationJob
{
public:
    explicit SftpReadJob(std::shared_ptr<Operation> operation);
    ~SftpReadJob() override;

    Next pump() override;

private:
    enum class Phase { Subsystem, Version, Open, Stat, Read, Close };
    [[nodiscard]] bool startSubsystem();
    void send(char type, const QByteArray &payload);
    [[nodiscard]] bool flush();
    [[nodiscard]] bool receive();
    void message(QByteArrayView packet);
    void statMessage(char type, QByteArrayView body);
    void readMessage(char type, quint32 id, QByteArrayView body);
    void requestMore();
    void requestChunk(quint64 offset, quint32 size);
    void closeFile();
    void succeed();
    void failStatus(quint32 code, const QByteArray &text);
    void malformed();
    void tooLarge();

    Phase m_phase = Phase::Subsystem;
    QByteArray m_out;
    QByteArray m_in;
    QByteArray m_handle;
    quint32 m_lastId = 0;
    quint32 m_mode = 0;
    struct Chunk
    {
        quint64 offset = 0;
        quint32 size = 0;
    };
    std::map<quint32, Chunk> m_pending;
    std::map<quint64, QByteArray> m_parts; ///< by offset
    quint64 m_nextOffset = 0;
    quint64 m_received = 0;
    quint64 m_size = 0; ///< as fstat said; 0 for /proc and the like
    bool m_end = false;
};

} // namespace Helmclaw
