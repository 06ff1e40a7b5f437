// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/IoSession.h"
#include "ssh/SshHandle.h"

namespace Helmclaw {

/// A session that libssh carries: drives it when the socket is ready, sends keepalives.
class LibsshSession final : public IoSession
{
public:
    LibsshSession(EventLoop &loop, std::unique_ptr<SshHandle> handle, SshErrors errors, Events events);
    ~LibsshSession() override;

    bool start() override;
    void check(std::chrono::milliseconds deadline) override;
    bool isBroken() const override { return m_handle->isClosed(); }

    // For its channels.
    [[nodiscard]] ssh_session session() const { return m_handle->session(); }
    [[nodiscard]] QByteArray errorText() const { return m_handle->errorText(); }
    /// True while libssh has bytes that the socket did not take: writing more would only pile them up.
    [[nodiscard]] bool isWritePending() const;
    /// A buffer of at least @p size bytes, for whoever is being pumped.
    [[nodiscard]] QByteArray &wideScratch(qsizetype size);

    /// How many turns of 4 KiB a session may read before others have theirs.
    static constexpr int drainRounds = 64;

private:
    std::unique_ptr<Channel> newChannel(const ChannelRequest &request) override;
    void drive() override;
    [[nodiscard]] bool drainOnce();
    void rearm() override;
    Error endError() override;
    void stop() override;
    void sayGoodbye() override { m_handle->sayGoodbye(); }
    void ask();
    void keepalive();
    void armKeepalive();
    void noteInbound();

    ssh_counter_struct m_socketCounter {};
    ssh_counter_struct m_packetCounter {};
    std::unique_ptr<SshHandle> m_handle;
    EventLoop::Id m_watch = 0;
    EventLoop::Id m_keepaliveTimer = 0;
    EventLoop::Id m_checkTimer = 0;
    std::uint64_t m_inboundBytes = 0;
    std::uint64_t m_driven = 0; ///< packets taken in when the jobs were about to have their turn
    EventLoop::Clock::time_point m_lastInbound;
    EventLoop::Clock::time_point m_keepaliveDue;
    QByteArray m_wideScratch;
};

} // namespace Helmclaw
