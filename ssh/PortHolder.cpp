// SPDX-License-Identifier: MIT
#include "ssh/PortHolder.h"

#include "ssh/Error.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

#include <array>

#include <sys/stat.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(PortHolder)
};

struct Listener
{
    uid_t user = 0;
    QByteArray inode;
};

/// From a table as in proc(5): sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
std::optional<Listener> findIn(const QString &table, quint16 port)
{
    QFile file(table);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QByteArray place = ':' + QByteArray::number(port, 16).rightJustified(4, '0').toUpper();
    for (QByteArray line = file.readLine(); !line.isEmpty(); line = file.readLine()) {
        if (!line.contains(place))
            continue;
        const QList<QByteArray> words = line.simplified().split(' ');
        const QByteArray local = words.value(1);
        // Loopback or any address, as IPv4, IPv6 or mapped: whatever keeps 127.0.0.1 from us.
        const bool concerns = local.endsWith("0100007F" + place) || local.endsWith("00000000" + place);
        if (concerns && words.value(3) == "0A")
            return Listener { words.value(7).toUInt(), words.value(9) };
    }
    return std::nullopt;
}

bool holdsSocket(const QByteArray &processFolder, const QByteArray &inode)
{
    const QByteArray wanted = "socket:[" + inode + ']';
    const QByteArray folder = processFolder + "/fd/";
    const QStringList descriptors =
        QDir(QFile::decodeName(folder)).entryList(QDir::Files | QDir::System | QDir::NoDotAndDotDot, QDir::Unsorted);
    for (const QString &descriptor : descriptors) {
        std::array<char, 64> target {};
        const ssize_t size = ::readlink((folder + descriptor.toLatin1()).constData(), target.data(), target.size() - 1);
        if (size > 0 && QByteArrayView(target.data(), size) == wanted)
            return true;
    }
    return false;
}

} // namespace

QString PortHolder::toString() const
{
    if (process != 0)
        return Text::tr("%1 (process %2)").arg(program).arg(process);
    // By number: asking for the name may ask a directory on the network.
    return user == ::geteuid() ? Text::tr("a program of yours") : Text::tr("a program of user id %1").arg(user);
}

std::optional<PortHolder> PortHolder::of(quint16 port)
{
    auto listener = findIn(QStringLiteral("/proc/net/tcp"), port);
    if (!listener)
        listener = findIn(QStringLiteral("/proc/net/tcp6"), port);
    if (!listener)
        return std::nullopt;
    PortHolder holder;
    holder.user = listener->user;
    const QStringList entries =
        QDir(QStringLiteral("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Unsorted);
    for (const QString &entry : entries) {
        const QByteArray folder = "/proc/" + entry.toLatin1();
        struct stat status
        {
        };
        const pid_t process = entry.toInt();
        // Only the owner's: others' descriptors cannot be looked at anyway.
        if (process <= 0 || ::stat(folder.constData(), &status) != 0 || status.st_uid != holder.user
            || !holdsSocket(folder, listener->inode))
            continue;
        QFile name(QFile::decodeName(folder + "/comm"));
        holder.process = process;
        holder.program =
            name.open(QIODevice::ReadOnly) ? printable(name.readAll().trimmed(), 64) : Text::tr("a program");
        break;
    }
    return holder;
}

} // namespace Helmclaw
