// SPDX-License-Identifier: MIT
#include "ssh/SftpPackets.h"

#include <QtEndian>

namespace Helmclaw {

namespace {

constexpr quint32 hasSize = 0x1;
constexpr quint32 hasOwner = 0x2;
constexpr quint32 hasPermissions = 0x4;
constexpr quint32 hasTimes = 0x8;

} // namespace

SftpAttributes SftpAttributes::read(SftpReader &from)
{
    SftpAttributes result;
    const quint32 flags = from.number32();
    if ((flags & hasSize) != 0)
        result.size = from.number64();
    if ((flags & hasOwner) != 0) {
        const quint32 user = from.number32();
        result.owner = { user, from.number32() };
    }
    if ((flags & hasPermissions) != 0)
        result.permissions = from.number32();
    if ((flags & hasTimes) != 0) {
        std::ignore = from.number32(); // last access
        result.modified = from.number32();
    }
    return result;
}

QByteArray SftpAttributes::bytes() const
{
    SftpWriter to;
    to.number32((size ? hasSize : 0) | (owner ? hasOwner : 0) | (permissions ? hasPermissions : 0));
    if (size)
        to.number64(*size);
    if (owner)
        to.number32(owner->first).number32(owner->second);
    if (permissions)
        to.number32(*permissions);
    return to.bytes();
}

std::optional<SftpFileSystem> SftpFileSystem::read(QByteArrayView body)
{
    SftpReader from(body);
    std::ignore = from.number64(); // f_bsize
    const quint64 unit = from.number64(); // f_frsize
    std::ignore = from.number64(); // f_blocks
    std::ignore = from.number64(); // f_bfree
    const quint64 blocks = from.number64(); // f_bavail
    SftpFileSystem result;
    result.files = from.number64(); // f_files
    std::ignore = from.number64(); // f_ffree
    result.freeFiles = from.number64(); // f_favail
    std::ignore = from.number64(); // f_fsid
    result.readOnly = (from.number64() & 1) != 0; // SSH_FXE_STATVFS_ST_RDONLY
    result.freeBytes = unit != 0 && blocks > UINT64_MAX / unit ? UINT64_MAX : unit * blocks;
    return from.isBroken() ? std::nullopt : std::optional(result);
}

} // namespace Helmclaw
