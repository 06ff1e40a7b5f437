// SPDX-License-Identifier: MIT
#include "ssh/HostKeyLog.h"

#include "ssh/FileLock.h"
#include "ssh/LocalUser.h"
#include "ssh/PrivateFolder.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

#include <cerrno>
#include <cstring>
#include <deque>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

constexpr qint64 maxLine = 64 * 1024; ///< an entry has some 500 bytes

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(HostKeyLog)
};

QJsonObject toJson(const HostKey &key)
{
    return { { QStringLiteral("type"), QString::fromLatin1(key.algorithm) },
             { QStringLiteral("fingerprint"), key.fingerprint() } };
}

QString actionName(HostKeyLog::Action action)
{
    switch (action) {
    case HostKeyLog::Action::Pin:
        return QStringLiteral("pin");
    case HostKeyLog::Action::Replace:
        return QStringLiteral("replace");
    case HostKeyLog::Action::Failed:
        break;
    }
    return QStringLiteral("failed");
}

Result<void> appendLine(const QString &file, QByteArray line)
{
    const auto problem = [&file](int reason) -> Result<void> {
        return failure(reason == EACCES || reason == EPERM || reason == EROFS ? ErrorCode::PermissionDenied
                                                                              : ErrorCode::InvalidInput,
                       Text::tr("the record of host key decisions %1 cannot be written: %2")
                           .arg(file, QString::fromLocal8Bit(std::strerror(reason))),
                       Text::tr("Check the file and its folder; a decision that cannot be recorded is not taken"));
    };
    const int fd = ::open(QFile::encodeName(file).constData(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return problem(errno);
    int reason = 0;
    struct stat info
    {
    };
    char last = '\n';
    if (::fstat(fd, &info) != 0 || (info.st_size > 0 && ::pread(fd, &last, 1, info.st_size - 1) != 1))
        reason = errno != 0 ? errno : EIO;
    if (reason == 0) {
        if (last != '\n') // a power cut in the middle of a line
            line.prepend('\n');
        const ssize_t written = ::write(fd, line.constData(), std::size_t(line.size()));
        if (written != line.size()) {
            reason = written < 0 ? errno : ENOSPC;
            std::ignore = ::ftruncate(fd, info.st_size);
        } else if (::fsync(fd) != 0) {
            reason = errno;
        }
    }
    ::close(fd);
    if (reason != 0)
        return problem(reason);
    return {};
}

} // namespace

QString HostKeyLog::fileFor(const QString &ownKnownHosts)
{
    return ownKnownHosts + QStringLiteral(".log");
}

Result<void> HostKeyLog::append(const QString &file, Action action, const SshTarget &target,
                                const QList<KnownHostsLine> &before, const HostKey &after, const QString &problem)
{
    QJsonArray old;
    for (const KnownHostsLine &line : before) {
        QJsonObject entry = toJson(line.key);
        entry.insert(QStringLiteral("place"), QStringLiteral("%1:%2").arg(line.file).arg(line.line));
        old.append(entry);
    }
    QJsonObject object { { QStringLiteral("time"), QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs) },
                         { QStringLiteral("action"), actionName(action) },
                         { QStringLiteral("server"), target.name },
                         { QStringLiteral("serverId"), target.serverId },
                         { QStringLiteral("target"), target.toString() },
                         { QStringLiteral("name"), target.knownHostsName() },
                         { QStringLiteral("old"), old },
                         { QStringLiteral("new"), toJson(after) },
                         { QStringLiteral("by"), LocalUser::current().value_or(LocalUser {}).name },
                         { QStringLiteral("uid"), qint64(::getuid()) } };
    if (target.advice.vouchesFor(after))
        object.insert(QStringLiteral("publishedBy"), target.advice.source);
    if (!problem.isEmpty())
        object.insert(QStringLiteral("problem"), problem);
    if (auto made = ensurePrivateFolder(QFileInfo(file).path()); !made)
        return made;
    const auto lock = FileLock::acquire(file);
    if (!lock)
        return tl::unexpected(lock.error());
    return appendLine(file, QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n');
}

Result<QList<QJsonObject>> HostKeyLog::read(const QString &file)
{
    auto all = readNewest(file, std::numeric_limits<qsizetype>::max());
    if (!all)
        return tl::unexpected(all.error());
    return std::move(all->entries);
}

Result<HostKeyLog::Newest> HostKeyLog::readNewest(const QString &file, qsizetype most)
{
    Newest newest;
    QFile source(file);
    if (!source.exists())
        return newest;
    if (!source.open(QIODevice::ReadOnly))
        return failure(ErrorCode::PermissionDenied, Text::tr("%1 cannot be read: %2").arg(file, source.errorString()),
                       Text::tr("Make the file readable for you"));
    std::deque<QByteArray> lines;
    while (!source.atEnd()) {
        QByteArray line = source.readLine(maxLine);
        if (line.isEmpty())
            break;
        for (QByteArray rest = line; rest.size() == maxLine - 1 && !rest.endsWith('\n');)
            rest = source.readLine(maxLine); // nobody wrote that much: the beginning tells enough
        if (line.trimmed().isEmpty())
            continue;
        lines.push_back(std::move(line));
        if (static_cast<qsizetype>(lines.size()) > most) {
            lines.pop_front();
            ++newest.older;
        }
    }
    if (source.error() != QFileDevice::NoError)
        return failure(ErrorCode::InvalidInput, Text::tr("%1 cannot be read: %2").arg(file, source.errorString()),
                       Text::tr("Check the file"));
    for (const QByteArray &line : lines) {
        const QJsonDocument document = QJsonDocument::fromJson(line);
        newest.entries += document.isObject()
            ? document.object()
            : QJsonObject { { QStringLiteral("unreadable"), printable(line.trimmed(), 400) } };
    }
    return newest;
}

} // namespace Helmclaw
