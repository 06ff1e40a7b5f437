// SPDX-License-Identifier: MIT
#include "ssh/IoShard.h"

namespace Helmclaw {

IoShard::IoShard(const MakeContext &makeContext)
    : m_context(makeContext(m_loop))
{
    m_loop.start("ssh-io");
}

IoShard::~IoShard()
{
    stop();
}

void IoShard::setTarget(const SshTarget &target)
{
    m_loop.post([this, target] {
        auto &link = m_links[target.serverId];
        if (link == nullptr)
            link = std::make_unique<ServerLink>(m_context, target);
        else
            link->setTarget(target);
    });
}

void IoShard::removeTarget(const QString &serverId)
{
    m_loop.post([this, serverId] { m_links.erase(serverId); });
}

void IoShard::withTarget(const SshTarget &target, std::function<void(ServerLink &)> task)
{
    m_loop.post([this, target, task = std::move(task)] {
        auto &link = m_links[target.serverId];
        if (link == nullptr)
            link = std::make_unique<ServerLink>(m_context, target);
        task(*link);
    });
}

void IoShard::withLink(const QString &serverId, std::function<void(ServerLink &)> task)
{
    m_loop.post([this, serverId, task = std::move(task)] {
        if (const auto found = m_links.find(serverId); found != m_links.end())
            task(*found->second);
    });
}

void IoShard::withEveryLink(std::function<void(ServerLink &)> task)
{
    m_loop.post([this, task = std::move(task)] {
        for (const auto &[id, link] : m_links)
            task(*link);
    });
}

void IoShard::stop()
{
    m_loop.post([this] { m_links.clear(); });
    m_loop.stop();
}

} // namespace Helmclaw
