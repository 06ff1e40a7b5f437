// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace Helmclaw::Bench {

struct SftpBenchOptions
{
    int rounds = 3;
    int megabytes = 500;
};

/// Downloads of a large file beside sftp(1) with the same cipher, on loopback and with 50 ms of round-trip time added.
/// Prints a table.
void runSftpBench(const SftpBenchOptions &options);

/// The pool as a program of its own that downloads @p remote of the fleet's first server into @p local, over
/// 127.0.0.1:@p port. Returns the exit code.
int runDownloadClient(const QString &folder, quint16 port, const QString &remote, const QString &local);

} // namespace Helmclaw::Bench
