// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"
#include "models/posture/Exposure.h"
#include "ssh/Error.h"

#include <QByteArray>

namespace Helmclaw {

struct ServerFacts;

/// Every check of the catalogue, in its order, over one server's facts. Pure; `since` is left to the store.
[[nodiscard]] QList<CheckResult> judge(const ServerFacts &facts);

/// What became of one probe.
struct ProbeOutcome
{
    QList<CheckResult> results;
    bool withSudo = false; ///< the probe could read as root
    int sshPort = 0; ///< of the server, that the probe came in by; 0: not known
    Exposure exposure; ///< who can reach which port
};

[[nodiscard]] ProbeOutcome outcomeOf(const ServerFacts &facts);

/// Takes the probe's raw output apart. Pure and slow enough (parsing up to 4 MiB) to stay off the GUI thread.
[[nodiscard]] Result<ServerFacts> understandProbe(const QByteArray &output, const QByteArray &nonce);

/// Both at once, without what takes more than the probe (OpenClaw's configuration).
[[nodiscard]] Result<ProbeOutcome> judgeProbe(const QByteArray &output, const QByteArray &nonce);

} // namespace Helmclaw
