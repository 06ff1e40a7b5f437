// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// mission A2, read from the running fail2ban. Pure functions.
class Fail2banChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::Fail2banChecks)
public:
    static constexpr int maxRetryLimit = 5;
    static constexpr qint64 minFindTime = 600; ///< seconds
    static constexpr qint64 minBanTime = 3600; ///< seconds

    [[nodiscard]] static CheckResult active(const ServerFacts &facts);
    [[nodiscard]] static CheckResult sshdJail(const ServerFacts &facts);
    [[nodiscard]] static CheckResult limits(const ServerFacts &facts);
    [[nodiscard]] static CheckResult banned(const ServerFacts &facts);
};

} // namespace Helmclaw
