// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Resolver.h"
#include "ssh/SocketSource.h"
#include "ssh/SshErrors.h"
#include "ssh/TcpConnector.h"

namespace Helmclaw {

/// The target's name, then a TCP connection to the first of its addresses that answers.
class TcpSocketSource final : public SocketSource
{
public:
    TcpSocketSource(EventLoop &loop, Resolver &resolver, SshTarget target, SshErrors errors);

    [[nodiscard]] SessionState firstState() const override { return SessionState::Resolving; }
    void open(OnState onState, Done done) override;
    [[nodiscard]] Error timedOut(std::chrono::milliseconds deadline) const override;

private:
    void resolved(Resolution resolution);

    EventLoop &m_loop;
    Resolver &m_resolver;
    SshTarget m_target;
    SshErrors m_errors;
    OnState m_onState;
    Done m_done;
    std::unique_ptr<TcpConnector> m_connector;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); ///< the resolver may answer after our end
};

} // namespace Helmclaw
