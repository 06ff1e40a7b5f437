// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/BenchTarget.h"

#include "tests/bench/LoopbackFleet.h"

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

SshTarget benchTarget(const QString &folder, int n)
{
    SshTarget target;
    target.serverId = target.name = LoopbackFleet::alias(n);
    target.host = LoopbackFleet::address(n);
    target.port = LoopbackFleet::port;
    target.identityFiles = { folder + "/user"_L1 };
    target.identitiesOnly = true;
    target.identityAgent = u"none"_s;
    target.userKnownHostsFiles = { folder + "/pinned"_L1 };
    return target;
}

} // namespace Helmclaw::Bench
