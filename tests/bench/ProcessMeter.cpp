// SPDX-License-Identifier: MIT
#include "tests/bench/ProcessMeter.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QHash>
#include <QList>
#include <QTemporaryFile>

#include <algorithm>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Helmclaw::Bench {

namespace {

double seconds(const timeval &time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

struct Process
{
    qint64 parent = 0;
    double cpu = 0;
};

/// Every process of the machine, from proc(5) stat: ppid is field 4, the four times are fields 14 to 17.
QHash<qint64, Process> processes()
{
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    QHash<qint64, Process> all;
    for (const QString &name : QDir(QStringLiteral("/proc")).entryList({ QStringLiteral("[0-9]*") }, QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(name));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray text = file.readAll();
        const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' '); // from field 3 on
        if (fields.size() < 15)
            continue;
        double cpu = 0;
        for (int field = 11; field < 15; ++field)
            cpu += fields.at(field).toDouble();
        all.insert(name.toLongLong(), { fields.at(1).toLongLong(), cpu / ticks });
    }
    return all;
}

bool isBelow(const QHash<qint64, Process> &all, qint64 pid, const std::vector<qint64> &roots)
{
    for (int depth = 0; depth < 16 && pid > 1; ++depth) {
        pid = all.value(pid).parent;
        if (std::find(roots.begin(), roots.end(), pid) != roots.end())
            return true;
    }
    return false;
}

} // namespace

namespace {

/// Standard error is thrown away, and standard output unless it goes to the descriptor @p output.
pid_t start(const QStringList &command, const QString &inputFile, int output)
{
    std::vector<QByteArray> words;
    for (const QString &word : command)
        words.push_back(word.toLocal8Bit());
    std::vector<char *> argv;
    for (QByteArray &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const QByteArray input = inputFile.isEmpty() ? QByteArray("/dev/null") : QFile::encodeName(inputFile);
    const pid_t pid = fork();
    if (pid == 0) {
        const int nowhere = ::open("/dev/null", O_WRONLY);
        dup2(::open(input.constData(), O_RDONLY), 0);
        dup2(output >= 0 ? output : nowhere, 1);
        dup2(nowhere, 2);
        execvp(argv.front(), argv.data());
        _exit(127);
    }
    if (pid < 0)
        qFatal("cannot run %s", argv.front());
    return pid;
}

} // namespace

Cost measure(const QStringList &command, const std::vector<qint64> &servers, const QString &inputFile, bool keepOutput)
{
    QTemporaryFile output;
    if (!output.open())
        qFatal("no temporary file");
    Cost cost;
    const double before = cpuOf(servers);
    QElapsedTimer timer;
    timer.start();
    const pid_t pid = start(command, inputFile, keepOutput ? output.handle() : -1);
    int status = 0;
    rusage usage {};
    if (wait4(pid, &status, 0, &usage) != pid)
        qFatal("cannot wait for %s", qPrintable(command.constFirst()));
    cost.wall = static_cast<double>(timer.nsecsElapsed()) / 1e9;
    cost.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    cost.serverCpu = cpuOf(servers) - before;
    cost.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    output.seek(0);
    cost.output = output.readAll();
    return cost;
}

double cpuOf(const std::vector<qint64> &roots)
{
    if (roots.empty())
        return 0;
    const auto all = processes();
    double cpu = 0;
    for (auto it = all.begin(); it != all.end(); ++it) {
        if (std::find(roots.begin(), roots.end(), it.key()) != roots.end() || isBelow(all, it.key(), roots))
            cpu += it->cpu;
    }
    return cpu;
}

int descendants(const std::vector<qint64> &roots)
{
    const auto all = processes();
    int count = 0;
    for (auto it = all.begin(); it != all.end(); ++it)
        count += isBelow(all, it.key(), roots) ? 1 : 0;
    return count;
}

double ownCpu()
{
    rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

qint64 proportionalMemoryKb(const std::vector<qint64> &processes)
{
    qint64 sum = 0;
    for (const qint64 pid : processes) {
        QFile file(QStringLiteral("/proc/%1/smaps_rollup").arg(pid));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        for (const QByteArray &line : file.readAll().split('\n')) {
            if (line.startsWith("Pss:"))
                sum += line.mid(4).simplified().split(' ').constFirst().toLongLong();
        }
    }
    return sum;
}

qint64 peakMemoryKb(const QStringList &command)
{
    const pid_t pid = start(command, {}, -1);
    qint64 peak = 0;
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        const auto all = processes();
        std::vector<qint64> tree { pid };
        for (auto it = all.begin(); it != all.end(); ++it) {
            if (isBelow(all, it.key(), { pid }))
                tree.push_back(it.key());
        }
        peak = std::max(peak, proportionalMemoryKb(tree));
        usleep(20000);
    }
    return peak;
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Cost median(const std::vector<Cost> &costs)
{
    const auto of = [&costs](auto member) {
        std::vector<double> values;
        for (const Cost &cost : costs)
            values.push_back(static_cast<double>(cost.*member));
        return median(std::move(values));
    };
    Cost result = costs.empty() ? Cost() : costs.back();
    result.wall = of(&Cost::wall);
    result.cpu = of(&Cost::cpu);
    result.serverCpu = of(&Cost::serverCpu);
    for (const Cost &cost : costs)
        result.exitCode = std::max(result.exitCode, cost.exitCode);
    return result;
}

} // namespace Helmclaw::Bench
