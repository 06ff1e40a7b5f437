// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace Helmclaw {

/// The text of resources/scripts/probe-host.sh, probe-openclaw.sh and probe.sh, before them the gateway scripts in the
/// variable helmclaw_gateway; for SshPool::runScript with a nonce as its one argument.
[[nodiscard]] QByteArray probeScript();
/// A fresh nonce: 32 hexadecimal digits from the system's generator.
[[nodiscard]] QByteArray newProbeNonce();

} // namespace Helmclaw
