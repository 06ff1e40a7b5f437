// SPDX-License-Identifier: MIT
#include "ssh/PrivateFolder.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>

#include <sys/stat.h>

namespace Helmclaw {

Result<void> ensurePrivateFolder(const QString &path)
{
    const QString clean = QDir::cleanPath(QDir::current().absoluteFilePath(path));
    if (QFileInfo(clean).isDir())
        return {};
    const QString above = QFileInfo(clean).path();
    if (above != clean) {
        if (auto made = ensurePrivateFolder(above); !made)
            return made;
    }
    if (::mkdir(QFile::encodeName(clean).constData(), 0700) == 0)
        return {};
    const int reason = errno;
    if (reason == EEXIST && QFileInfo(clean).isDir()) // somebody else was faster
        return {};
    return failure(reason == EACCES || reason == EROFS ? ErrorCode::PermissionDenied : ErrorCode::InvalidInput,
                   QCoreApplication::translate("PrivateFolder", "the folder %1 cannot be created: %2")
                       .arg(clean, QString::fromLocal8Bit(std::strerror(reason))),
                   QCoreApplication::translate("PrivateFolder",
                                               "Create it by hand, or make the folder above it writable for you"));
}

} // namespace Helmclaw
