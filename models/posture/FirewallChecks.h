// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// mission A1, read from ufw(8). Pure functions; each result carries its catalogue id.
class FirewallChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::FirewallChecks)
public:
    [[nodiscard]] static CheckResult active(const ServerFacts &facts);
    [[nodiscard]] static CheckResult defaultIncoming(const ServerFacts &facts);
    [[nodiscard]] static CheckResult defaultOutgoing(const ServerFacts &facts);
    [[nodiscard]] static CheckResult defaultRouted(const ServerFacts &facts);
    [[nodiscard]] static CheckResult rules(const ServerFacts &facts);
};

} // namespace Helmclaw
