// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"
#include "models/posture/PacketFilter.h"

namespace Helmclaw {

struct CheckRule;
struct ServerFacts;

/// mission A3, A9, A10, A11: what others can reach, by the kernel's own rules and sockets. Pure functions.
class NetworkChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::NetworkChecks)
public:
    [[nodiscard]] static CheckResult dockerUser(const ServerFacts &facts);
    [[nodiscard]] static CheckResult dockerUser6(const ServerFacts &facts);
    [[nodiscard]] static CheckResult listeners(const ServerFacts &facts);
    [[nodiscard]] static CheckResult exposure(const ServerFacts &facts);

    /// Their entries of the catalogue.
    [[nodiscard]] static QList<CheckRule> rules();

private:
    [[nodiscard]] static CheckResult dockerUserOf(const ServerFacts &facts, AddressFamily family);
};

} // namespace Helmclaw
