// SPDX-License-Identifier: MIT
#include "ssh/KnownHostsFile.h"

#include "ssh/FileLock.h"
#include "ssh/KnownHosts.h"
#include "ssh/PrivateFolder.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(KnownHosts)
};

Result<void> check(const QByteArray &name, const HostKey &key)
{
    const bool nameIsPlain =
        !name.isEmpty() && !name.startsWith('@') && std::none_of(name.begin(), name.end(), [](char c) {
            return (c >= 0 && c <= ' ') || c == 0x7f || QByteArrayView(",*?!|#").contains(c);
        });
    if (!nameIsPlain)
        return failure(ErrorCode::InvalidInput,
                       Text::tr("\"%1\" cannot stand in a file of host keys").arg(printable(name, 80)),
                       Text::tr("Set HostKeyAlias for this server in your ssh_config"));
    if (!key.isWellFormed())
        return failure(ErrorCode::BadServerData, Text::tr("the host key of %1 is malformed").arg(printable(name, 80)));
    return {};
}

Result<QByteArray> contentOf(const QString &file)
{
    QFile source(file);
    if (!source.exists())
        return QByteArray();
    if (!source.open(QIODevice::ReadOnly))
        return failure(ErrorCode::PermissionDenied,
                       Text::tr("the host keys in %1 cannot be read: %2").arg(file, source.errorString()),
                       Text::tr("Make the file readable for you; without it no server's key can be trusted"));
    return source.readAll();
}

Result<void> write(const QString &file, const QByteArray &content)
{
    // Through a link, as ssh does: a link to a file elsewhere stays one.
    const QFileInfo info(file);
    QSaveFile target(info.isSymLink() ? info.symLinkTarget() : file);
    const bool fresh = !info.exists();
    bool good = target.open(QIODevice::WriteOnly);
    if (good && fresh)
        good = target.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    good = good && target.write(content) == content.size() && target.commit(); // fsyncs
    if (!good)
        return failure(target.error() == QFile::OpenError || target.error() == QFile::PermissionsError
                           ? ErrorCode::PermissionDenied
                           : ErrorCode::InvalidInput,
                       Text::tr("the host keys in %1 cannot be written: %2").arg(file, target.errorString()),
                       Text::tr("Check the file and its folder: they must belong to you and be on a disk with room"));
    // The new name must survive a power cut as well as the content.
    const int folder = ::open(QFile::encodeName(info.path()).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return {};
}

QByteArray lineFor(const QByteArray &name, const HostKey &key, const QString &comment = {})
{
    QByteArray line = name + ' ' + key.algorithm + ' ' + key.blob.toBase64();
    if (!comment.isEmpty())
        line += ' ' + printable(comment.toUtf8(), 200).toUtf8(); // no line break gets through
    return line + '\n';
}

void addLine(QByteArray &content, const QByteArray &line)
{
    if (!content.isEmpty() && !content.endsWith('\n')) // an editor left it open: ours must not become its comment
        content += '\n';
    content += line;
}

/// @p line without @p name among its host names; empty when no other name is left; nothing when a pattern is what
/// matches.
std::optional<QByteArray> withoutName(const QByteArray &line, const QByteArray &name)
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    const auto begin = std::find_if_not(line.begin(), line.end(), blank);
    const auto end = std::find_if(begin, line.end(), blank);
    const QByteArray names(begin, end - begin);
    if (names.startsWith('|'))
        return QByteArray(); // a hashed line has one name
    QList<QByteArray> rest;
    for (const QByteArray &entry : names.split(',')) {
        if (KnownHosts::normalisedName(QString::fromUtf8(entry)) != name)
            rest += entry;
    }
    rest.removeAll(QByteArray());
    const QByteArray remains = rest.join(',');
    if (remains.isEmpty())
        return QByteArray();
    QByteArray narrowed = remains + QByteArray(end, line.end() - end);
    KnownHosts still;
    still.addLines(narrowed, {});
    if (!still.pinnedFor(QString::fromUtf8(name)).isEmpty())
        return std::nullopt;
    return narrowed;
}

} // namespace

Result<void> KnownHostsFile::append(const QString &file, const QString &name, const HostKey &key,
                                    const QString &comment)
{
    const QByteArray plainName = KnownHosts::normalisedName(name);
    if (auto good = check(plainName, key); !good)
        return good;
    if (auto made = ensurePrivateFolder(QFileInfo(file).path()); !made)
        return made;
    const auto lock = FileLock::acquire(file);
    if (!lock)
        return tl::unexpected(lock.error());
    auto content = contentOf(file);
    if (!content)
        return tl::unexpected(content.error());
    KnownHosts present;
    present.addLines(*content, file);
    const auto pinned = present.pinnedFor(name);
    if (std::any_of(pinned.begin(), pinned.end(), [&key](const auto &line) { return line.key == key; }))
        return {};
    addLine(*content, lineFor(plainName, key, comment));
    return write(file, *content);
}

Result<QList<KnownHostsLine>> KnownHostsFile::replace(const QString &file, const QString &name, const HostKey &key)
{
    const QByteArray plainName = KnownHosts::normalisedName(name);
    if (auto good = check(plainName, key); !good)
        return tl::unexpected(good.error());
    if (auto made = ensurePrivateFolder(QFileInfo(file).path()); !made)
        return tl::unexpected(made.error());
    const auto lock = FileLock::acquire(file);
    if (!lock)
        return tl::unexpected(lock.error());
    const auto content = contentOf(file);
    if (!content)
        return tl::unexpected(content.error());
    KnownHosts present;
    present.addLines(*content, file);
    const QList<KnownHostsLine> pinned = present.pinnedFor(name);

    QByteArray result;
    int number = 0;
    for (qsizetype begin = 0; begin < content->size();) {
        qsizetype end = content->indexOf('\n', begin);
        end = end < 0 ? content->size() : end + 1;
        const QByteArray line = content->sliced(begin, end - begin);
        begin = end;
        ++number;
        const bool pins = std::any_of(pinned.begin(), pinned.end(),
                                      [number](const KnownHostsLine &entry) { return entry.line == number; });
        if (!pins) {
            result += line;
            continue;
        }
        const auto narrowed = withoutName(line, plainName);
        if (!narrowed)
            return failure(
                ErrorCode::InvalidInput,
                Text::tr("%1:%2 pins the key for %3 by a pattern").arg(file).arg(number).arg(printable(plainName, 80)),
                Text::tr("Change that line by hand: other servers may depend on it"));
        result += *narrowed;
    }
    addLine(result, lineFor(plainName, key));
    if (auto written = write(file, result); !written)
        return tl::unexpected(written.error());
    return pinned;
}

} // namespace Helmclaw
