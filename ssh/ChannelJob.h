// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Channel.h"
#include "ssh/Error.h"

#include <memory>

namespace Helmclaw {

class IoSession;

/// Something that uses one channel of a session: a command, a file, a forwarded connection. Owned by its IoSession,
/// lives in an IO thread. Never waits: pump() does what can be done now.
class ChannelJob
{
public:
    enum class Next {
        Idle, ///< pump again when something has happened
        More, ///< there is more to do at once, but others want their turn first
        Finished, ///< take the channel away and delete the job
    };

    ChannelJob() = default;
    ChannelJob(const ChannelJob &) = delete;
    ChannelJob &operator=(const ChannelJob &) = delete;
    virtual ~ChannelJob() = default;

    void attach(IoSession *session) { m_session = session; }
    [[nodiscard]] virtual Next pump() = 0;
    /// The session is gone; report it. The channel must not be touched any more, and is not: it is null.
    virtual void lost(const Error &error) = 0;
    /// Whether it counts against the server's MaxSessions.
    [[nodiscard]] virtual bool usesSessionChannel() const { return true; }

    /// The channel of a finished job, which the session has to close; null when there is none.
    [[nodiscard]] std::unique_ptr<Channel> takeChannel() { return std::move(m_channel); }
    /// The channel has ended together with its session.
    void forgetChannel()
    {
        if (const auto channel = std::move(m_channel))
            channel->forget();
    }

protected:
    IoSession *m_session = nullptr;
    std::unique_ptr<Channel> m_channel; ///< made by the job, when it is attached
};

} // namespace Helmclaw
