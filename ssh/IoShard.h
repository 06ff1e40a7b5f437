// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/PoolContext.h"
#include "ssh/ServerLink.h"

#include <functional>
#include <memory>
#include <unordered_map>

namespace Helmclaw {

/// One IO thread with the servers that fall to it. All functions: any thread; they run in order in the IO thread.
class IoShard
{
public:
    using MakeContext = std::function<PoolContext(EventLoop &loop)>;
    explicit IoShard(const MakeContext &makeContext);
    ~IoShard(); ///< stop()s

    void setTarget(const SshTarget &target);
    void removeTarget(const QString &serverId);
    /// Runs @p task with the link of @p target, which is made when there is none yet.
    void withTarget(const SshTarget &target, std::function<void(ServerLink &)> task);
    /// Runs @p task with the server's link; not at all when the server is not known.
    void withLink(const QString &serverId, std::function<void(ServerLink &)> task);
    /// Runs @p task with every link.
    void withEveryLink(std::function<void(ServerLink &)> task);
    void stop();
    [[nodiscard]] EventLoop &loop() { return m_loop; }

private:
    EventLoop m_loop;
    PoolContext m_context;
    std::map<QString, std::unique_ptr<ServerLink>> m_links;
};

} // namespace Helmclaw
