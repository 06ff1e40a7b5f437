// SPDX-License-Identifier: MIT
#pragma once

namespace Helmclaw::Bench {

struct FleetBenchOptions
{
    int servers = 200;
    int rounds = 3;
    int fanout = 64; ///< servers at a time, for all
    int idleSeconds = 30;
};

/// Cold probe, warm refresh, memory and idle cost of a fleet, beside the tools an admin would use instead. Prints
/// tables.
void runFleetBench(const FleetBenchOptions &options);

} // namespace Helmclaw::Bench
