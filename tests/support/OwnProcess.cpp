// SPDX-License-Identifier: MIT
#include "tests/support/OwnProcess.h"

#include <QDir>
#include <QFile>

#include <ctime>

#include <unistd.h>

namespace Helmclaw::Test {

namespace {

qsizetype entriesOf(const char *folder)
{
    const qsizetype count =
        QDir(QString::fromLatin1(folder)).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System).size();
    if (count == 0)
        qFatal("nothing in %s", folder);
    return count;
}

} // namespace

qsizetype openDescriptors()
{
    return entriesOf("/proc/self/fd");
}

qsizetype threads()
{
    return entriesOf("/proc/self/task");
}

qint64 residentKilobytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no /proc/self/statm");
    return file.readAll().split(' ').value(1).toLongLong() * sysconf(_SC_PAGESIZE) / 1024;
}

std::chrono::nanoseconds cpuTime()
{
    timespec used {};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        qFatal("no CPU clock");
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace Helmclaw::Test
