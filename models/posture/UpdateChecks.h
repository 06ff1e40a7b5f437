// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// mission A8, read from apt(8), dpkg(1) and unattended-upgrades(8). Pure functions; ages are by the server's own
/// clock.
class UpdateChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::UpdateChecks)
public:
    static constexpr int maxListAgeDays = 7; ///< older package lists cannot show that nothing is pending
    static constexpr int lateRunDays = 3; ///< the timer runs daily
    static constexpr int missedRunDays = 14;
    static constexpr int maxRebootWaitDays = 7;

    [[nodiscard]] static CheckResult unattended(const ServerFacts &facts);
    [[nodiscard]] static CheckResult origins(const ServerFacts &facts);
    [[nodiscard]] static CheckResult security(const ServerFacts &facts);
    [[nodiscard]] static CheckResult pending(const ServerFacts &facts);
    [[nodiscard]] static CheckResult packages(const ServerFacts &facts);
    [[nodiscard]] static CheckResult lastRun(const ServerFacts &facts);
    [[nodiscard]] static CheckResult autoReboot(const ServerFacts &facts);
    [[nodiscard]] static CheckResult reboot(const ServerFacts &facts);
};

} // namespace Helmclaw
