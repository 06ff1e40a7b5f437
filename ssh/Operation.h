// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/EventLoop.h"
#include "ssh/Secret.h"

#include <QByteArray>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace Helmclaw {

/// What is told about a file when it is open.
struct FileFacts
{
    quint64 size = 0; ///< 0 for /proc and the like
    quint32 mode = 0; ///< permission bits; 0 when the server did not say
    std::optional<qint64> modified; ///< seconds since 1970
    bool sizeKnown = false;
};

/// How the writing of a file went.
struct WriteFacts
{
    bool replaced = false; ///< there was a file before
    bool ownerKept = true;
    bool synced = false;
};

/// What an operation came to.
struct OperationResult
{
    std::optional<Error> error;
    int exitStatus = -1;
    QByteArray exitSignal;
    QByteArray data; ///< readFile; exec: the last of its output, not told before
    QByteArray errorOutput; ///< exec: likewise
    std::shared_ptr<Secret> secret; ///< of a sensitive operation
    bool truncated = false;
    quint32 mode = 0;
    bool shorterThanOffset = false; ///< readRange
    WriteFacts written; ///< writeFile
};

struct ExecSpec
{
    QByteArray command; ///< for sshd
    QByteArray input;
    bool endInput = true; ///< EOF after the input; else stdin stays open as the remote wrapper's life line
    qsizetype outputCap = 0;
};

struct ReadFileSpec
{
    QByteArray path;
    qsizetype maxBytes = 0;
};

/// Shared by a streamed reading and the reply that takes its bytes: how far the taker has come. Any thread.
struct StreamCredit
{
    std::atomic<quint64> taken { 0 };
};

struct ReadRangeSpec
{
    QByteArray path;
    quint64 offset = 0;
    quint64 length = 0;
    quint64 bufferSize = 0; ///< bytes that may be under way or wait for the taker
    std::chrono::milliseconds stallDeadline { 0 };
    std::shared_ptr<StreamCredit> credit;
};

struct WriteFileSpec
{
    QByteArray path;
    QByteArray content;
    std::shared_ptr<Secret> secret; ///< the content of a sensitive operation
    quint32 newFileMode = 0;
    [[nodiscard]] QByteArrayView bytes() const { return secret ? secret->view() : QByteArrayView(content); }
};

/// One exec, reading or writing on its way through the IO thread.
struct Operation
{
    quint64 id = 0;
    EventLoop::Clock::time_point deadline;
    std::chrono::milliseconds allowed { 0 }; ///< the deadline as the caller gave it
    bool sensitive = false;
    std::optional<ExecSpec> exec;
    std::optional<ReadFileSpec> readFile;
    std::optional<ReadRangeSpec> readRange;
    std::optional<WriteFileSpec> writeFile;
    std::function<void(QByteArray out, QByteArray err)> onOutput; ///< from the IO thread
    std::function<void(const FileFacts &facts)> onOpened; ///< readRange; from the IO thread
    std::function<void(quint64 written)> onProgress; ///< writeFile; from the IO thread
    /// From the IO thread: the server has no channel left. True when the operation has been put back into the queue.
    std::function<bool()> onRefused;
    std::function<void(OperationResult result)> onFinished; ///< from the IO thread, once
};

} // namespace Helmclaw
