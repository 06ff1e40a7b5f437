// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace Helmclaw {

/// resources/scripts/gateway-discover.sh: run with a nonce as its one argument; GatewayFacts reads the answer.
[[nodiscard]] QByteArray gatewayDiscoverScript();
/// The same with resources/scripts/gateway-state.sh: run with a nonce and "state"; GatewayState reads the answer.
[[nodiscard]] QByteArray gatewayStateScript();

} // namespace Helmclaw
