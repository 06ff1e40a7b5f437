// SPDX-License-Identifier: MIT
#include "ssh/openssh/SshMaster.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <mutex>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

/// ssh makes its socket under a longer name first.
constexpr qsizetype temporarySuffix = 18;
constexpr auto controlName = "c"; // short, as the path of a socket has to be
constexpr auto helperName = "h";
constexpr auto folderName = "/helmclaw-ssh-";
constexpr std::chrono::seconds youngest { 600 }; ///< a folder whose sockets are still being made is younger

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

bool somebodyListens(const QByteArray &path)
{
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    if (path.size() >= qsizetype(sizeof address.sun_path))
        return true; // not ours
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    const FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.isValid())
        return true;
    return ::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0
        || (errno != ECONNREFUSED && errno != ENOENT);
}

} // namespace

void SshMaster::sweep(const QString &place, std::chrono::seconds age)
{
    const QString pattern = QLatin1String(folderName).mid(1) + QLatin1Char('*');
    for (const QString &name : QDir(place).entryList({ pattern }, QDir::Dirs | QDir::NoSymLinks)) {
        const QByteArray folder = QFile::encodeName(place + QLatin1Char('/') + name);
        struct stat info
        {
        };
        if (::lstat(folder.constData(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()
            || ::time(nullptr) - info.st_mtime < age.count())
            continue;
        // While ssh logs in there is the helpers' socket, afterwards ssh's own.
        if (somebodyListens(folder + '/' + helperName) || somebodyListens(folder + '/' + controlName))
            continue;
        QDir inside(QFile::decodeName(folder));
        for (const QString &file : inside.entryList({ QLatin1String(helperName), QLatin1String(controlName),
                                                      QLatin1String(controlName) + QStringLiteral(".*") },
                                                    QDir::System | QDir::Hidden))
            inside.remove(file);
        ::rmdir(folder.constData()); // with anything else in it, it is not ours, and stays
    }
}

std::unique_ptr<QTemporaryDir> SshMaster::makeFolder()
{
    QStringList places { qEnvironmentVariable("XDG_RUNTIME_DIR"), QDir::tempPath(), QStringLiteral("/tmp") };
    places.removeAll(QString());
    places.removeDuplicates();
    static std::once_flag swept;
    std::call_once(swept, [&places] {
        for (const QString &place : places)
            sweep(place, youngest);
    });
    for (const QString &place : places) {
        auto folder = std::make_unique<QTemporaryDir>(place + QLatin1String(folderName) + QStringLiteral("XXXXXX"));
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
