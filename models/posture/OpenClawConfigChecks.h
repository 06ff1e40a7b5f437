// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

class CheckDraft;
struct GatewayPolicy;
struct OpenClawGateway;
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

    /// What there is to say of a gateway whose configuration was not read.
    [[nodiscard]] static CheckResult withoutPolicy(const ServerFacts &facts, const OpenClawGateway &gateway,
                                                   CheckDraft &draft);
    /// What there is to say when what stands in the file may not be all of it.
    [[nodiscard]] static CheckResult withIncludes(const GatewayPolicy &policy, CheckDraft &draft);
};

} // namespace Helmclaw
