// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixSteps.h"

namespace Helmclaw::Fail2banFixes {

/// What can be done about fail2ban: started, SSH watched, limits tightened, a ban lifted, oneself never banned. Each
/// setting has a file of its own in /etc/fail2ban/jail.d, which fail2ban reads last.
[[nodiscard]] QList<FixRule> rules();

} // namespace Helmclaw::Fail2banFixes
