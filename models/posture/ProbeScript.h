// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace Helmclaw {

/// The text of resources/scripts/probe-host.sh and probe.sh, for SshPool::runScript with a nonce as its one argument.
[[nodiscard]] QByteArray probeScript();
/// A fresh nonce: 32 hexadecimal digits from the system's generator.
[[nodiscard]] QByteArray newProbeNonce();

} // namespace Helmclaw
