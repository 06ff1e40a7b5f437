// SPDX-License-Identifier: MIT
#include "ssh/FileLock.h"

#include <QCoreApplication>
#include <QFile>

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace Helmclaw {

namespace {
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FileLock)
};
} // namespace

Result<FileLock> FileLock::acquire(const QString &file, std::chrono::milliseconds patience)
{
    const QString name = file + QStringLiteral(".lock");
    const int fd = ::open(QFile::encodeName(name).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        const int reason = errno;
        return failure(
            reason == EACCES || reason == EPERM || reason == EROFS ? ErrorCode::PermissionDenied
                                                                   : ErrorCode::InvalidInput,
            Text::tr("%1 cannot be locked for writing: %2").arg(file, QString::fromLocal8Bit(std::strerror(reason))),
            Text::tr("Check the folder: it must belong to you and be on a disk with room"));
    }
    FileLock lock(fd);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || std::chrono::steady_clock::now() >= end)
            return failure(ErrorCode::DeadlineExceeded, Text::tr("another program is writing %1").arg(file),
                           Text::tr("Try again; if it stays so, see who holds %1 (\"fuser %1\")").arg(name));
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return lock;
}

FileLock::FileLock(FileLock &&other) noexcept
    : m_fd(std::exchange(other.m_fd, -1))
{
}

FileLock::~FileLock()
{
    if (m_fd >= 0)
        ::close(m_fd); // and the lock with it
}

} // namespace Helmclaw
