// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct CheckRule;
struct ServerFacts;

/// mission A4, A5, D5: what the containers that run may do to their host. Pure functions.
class DockerChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::DockerChecks)
public:
    [[nodiscard]] static CheckResult published(const ServerFacts &facts);
    [[nodiscard]] static CheckResult user(const ServerFacts &facts);
    [[nodiscard]] static CheckResult privileges(const ServerFacts &facts);
    [[nodiscard]] static CheckResult mounts(const ServerFacts &facts);
    [[nodiscard]] static CheckResult hostNetwork(const ServerFacts &facts);

    /// Their entries of the catalogue.
    [[nodiscard]] static QList<CheckRule> rules();
};

} // namespace Helmclaw
