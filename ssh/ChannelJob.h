// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/SshHandle.h"

#include <functional>

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

    /// What IoSession has to do with the channel of a finished job. @p reopen is set while the server has not yet
    /// answered the request to open it: then it must be opened first, or the server would keep it for ever.
    struct Leftover
    {
        ssh_channel channel = nullptr;
        std::function<int(ssh_channel)> reopen;
    };
    [[nodiscard]] virtual Leftover takeChannel() = 0;
    /// libssh has freed the channel together with its session.
    virtual void forgetChannel() = 0;

protected:
    IoSession *m_session = nullptr;
};

} // namespace Helmclaw
