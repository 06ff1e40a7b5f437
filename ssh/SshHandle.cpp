// SPDX-License-Identifier: MIT
#include "ssh/SshHandle.h"

#include <mutex>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Helmclaw {

FileDescriptor &FileDescriptor::operator=(FileDescriptor &&other) noexcept
{
    if (this != &other)
        reset(other.release());
    return *this;
}

int FileDescriptor::release()
{
    const int fd = m_fd;
    m_fd = -1;
    return fd;
}

void FileDescriptor::reset(int fd)
{
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = fd;
}

SshHandle::SshHandle(FileDescriptor socket)
    : m_watched(std::move(socket))
{
    const int fd = ::fcntl(m_watched.get(), F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return;
    m_session = ssh_new();
    if (m_session == nullptr || ssh_options_set(m_session, SSH_OPTIONS_FD, &fd) != SSH_OK) {
        ssh_free(m_session);
        m_session = nullptr;
        ::close(fd);
        return;
    }
    m_given = fd;
    ssh_set_blocking(m_session, 0);
}

SshHandle::~SshHandle()
{
    if (m_session == nullptr)
        return;
    if (m_event != nullptr) {
        // Before the disconnect: afterwards the session's poll handle would dangle inside the event.
        ssh_event_remove_session(m_event, m_session);
        ssh_event_free(m_event);
    }
    ssh_silent_disconnect(m_session);
    if (m_given >= 0)
        ::close(m_given);
    ssh_free(m_session);
}

void SshHandle::keepNonBlocking()
{
    m_given = -1;
    const int flags = ::fcntl(m_watched.get(), F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK) == 0)
        ::fcntl(m_watched.get(), F_SETFL, flags | O_NONBLOCK);
}

void SshHandle::shutDown() const
{
    ::shutdown(m_watched.get(), SHUT_RDWR);
}

QByteArray SshHandle::errorText() const
{
    return m_session != nullptr ? QByteArray(ssh_get_error(m_session)) : QByteArray();
}

bool SshHandle::isClosed() const
{
    return m_session == nullptr || (ssh_get_status(m_session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0
        || ssh_is_connected(m_session) == 0;
}

void SshHandle::sayGoodbye()
{
    if (m_session == nullptr || isClosed())
        return;
    const int fd = ssh_get_fd(m_session);
    if (m_event != nullptr) {
        ssh_event_remove_session(m_event, m_session);
        ssh_event_free(m_event);
        m_event = nullptr;
    }
    // libssh leaves a descriptor that it was given open after a disconnect, and forgets it.
    ssh_disconnect(m_session);
    if (fd >= 0)
        ::close(fd);
}

bool SshHandle::makeEvent()
{
    m_event = ssh_event_new();
    return m_event != nullptr && ssh_event_add_session(m_event, m_session) == SSH_OK;
}

} // namespace Helmclaw
