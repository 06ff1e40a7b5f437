// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// Who may become root on the server, by which way, and who gets in without a password or with an old key.
class AccountChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::AccountChecks)
public:
    /// RSA keys below this are weak (NIST SP 800-57: 128 bits of security), below the second broken.
    static constexpr int minRsaBits = 3072;
    static constexpr int brokenRsaBits = 2048;

    [[nodiscard]] static CheckResult sudoScope(const ServerFacts &facts);
    [[nodiscard]] static CheckResult rootEquivalentGroups(const ServerFacts &facts);
    [[nodiscard]] static CheckResult uidZero(const ServerFacts &facts);
    [[nodiscard]] static CheckResult emptyPasswords(const ServerFacts &facts);
    [[nodiscard]] static CheckResult authorizedKeys(const ServerFacts &facts);
};

} // namespace Helmclaw
