// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Channel.h"
#include "ssh/EventLoop.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

namespace Helmclaw {

class LibsshSession;

/// A channel of a libssh session.
class LibsshChannel final : public Channel
{
public:
    LibsshChannel(LibsshSession &session, ChannelRequest request);
    ~LibsshChannel() override;

    Start start() override;
    QByteArray refusal() const override { return m_refusal; }
    qsizetype writable() override;
    qsizetype write(const char *data, qsizetype size) override;
    bool sendEof() override;
    QByteArrayView read(qsizetype window) override;
    QByteArrayView readError() override;
    bool isEof() override;
    bool isClosed() override;
    std::optional<Exit> exit() const override { return m_exit; }
    bool close() override;
    void forget() override;

private:
    [[nodiscard]] int requestOpen();
    [[nodiscard]] int requestRun();
    [[nodiscard]] Start refused(Start how);
    void listen();
    [[nodiscard]] QByteArrayView readBuffered(bool isStderr);
    void free();

    LibsshSession &m_session;
    ssh_channel m_channel = nullptr;
    ssh_channel_callbacks_struct m_callbacks {};
    EventLoop::Clock::time_point m_asked; ///< for the channel
    bool m_opening = false; ///< the server has been asked for a channel and has not answered
    bool m_open = false;
    bool m_running = false;
    // libssh asks the socket at every reading that finds nothing; so it is only read what is known to be there.
    bool m_hasOutput = false;
    bool m_hasErrors = false; ///< on standard error
    qsizetype m_window = 0; ///< the server has been told of
    std::optional<Exit> m_exit;
    QByteArray m_refusal;
};

} // namespace Helmclaw
