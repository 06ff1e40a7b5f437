// SPDX-License-Identifier: MIT
#include "ssh/JumpLease.h"

#include "ssh/ServerLink.h"

namespace Helmclaw {

JumpLease::JumpLease(JumpHosts &hosts, const SshTarget &target, bool urgent, EventLoop &loop, Done done)
    : m_hosts(hosts)
    , m_target(target)
    , m_id(hosts.nextLease())
{
    auto answer = [this, alive = std::weak_ptr<int>(m_alive), &loop,
                   done = std::move(done)](const std::optional<Error> &error) {
        loop.post([this, alive, done, error] {
            if (alive.expired())
                return;
            m_granted = !error;
            const Done keep = done; // it may delete us
            keep(error);
        });
    };
    m_hosts.withJumpOf(m_target, [id = m_id, urgent, answer = std::move(answer)](ServerLink &jump) {
        jump.lease(id, urgent, answer);
    });
}

JumpLease::~JumpLease()
{
    m_hosts.withJumpOf(m_target, [id = m_id](ServerLink &jump) { jump.endLease(id); });
}

} // namespace Helmclaw
