// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <vector>

namespace Helmclaw::Bench {

/// What one run of a program cost.
struct Cost
{
    double wall = 0; ///< seconds
    double cpu = 0; ///< seconds, user and system, of it and of all its children that were waited for
    double serverCpu = 0; ///< seconds, of the sshd processes meanwhile
    int exitCode = -1;
    QByteArray output;
};

/// Runs @p command (found on PATH) to its end; standard input from @p inputFile ("/dev/null" if empty). Standard output
/// is kept when @p keepOutput, standard error is thrown away. @p servers: the sshd masters, for serverCpu.
[[nodiscard]] Cost measure(const QStringList &command, const std::vector<qint64> &servers = {},
                           const QString &inputFile = {}, bool keepOutput = false);

/// Runs @p command as measure() does, and watches how much memory it and all its descendants have together: the highest
/// sum of their proportional set sizes that was seen, in KiB. A run of its own, because the watching costs time.
[[nodiscard]] qint64 peakMemoryKb(const QStringList &command);
/// Sum of the proportional set sizes (proc(5) smaps_rollup) in KiB.
[[nodiscard]] qint64 proportionalMemoryKb(const std::vector<qint64> &processes);

/// CPU seconds that these processes, their living descendants and their reaped children have used (proc(5) stat).
[[nodiscard]] double cpuOf(const std::vector<qint64> &processes);
/// How many descendants these processes have now.
[[nodiscard]] int descendants(const std::vector<qint64> &processes);

/// CPU seconds of this process, all its threads.
[[nodiscard]] double ownCpu();

[[nodiscard]] double median(std::vector<double> values);
/// Member by member.
[[nodiscard]] Cost median(const std::vector<Cost> &costs);

} // namespace Helmclaw::Bench
