// SPDX-License-Identifier: MIT
#include "ssh/SftpPackets.h"

#include <QtEndian>

namespace Helmclaw {

namespace {

constexpr quint32 hasSize = 0x1;
constexpr quint32 hasOwner = 0x2;
constexpr quint32 hasPermissions = 0x4;
constexpr quint32 hasTimes = 0x8;

template <class Number> void appendNumber(QByteArray &to, Number value)
{
    const Number big = qToBigEndian(value);
    to.append(reinterpret_cast<const char *>(&big), sizeof big);
}

} // namespace

SftpWriter &SftpWriter::number32(quint32 value)
{
    appendNumber(m_bytes, value);
    return *this;
}

SftpWriter &SftpWriter::number64(quint64 value)
{
    appendNumber(m_bytes, value);
    return *this;
}

SftpWriter &SftpWriter::string(QByteArrayView value)
{
    return number32(static_cast<quint32>(value.size())).append(value);
}

SftpWriter &SftpWriter::append(QByteArrayView raw)
{
    m_bytes.append(raw.data(), raw.size());
    return *this;
}

QByteArrayView SftpReader::take(quint32 size)
{
    if (m_broken || size > static_cast<quint64>(m_rest.size())) {
        m_broken = true;
        m_rest = {};
        return {};
    }
    const QByteArrayView taken = m_rest.first(static_cast<qsizetype>(size));
    m_rest = m_rest.sliced(static_cast<qsizetype>(size));
    return taken;
}

quint32 SftpReader::number32()
{
    const QByteArrayView bytes = take(sizeof(quint32));
    return bytes.isEmpty() ? 0 : qFromBigEndian<quint32>(bytes.data());
}

quint64 SftpReader::number64()
{
    const QByteArrayView bytes = take(sizeof(quint64));
    return bytes.isEmpty() ? 0 : qFromBigEndian<quint64>(bytes.data());
}

QByteArrayView SftpReader::string()
{
    return take(number32());
}

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
