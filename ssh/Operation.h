// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/EventLoop.h"
#include "ssh/Secret.h"

#include <QByteArray>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace Helmclaw {

/// What an operation came to.
struct OperationResult
{
    std::optional<Error> error;
    int exitStatus = -1;
    QByteArray exitSignal;
    QByteArray data; ///< readFile
    std::shared_ptr<Secret> secret; ///< of a sensitive operation
    bool truncated = false;
    quint32 mode = 0;
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

/// One exec or readFile on its way through the IO thread.
struct Operation
{
    quint64 id = 0;
    EventLoop::Clock::time_point deadline;
    std::chrono::milliseconds allowed { 0 }; ///< the deadline as the caller gave it
    bool sensitive = false;
    std::optional<ExecSpec> exec;
    std::optional<ReadFileSpec> readFile;
    std::function<void(QByteArray out, QByteArray err)> onOutput; ///< from the IO thread
    /// From the IO thread: the server has no channel left. True when the operation has been put back into the queue.
    std::function<bool()> onRefused;
    std::function<void(OperationResult result)> onFinished; ///< from the IO thread, once
};

} // namespace Helmclaw
