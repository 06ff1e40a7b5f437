// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// What agents may do, who may make them do it, and how old the program is (mission D4). Pure functions.
class OpenClawAgentChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::OpenClawAgentChecks)
public:
    [[nodiscard]] static CheckResult execApprovals(const ServerFacts &facts);
    [[nodiscard]] static CheckResult channels(const ServerFacts &facts);
    [[nodiscard]] static CheckResult version(const ServerFacts &facts);
};

} // namespace Helmclaw
