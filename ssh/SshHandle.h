// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SocketPath.h"

#include <QByteArray>
#include <QString>

#include <memory>

#include <libssh/libssh.h>

namespace Helmclaw {

/// Owns a descriptor.
class FileDescriptor
{
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd)
        : m_fd(fd)
    {
    }
    FileDescriptor(FileDescriptor &&other) noexcept
        : m_fd(other.release())
    {
    }
    FileDescriptor &operator=(FileDescriptor &&other) noexcept;
    FileDescriptor(const FileDescriptor &) = delete;
    FileDescriptor &operator=(const FileDescriptor &) = delete;
    ~FileDescriptor() { reset(); }

    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] bool isValid() const { return m_fd >= 0; }
    [[nodiscard]] int release();
    void reset(int fd = -1);

private:
    int m_fd = -1;
};

/// A libssh session on a socket of ours. libssh closes its descriptor when it likes (a broken connection, a received
/// disconnect), so it gets one of its own, and ours, of the same socket, stays valid for epoll and shutdown(2) as long
/// as this object lives. Thread: one at a time; only shutDown() may be called from another one.
class SshHandle
{
public:
    /// Takes over a connected socket. isValid() is false when memory or descriptors ran out.
    explicit SshHandle(FileDescriptor socket);
    ~SshHandle(); ///< closes without a word (ssh_silent_disconnect), never blocks
    SshHandle(const SshHandle &) = delete;
    SshHandle &operator=(const SshHandle &) = delete;

    [[nodiscard]] bool isValid() const { return m_session != nullptr; }
    [[nodiscard]] ssh_session session() const { return m_session; }
    [[nodiscard]] int fd() const { return m_watched.get(); }
    /// What carries the socket; it goes after the session.
    void setPath(std::shared_ptr<SocketPath> path) { m_path = std::move(path); }
    [[nodiscard]] const std::shared_ptr<SocketPath> &path() const { return m_path; }
    /// libssh switches its socket back to blocking when it has connected; a peer that stops reading would then stop the
    /// whole loop inside send(2). Call after every ssh_connect().
    void keepNonBlocking();
    /// Makes every read and write on the connection fail at once: for a watchdog. Any thread.
    void shutDown() const;
    /// libssh's last message for this session; may hold server text, unchecked.
    [[nodiscard]] QByteArray errorText() const;
    /// True when the connection is over, for whatever reason.
    [[nodiscard]] bool isClosed() const;
    /// Says goodbye (SSH_MSG_DISCONNECT) if the socket takes it at once.
    void sayGoodbye();
    /// The private event that drives the session once it is connected.
    [[nodiscard]] bool makeEvent();
    [[nodiscard]] ssh_event event() const { return m_event; }

private:
    std::shared_ptr<SocketPath> m_path; ///< first, so that it is destroyed last
    ssh_session m_session = nullptr;
    ssh_event m_event = nullptr;
    FileDescriptor m_watched;
    int m_given = -1; ///< libssh's duplicate, until its first ssh_connect() has taken it over
};

struct SshKeyDeleter
{
    void operator()(ssh_key key) const { ssh_key_free(key); }
};
using SshKeyPtr = std::unique_ptr<ssh_key_struct, SshKeyDeleter>;

} // namespace Helmclaw
