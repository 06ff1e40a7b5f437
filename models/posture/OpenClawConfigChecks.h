// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// What a gateway's configuration, its command line and its unit say about who gets in (mission A10, C4). Pure
/// functions. Of tokens and passwords they only know that there are some, and how long they are.
class OpenClawConfigChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::OpenClawConfigChecks)
public:
    static constexpr int minSecretLength = 24; ///< characters; as OpenClaw's own audit has it

    [[nodiscard]] static CheckResult auth(const ServerFacts &facts);
    [[nodiscard]] static CheckResult rateLimit(const ServerFacts &facts);
    [[nodiscard]] static CheckResult origins(const ServerFacts &facts);
};

} // namespace Helmclaw
