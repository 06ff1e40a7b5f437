// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace Helmclaw::Bench {

struct TunnelBenchOptions
{
    int rounds = 5;
    int megabytes = 500;
    int requests = 2000;
};

/// Throughput and small-request latency of the tunnel beside "ssh -L" with the same cipher. Prints a table.
void runTunnelBench(const TunnelBenchOptions &options);

/// The pool's tunnel as a program of its own: prints its local port and forwards until standard input ends.
int runTunnelClient(const QString &folder, quint16 remotePort);

} // namespace Helmclaw::Bench
