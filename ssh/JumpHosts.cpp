// SPDX-License-Identifier: MIT
#include "ssh/JumpHosts.h"

#include <algorithm>

namespace Helmclaw {

JumpHosts::JumpHosts(Run run)
    : m_run(std::move(run))
{
}

SshTarget JumpHosts::hopOf(const SshTarget &target)
{
    SshTarget hop = target.jumpHosts.constLast();
    hop.jumpHosts = target.jumpHosts.first(target.jumpHosts.size() - 1);
    // By what it is, not by what it is called: two servers may name the same jump host differently.
    const auto known = std::find_if(m_hops.begin(), m_hops.end(), [&hop](const SshTarget &other) {
        SshTarget renamed = other;
        renamed.serverId = hop.serverId;
        renamed.name = hop.name;
        return renamed == hop;
    });
    if (known != m_hops.end())
        return *known;
    hop.serverId = QStringLiteral("jump:%1").arg(m_hops.size() + 1);
    m_hops.push_back(hop);
    return hop;
}

void JumpHosts::withJumpOf(const SshTarget &target, Task task)
{
    const std::lock_guard lock(m_mutex);
    if (m_run)
        m_run(hopOf(target), std::move(task));
}

void JumpHosts::close()
{
    const std::lock_guard lock(m_mutex);
    m_run = nullptr;
}

} // namespace Helmclaw
