// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// What sshd lets in and how, by `sshd -T`, which needs root. Without root its files are evidence for a Fail at most: a
/// later file, a default or a Match block may say otherwise.
class SshdChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::SshdChecks)
public:
    /// OpenSSH's own default.
    static constexpr int maxAuthTriesLimit = 6;

    [[nodiscard]] static CheckResult passwordLogin(const ServerFacts &facts);
    [[nodiscard]] static CheckResult rootLogin(const ServerFacts &facts);
    [[nodiscard]] static CheckResult emptyPasswords(const ServerFacts &facts);
    [[nodiscard]] static CheckResult maxAuthTries(const ServerFacts &facts);
    [[nodiscard]] static CheckResult algorithms(const ServerFacts &facts);
    [[nodiscard]] static CheckResult forwarding(const ServerFacts &facts);
    [[nodiscard]] static CheckResult x11Forwarding(const ServerFacts &facts);
};

} // namespace Helmclaw
