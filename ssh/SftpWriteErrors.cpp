// SPDX-License-Identifier: MIT
#include "ssh/SftpWriteErrors.h"

namespace Helmclaw {

Error SftpWriteErrors::notRegular() const
{
    return m_errors.make(ErrorCode::InvalidInput, tr("%1 is not a regular file").arg(printable(m_target)),
                         tr("Devices, sockets and links that the server does not resolve cannot be replaced."));
}

Error SftpWriteErrors::notReplaceable() const
{
    return m_errors.make(
        ErrorCode::Unsupported,
        tr("the server's SFTP cannot replace %1 in one step (no posix-rename@openssh.com)").arg(printable(m_target)),
        tr("Nothing was changed. Use OpenSSH's sftp-server there."));
}

Error SftpWriteErrors::programEnded() const
{
    return m_errors.make(ErrorCode::Unsupported, tr("the server's SFTP program ended by itself"),
                         tr("Is SFTP switched on there, and is there memory? Compare with \"sftp\"."));
}

std::optional<Error> SftpWriteErrors::room(const SftpFileSystem &fileSystem, quint64 missing) const
{
    if (fileSystem.readOnly) {
        return m_errors.make(ErrorCode::PermissionDenied,
                             tr("%1 lies on a file system that is mounted read-only").arg(printable(m_target)),
                             tr("Mount it for writing, or look at its disk: the kernel does this after errors."));
    }
    if ((fileSystem.files != 0 && fileSystem.freeFiles == 0) || fileSystem.freeBytes <= missing) {
        return m_errors.make(ErrorCode::DiskFull, tr("there is no room for %1").arg(printable(m_target)),
                             tr("The file is unchanged. Make room on its file system (\"df -h\", \"df -i\") and try "
                                "again."));
    }
    return std::nullopt;
}

Error SftpWriteErrors::unknownOutcome(Error error) const
{
    error.what = tr("%1; it is not known whether %2 has its new content").arg(error.what, printable(m_target));
    error.remedy = tr("Read the file again to see; it is whole in any case.");
    return error;
}

Error SftpWriteErrors::withLeftover(Error error, const QByteArray &temp)
{
    if (temp.isEmpty())
        return error;
    if (!error.remedy.isEmpty())
        error.remedy += QLatin1Char(' ');
    error.remedy += tr("The file is unchanged; %1 may be left on the server and can be removed.").arg(printable(temp));
    return error;
}

} // namespace Helmclaw
