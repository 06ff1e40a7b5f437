// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/SocketSource.h"
#include "ssh/SshErrors.h"

namespace Helmclaw {

/// ProxyCommand of ssh_config(5): a program whose standard input and output are the connection.
class CommandSocketSource final : public SocketSource
{
public:
    CommandSocketSource(EventLoop &loop, SshTarget target, SshErrors errors);

    void open(OnState onState, Done done) override;
    [[nodiscard]] Error timedOut(std::chrono::milliseconds deadline) const override;

private:
    EventLoop &m_loop;
    SshTarget m_target;
    SshErrors m_errors;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

} // namespace Helmclaw
