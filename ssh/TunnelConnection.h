// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/ChannelJob.h"
#include "ssh/EventLoop.h"
#include "ssh/PoolContext.h"
#include "ssh/SshHandle.h"
#include "ssh/Tunnel.h"

#include <QByteArray>

#include <functional>
#include <memory>

namespace Helmclaw {

/// One local TCP connection forwarded as a direct-tcpip channel. What cannot be passed on stays where it is: at most
/// one buffer here per direction, the rest in the kernel (local side) or unacknowledged in the channel's window (remote
/// side), so a stalled peer costs bounded memory.
class TunnelConnection : public ChannelJob
{
public:
    /// @p refused: the server could not connect, with its reason; @p lost (may be empty): the session ended under it;
    /// @p gone: always once, last.
    struct Events
    {
        std::function<void()> opened;
        std::function<void(const QByteArray &reason)> refused;
        std::function<void()> gone;
        std::function<void(const Error &error)> lost;
    };

    TunnelConnection(EventLoop &loop, const TunnelOptions &options, FileDescriptor local, quint16 localPort,
                     Events events);
    ~TunnelConnection() override;

    /// False: the system refuses to tell us of the local end's data, so that it is of no use.
    [[nodiscard]] bool isWatched() const { return m_watch != 0; }
    /// Ends it at the next turn.
    void close();

    Next pump() override;
    void lost(const Error &error) override;
    [[nodiscard]] bool usesSessionChannel() const override { return false; }

private:
    enum class Flow { Blocked, More, Broken };
    [[nodiscard]] bool open();
    void localReady(std::uint32_t events);
    [[nodiscard]] Flow toRemote();
    [[nodiscard]] Flow toLocal();
    [[nodiscard]] bool sendToLocal(const char *data, qsizetype size, qsizetype &sent);
    void watchLocal();
    [[nodiscard]] qsizetype window();
    void noteReceived(qsizetype bytes);
    void setWide(bool wide);
    void closeLocal(bool reset);

    EventLoop &m_loop;
    TunnelOptions m_options;
    FileDescriptor m_local;
    quint16 m_localPort;
    Events m_events;
    EventLoop::Id m_watch = 0;
    bool m_open = false;
    bool m_ending = false;
    bool m_localReadable = true;
    bool m_localBroken = false;
    bool m_localEof = false; ///< the local program will send no more
    bool m_eofSent = false;
    bool m_remoteEof = false; ///< passed on to the local program
    bool m_wide = false; ///< counted among the session's wide streams
    qsizetype m_window = 0; ///< that the stream has shown to need
    qsizetype m_lately = 0; ///< bytes received since m_latelySince
    EventLoop::Clock::time_point m_latelySince;
    QByteArray m_up; ///< read locally, not yet taken by the channel
    QByteArray m_down; ///< read from the channel, not yet taken by the local socket
};

} // namespace Helmclaw
