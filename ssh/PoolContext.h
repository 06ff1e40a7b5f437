// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/BanWatch.h"
#include "ssh/DialLane.h"
#include "ssh/EventLoop.h"
#include "ssh/SessionState.h"
#include "ssh/SshPool.h"

#include <atomic>
#include <functional>

namespace Helmclaw {

/// What one tunnel looks like from outside at one moment.
struct TunnelStatus
{
    TunnelState state = TunnelState::Off;
    std::optional<Error> error;
    quint16 localPort = 0;
    int attempt = 0;
    int connections = 0;
    friend bool operator==(const TunnelStatus &, const TunnelStatus &) = default;
};

/// Figures that all threads write and the owner reads.
struct PoolCounters
{
    std::atomic<int> ready { 0 };
    std::atomic<int> tunnelConnections { 0 };
};

/// What a ServerLink needs from the pool around it. All reports go to the owner's mailbox; any thread.
struct PoolContext
{
    EventLoop &loop; ///< the IO thread of this server
    DialLane &dials;
    JumpHosts &jumps;
    PoolCounters &counters;
    const SshPoolOptions &options;
    std::atomic<quint64> &lastQuestion;
    std::function<void(const QString &serverId, const SessionStatus &status)> reportStatus;
    std::function<void(const HostKeyQuestion &question)> ask;
    std::function<void(quint64 questionId)> closeQuestion;
    std::function<void(quint64 tunnelId, const TunnelStatus &status)> reportTunnel;
    BanWatch &bans;
};

} // namespace Helmclaw
