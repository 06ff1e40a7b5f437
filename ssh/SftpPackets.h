// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/WireFormat.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <utility>

namespace Helmclaw {

/// Numbers of SFTP version 3 (draft-ietf-secsh-filexfer-02 §3, §6, §7), the version that OpenSSH and everybody else
/// speaks.
namespace Sftp {

enum Type : quint8 {
    Init = 1,
    Version = 2,
    Open = 3,
    Close = 4,
    Read = 5,
    Write = 6,
    Lstat = 7,
    Fstat = 8,
    Fsetstat = 10,
    Remove = 13,
    Realpath = 16,
    Rename = 18,
    Status = 101,
    Handle = 102,
    Data = 103,
    Name = 104,
    Attrs = 105,
    Extended = 200,
    ExtendedReply = 201,
};

enum Code : quint32 {
    Ok = 0,
    Eof = 1,
    NoSuchFile = 2,
    PermissionDenied = 3,
    Failure = 4,
    OpUnsupported = 8,
};

enum OpenFlag : quint32 {
    OpenRead = 0x01,
    OpenWrite = 0x02,
    OpenCreate = 0x08,
    OpenExclusive = 0x20,
};

constexpr quint32 protocolVersion = 3;
constexpr quint32 formatMask = 0170000; ///< of the permissions, as in stat(2)
constexpr quint32 formatDirectory = 0040000;
constexpr quint32 formatLink = 0120000;
constexpr quint32 formatRegular = 0100000;
constexpr quint32 modeMask = 07777;

} // namespace Sftp

using SftpWriter = WireWriter;
using SftpReader = WireReader;

/// What a server says, or is told, about a file (draft §5). What is not set was not said.
struct SftpAttributes
{
    std::optional<quint64> size;
    std::optional<std::pair<quint32, quint32>> owner; ///< user, group
    std::optional<quint32> permissions; ///< with the format bits
    std::optional<quint32> modified; ///< seconds since 1970

    [[nodiscard]] static SftpAttributes read(SftpReader &from);
    [[nodiscard]] QByteArray bytes() const; ///< without the times
};

/// The answer to statvfs@openssh.com: what a new file has to get along with.
struct SftpFileSystem
{
    bool readOnly = false;
    quint64 freeBytes = 0; ///< for users other than root
    quint64 files = 0; ///< in all; 0 where they are not counted (btrfs)
    quint64 freeFiles = 0;
    [[nodiscard]] static std::optional<SftpFileSystem> read(QByteArrayView body);
};

} // namespace Helmclaw
