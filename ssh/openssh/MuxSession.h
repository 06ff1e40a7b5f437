// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/IoSession.h"
#include "ssh/SocketPath.h"
#include "ssh/openssh/SshMaster.h"

namespace Helmclaw {

/// A session that OpenSSH's own ssh carries, as a ControlMaster: this speaks to its control socket. ssh sends the
/// keepalives, and its end is the session's.
class MuxSession final : public IoSession
{
public:
    /// @p path: what carries ssh's connection; may be null.
    MuxSession(EventLoop &loop, std::unique_ptr<SshMaster> master, std::shared_ptr<SocketPath> path, SshErrors errors,
               Events events);
    ~MuxSession() override;

    bool start() override;
    /// Opens a channel: its answer comes from the server, not from ssh.
    void check(std::chrono::milliseconds deadline) override;
    bool isBroken() const override { return m_ended; }

    // For its channels.
    [[nodiscard]] const QByteArray &controlPath() const { return m_master->controlPath(); }
    /// Takes in what ssh has written, and notices its end.
    void readLog();
    /// ssh did not answer on its control socket: soon its end is seen, or it is of no use any more.
    void suspectEnd();
    /// It did: it is alive.
    void answered() { loop().cancelTimer(m_suspicion); }
    /// ssh tells a channel only that it was refused; what the server said about it stands in its log.
    [[nodiscard]] QByteArray explainRefusal(const QByteArray &reason);

private:
    std::unique_ptr<Channel> newChannel(const ChannelRequest &request) override;
    void drive() override;
    void rearm() override { }
    Error endError() override;
    void stop() override;
    void sayGoodbye() override { m_master.reset(); }

    std::shared_ptr<SocketPath> m_path; ///< first, so that it is destroyed last
    std::unique_ptr<SshMaster> m_master;
    EventLoop::Id m_logWatch = 0;
    EventLoop::Id m_endWatch = 0;
    EventLoop::Id m_checkTimer = 0;
    EventLoop::Id m_suspicion = 0;
    std::unique_ptr<Channel> m_check;
    bool m_ended = false;
};

} // namespace Helmclaw
