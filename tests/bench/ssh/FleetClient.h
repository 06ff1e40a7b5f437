// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace Helmclaw::Bench {

/// The pool as a program of its own, so that it is measured like the tools beside it: dials servers 1…N of the fleet in
/// @p folder, runs the probe script on each in @p rounds rounds over the same sessions, then stays idle for
/// @p idleSeconds. Prints one JSON line with the figures of each round. Returns the exit code.
int runFleetClient(const QString &folder, int servers, int rounds, int idleSeconds);

} // namespace Helmclaw::Bench
