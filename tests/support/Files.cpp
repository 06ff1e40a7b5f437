// SPDX-License-Identifier: MIT
#include "tests/support/Files.h"

#include <QFile>

namespace Helmclaw::Test {

bool writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.flush();
}

QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(unreadable)");
}

QByteArray pattern(qsizetype size, quint32 seed)
{
    QByteArray data(size, Qt::Uninitialized);
    for (qsizetype i = 0; i < size; ++i) {
        seed = seed * 1664525 + 1013904223; // a linear congruential generator; its upper bits are the better ones
        data[i] = char(seed >> 24);
    }
    return data;
}

} // namespace Helmclaw::Test
