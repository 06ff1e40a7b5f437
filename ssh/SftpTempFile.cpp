// SPDX-License-Identifier: MIT
#include "ssh/SftpTempFile.h"

#include <QRandomGenerator>

namespace Helmclaw {

QByteArray sftpTempFile(const QByteArray &path)
{
    const qsizetype slash = path.lastIndexOf('/');
    QByteArray name = path.mid(slash + 1);
    constexpr qsizetype longest = 200; // of the 255 bytes that a name may have
    if (name.size() > longest)
        name.clear();
    return path.left(slash + 1) + '.' + name + ".helmclaw-"
        + QByteArray::number(QRandomGenerator::system()->generate64(), 16).rightJustified(16, '0');
}

} // namespace Helmclaw
