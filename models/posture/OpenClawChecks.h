// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/CheckDraft.h"

namespace Helmclaw {

struct OpenClawGateway;
struct ServerFacts;

/// mission A5 and A10 on the server itself: whether the gateway runs, answers, and is closed to everybody else. Pure
/// functions. Where a server has several gateways, the worst of them is the verdict.
class OpenClawChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::OpenClawChecks)
public:
    [[nodiscard]] static CheckResult running(const ServerFacts &facts);
    [[nodiscard]] static CheckResult health(const ServerFacts &facts);
    [[nodiscard]] static CheckResult bind(const ServerFacts &facts);
    [[nodiscard]] static CheckResult stateDir(const ServerFacts &facts);

    /// What one check says of one gateway; evidence goes into the draft.
    using GatewayJudge = CheckResult (*)(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft);
    /// @p judge over every gateway of the server; and what there is to say when there is none, or none to be seen.
    [[nodiscard]] static CheckResult overGateways(const ServerFacts &facts, const QString &checkId, GatewayJudge judge);
};

} // namespace Helmclaw
