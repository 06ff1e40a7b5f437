// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Channel.h"
#include "ssh/EventLoop.h"
#include "ssh/SshHandle.h"

#include <array>

namespace Helmclaw {

class MuxSession;

/// A channel of an OpenSSH ControlMaster: one connection to its socket, over which it gets the far ends of a socket
/// pair and pipes that are the channel's standard input, output and error here. No process per channel. A forwarded
/// connection cannot be half-closed by the server: ssh gives up its input then, too.
class MuxChannel final : public Channel
{
public:
    MuxChannel(MuxSession &session, ChannelRequest request);
    ~MuxChannel() override;

    Start start() override;
    QByteArray refusal() const override { return m_refusal; }
    bool wasRefusedLate() const override { return m_refusedLate && !m_exit; }
    qsizetype writable() override;
    qsizetype write(const char *data, qsizetype size) override;
    bool sendEof() override;
    QByteArrayView read(qsizetype window) override;
    QByteArrayView readError() override;
    bool isEof() override { return m_out.eof && m_err.eof; }
    bool isClosed() override;
    std::optional<Exit> exit() const override { return m_exit; }
    bool close() override;
    void forget() override;

private:
    /// A descriptor of ours and whether it is worth a look.
    struct End
    {
        FileDescriptor fd;
        EventLoop::Id watch = 0;
        bool ready = true; ///< since the last look something may have come
        bool eof = false;
        bool wide = false; ///< a larger pipe has been asked for
    };
    [[nodiscard]] bool connectToMaster();
    void retryLater();
    void shortOf(int error);
    [[nodiscard]] bool makeEnds();
    void flushRequest();
    void readReplies();
    void heard(quint32 type, QByteArray reason, quint32 number);
    void fail(const QByteArray &reason);
    void waitFor(End &end, std::uint32_t events);
    [[nodiscard]] QByteArrayView readEnd(End &end);
    void drop(End &end);
    void dropAll();

    MuxSession &m_session;
    End m_control;
    End m_in; ///< our end of the channel's standard input
    End m_out;
    End m_err;
    std::array<FileDescriptor, 3> m_far; ///< for the master
    std::size_t m_farSent = 0;
    QByteArray m_request; ///< not sent yet
    QByteArray m_replies; ///< the beginning of a message
    EventLoop::Clock::time_point m_asked;
    std::optional<EventLoop::Clock::time_point> m_shortSince; ///< of descriptors or memory here
    EventLoop::Id m_retry = 0;
    EventLoop::Id m_grace = 0; ///< after the end, until it is sure to be the channel's own
    bool m_asking = false; ///< the request is under way and has no answer yet
    bool m_running = false;
    bool m_failed = false;
    bool m_refusedLate = false;
    std::optional<Exit> m_exit;
    QByteArray m_refusal;
};

} // namespace Helmclaw
