// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// systemd's hardening of the unit that runs the gateway: what is configured and, of the running process, what is in
/// force. The two differ more often than one thinks: a drop-in without a restart, or a user unit whose sandbox systemd
/// silently leaves out because it has no user namespace (PrivateUsers=yes).
class ServiceChecks
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::ServiceChecks)
public:
    /// Where systemd-analyze begins to say UNSAFE.
    static constexpr double unsafeExposure = 9.0;

    [[nodiscard]] static CheckResult noNewPrivileges(const ServerFacts &facts);
    [[nodiscard]] static CheckResult privateTmp(const ServerFacts &facts);
    [[nodiscard]] static CheckResult protectSystem(const ServerFacts &facts);
    [[nodiscard]] static CheckResult protectHome(const ServerFacts &facts);
    [[nodiscard]] static CheckResult exposure(const ServerFacts &facts);
};

} // namespace Helmclaw
