// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PacketFilter.h"

#include <QStringList>

namespace Helmclaw {

struct NetworkFacts;

/// What the chain DOCKER-USER really does to packets that come in from outside and are routed on, for one address
/// family.
struct DockerUserChain
{
    enum class State {
        NoDefaultRoute, ///< or the routes were not understood: which interface is the outer one is not known
        NotNeeded, ///< no Docker in this family, and everything routed is dropped anyhow
        Missing,
        NotHooked, ///< packets do not come to it, or only after they were let through
        NotDropping,
        NotUnderstood,
        Exceptions, ///< drops, but not everything
        CutsReplies, ///< also drops what belongs to connections that containers have opened
        Effective,
    };
    State state = State::NotUnderstood;
    QString detail; ///< the interface, or the rule
    QStringList interfaces; ///< with a default route
    QStringList evidence; ///< the chain's rules, and how many rules lead to it

    /// @p docker: Docker is on the server. Pure.
    [[nodiscard]] static DockerUserChain of(const NetworkFacts &network, AddressFamily family, bool docker);
};

} // namespace Helmclaw
