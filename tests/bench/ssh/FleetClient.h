// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace Helmclaw::Bench {

/// The pool as a program of its own, so that it is measured like the tools beside it: runs the probe script on servers
/// 1…N of the fleet in @p folder, @p fanout at a time. Returns the exit code.
int runFleetClient(const QString &folder, int servers, int fanout);
/// The same again and again over held sessions, as standard input says: "round" runs the probe on all, "idle SECONDS"
/// waits. Each is answered by a line of JSON; the end of the input ends it.
int runHoldingFleetClient(const QString &folder, int servers, int fanout);

} // namespace Helmclaw::Bench
