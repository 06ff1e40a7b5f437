// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshReply.h"

#include <QDateTime>

#include <chrono>
#include <limits>

namespace Helmclaw {

struct ReadRangeOptions
{
    quint64 offset = 0; ///< the first byte wanted
    quint64 length = std::numeric_limits<quint64>::max(); ///< at most that many; the file's end ends it, too
    /// What may be held in memory for this reply, in bytes: under way or not yet read() by the caller. 64 KiB … 64 MiB.
    quint64 bufferSize = 16 * 1024 * 1024;
    std::chrono::milliseconds deadline { 3600000 }; ///< from the call, dialling included
    /// At most that long without a byte from the server while we wait for it; waiting for the caller does not count.
    /// At least 1 s.
    std::chrono::milliseconds stallDeadline { 30000 };
};

/// A part of a remote file, streamed by SFTP in the manner of QNetworkReply: readyRead(), then read(). When the caller
/// does not read(), the server is asked for no more than ReadRangeOptions::bufferSize. The pipeline measures the line
/// and keeps it filled, but not so full that commands on the same session would wait behind it.
class ReadRangeReply : public SshReply
{
    Q_OBJECT
public:
    [[nodiscard]] quint64 bytesAvailable() const { return m_available; }
    /// The next bytes, at most @p maxSize; empty when none are there yet. Also after finished().
    [[nodiscard]] QByteArray read(qsizetype maxSize);
    [[nodiscard]] QByteArray readAll() { return read(std::numeric_limits<qsizetype>::max()); }
    /// Received so far, read() or not.
    [[nodiscard]] quint64 bytesReceived() const { return m_received; }

    /// The file as the server's fstat said when it was opened; valid after opened(). 0 bytes for /proc and the like,
    /// whose content comes all the same.
    [[nodiscard]] quint64 fileSize() const { return m_fileSize; }
    [[nodiscard]] quint32 mode() const { return m_mode; } ///< permission bits; 0 when the server did not say
    [[nodiscard]] QDateTime modified() const { return m_modified; } ///< invalid when the server did not say
    /// After finished(): the file ends before the offset, so it was cut or is another one (a rotated log). No byte
    /// came.
    [[nodiscard]] bool isShorterThanOffset() const { return m_shorterThanOffset; }

Q_SIGNALS:
    void opened();
    void readyRead();
    /// Once per batch. @p expected is what opened() let hope for, 0 when unknown; a growing file may bring more.
    void progress(quint64 received, quint64 expected);

protected:
    using SshReply::SshReply;
    virtual void taken(quint64 bytes) = 0;
    QList<QByteArray> m_parts;
    quint64 m_available = 0;
    quint64 m_received = 0;
    quint64 m_fileSize = 0;
    quint32 m_mode = 0;
    QDateTime m_modified;
    bool m_shorterThanOffset = false;
};

struct WriteFileOptions
{
    quint32 newFileMode = 0600; ///< permission bits for a file that was not there; one that was keeps its own
    qsizetype maxBytes = 64 * 1024 * 1024; ///< a longer content is ErrorCode::InvalidInput, nothing is sent
    std::chrono::milliseconds deadline { 60000 }; ///< from the call, dialling included
};

/// One atomic writing: a new file in the same folder (O_EXCL, mode 0600 until it is complete), fsync(2), rename(2). A
/// symbolic link is followed and stays: what it points to is replaced, or made when it is not there yet.
///
/// What is kept of a replaced file: mode, owner and group. If the login user may not give the owner, isOwnerKept() is
/// false and set-id bits are dropped. Not kept: hard links (they go on showing the old content), access control lists
/// and extended attributes; SFTP cannot carry them.
///
/// On failure, abort() or the deadline the old file is unchanged and the new one is removed, on abort() and deadline
/// within moments after finished(). If the connection ends first, the error names the file that may be left. abort()
/// after the server was told to rename comes too late and is ignored; a deadline or a loss in that moment says that
/// the outcome is not known.
class WriteFileReply : public SshReply
{
    Q_OBJECT
public:
    /// There was a file before.
    [[nodiscard]] bool isReplacement() const { return m_replaced; }
    [[nodiscard]] bool isOwnerKept() const { return m_ownerKept; }
    /// False when the server has no fsync@openssh.com: a power failure right now might lose the new content.
    [[nodiscard]] bool isSynced() const { return m_synced; }
    [[nodiscard]] quint32 mode() const { return m_mode; } ///< the permission bits it has now

Q_SIGNALS:
    /// Bytes that the server has confirmed.
    void progress(quint64 written, quint64 total);

protected:
    using SshReply::SshReply;
    bool m_replaced = false;
    bool m_ownerKept = false;
    bool m_synced = false;
    quint32 m_mode = 0;
};

} // namespace Helmclaw
