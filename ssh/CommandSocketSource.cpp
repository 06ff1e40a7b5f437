// SPDX-License-Identifier: MIT
#include "ssh/CommandSocketSource.h"

#include "ssh/ProxyProcess.h"

#include <cstring>

namespace Helmclaw {

CommandSocketSource::CommandSocketSource(EventLoop &loop, SshTarget target, SshErrors errors)
    : m_loop(loop)
    , m_target(std::move(target))
    , m_errors(std::move(errors))
{
}

void CommandSocketSource::open(OnState, Done done)
{
    m_loop.post([this, alive = std::weak_ptr<int>(m_alive), done = std::move(done)] {
        if (alive.expired())
            return;
        Opened opened;
        int error = 0;
        opened.path = ProxyProcess::start(m_loop, m_target.proxyCommand, opened.socket, error);
        const Done keep = done; // it may delete us
        if (opened.path == nullptr)
            keep(tl::unexpected(m_errors.proxyCommand(QString::fromLocal8Bit(std::strerror(error)))));
        else
            keep(std::move(opened));
    });
}

Error CommandSocketSource::timedOut(std::chrono::milliseconds deadline) const
{
    return m_errors.connectTimeout(deadline); // a started command is a connection; that it hangs shows in the handshake
}

} // namespace Helmclaw
