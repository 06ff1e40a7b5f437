// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <chrono>

namespace Helmclaw {

/// An flock(2) on a file of its own beside the one that is written: it holds between threads, consoles and programs,
/// and ends with its holder, however that ends. Thread: any.
class FileLock
{
public:
    /// Locks "@p file.lock" (created 0600; it stays behind). Blocks for at most @p patience.
    [[nodiscard]] static Result<FileLock> acquire(const QString &file,
                                                  std::chrono::milliseconds patience = std::chrono::seconds(5));
    FileLock(FileLock &&other) noexcept;
    FileLock &operator=(FileLock &&) = delete;
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;
    ~FileLock();

private:
    explicit FileLock(int fd)
        : m_fd(fd)
    {
    }
    int m_fd = -1;
};

} // namespace Helmclaw
