// SPDX-License-Identifier: MIT
#include "ssh/openssh/SshMaster.h"

#include <QDir>
#include <QFile>

#include <cerrno>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

/// ssh makes its socket under a longer name first.
constexpr qsizetype temporarySuffix = 18;
constexpr auto controlName = "c"; // short, as the path of a socket has to be
constexpr auto helperName = "h";

/// ssh removes its own socket at the same time, and a file that has just gone is a failure to QTemporaryDir.
void removeFolder(QTemporaryDir *folder)
{
    for (const char *name : { controlName, helperName })
        QFile::remove(folder->filePath(QString::fromLatin1(name)));
    folder->setAutoRemove(false);
    if (!folder->remove())
        folder->remove();
    delete folder;
}

} // namespace

std::unique_ptr<QTemporaryDir> SshMaster::makeFolder()
{
    for (const QString &place : { qEnvironmentVariable("XDG_RUNTIME_DIR"), QDir::tempPath(), QStringLiteral("/tmp") }) {
        if (place.isEmpty())
            continue;
        auto folder = std::make_unique<QTemporaryDir>(place + QStringLiteral("/helmclaw-ssh-XXXXXX"));
        if (folder->isValid()
            && controlPathIn(*folder).size() + temporarySuffix < qsizetype(sizeof(sockaddr_un::sun_path)))
            return folder;
    }
    return nullptr;
}

QByteArray SshMaster::controlPathIn(const QTemporaryDir &folder)
{
    return QFile::encodeName(folder.filePath(QString::fromLatin1(controlName)));
}

QByteArray SshMaster::helperPathIn(const QTemporaryDir &folder)
{
    return QFile::encodeName(folder.filePath(QString::fromLatin1(helperName)));
}

SshMaster::SshMaster(EventLoop &loop, std::unique_ptr<QTemporaryDir> folder)
    : m_loop(loop)
    , m_folder(folder.release(), removeFolder)
    , m_controlPath(controlPathIn(*m_folder))
{
}

std::unique_ptr<SshMaster> SshMaster::start(EventLoop &loop, std::unique_ptr<QTemporaryDir> folder,
                                            const QList<QByteArray> &command, const QList<QByteArray> &environment,
                                            int &error)
{
    auto master = std::unique_ptr<SshMaster>(new SshMaster(loop, std::move(folder)));
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) {
        error = errno;
        return nullptr;
    }
    master->m_errors.reset(pipe[0]);
    const FileDescriptor errorsEnd(pipe[1]);
    ::fcntl(pipe[0], F_SETFL, ::fcntl(pipe[0], F_GETFL) | O_NONBLOCK);
    master->m_process = ChildProcess::start(command, { -1, -1, errorsEnd.get() }, environment, error);
    if (master->m_process == nullptr)
        return nullptr;
    master->m_end.reset(static_cast<int>(::syscall(SYS_pidfd_open, master->m_process->pid(), 0)));
    if (!master->m_end.isValid()) {
        error = errno;
        return nullptr;
    }
    ::fcntl(master->m_end.get(), F_SETFD, FD_CLOEXEC);
    return master;
}

SshMaster::~SshMaster()
{
    if (m_process == nullptr)
        return;
    // The folder goes when the child has been told, so that its socket is found by nobody meanwhile.
    m_loop.post([process = m_process, folder = m_folder, &loop = m_loop] { ChildProcess::end(process, loop); });
}

bool SshMaster::isListening() const
{
    return ::access(m_controlPath.constData(), F_OK) == 0;
}

bool SshMaster::readLog()
{
    char buffer[4096];
    for (int turn = 0; turn < 64; ++turn) {
        const ssize_t got = ::read(m_errors.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN;
        if (got == 0)
            return false;
        m_log.add(QByteArrayView(buffer, got));
    }
    return true;
}

} // namespace Helmclaw
