// SPDX-License-Identifier: MIT
#include "ssh/LibsshChannel.h"

#include "ssh/LibsshSession.h"

#include <algorithm>

namespace Helmclaw {

LibsshChannel::LibsshChannel(LibsshSession &session, ChannelRequest request)
    : Channel(std::move(request))
    , m_session(session)
{
}

LibsshChannel::~LibsshChannel()
{
    if (m_channel != nullptr)
        free(); // the session outlives its channels, or has told them to forget
}

void LibsshChannel::free()
{
    ssh_remove_channel_callbacks(m_channel, &m_callbacks); // they go with this object, the channel may live on
    ssh_channel_free(m_channel);
    m_channel = nullptr;
}

void LibsshChannel::forget()
{
    if (m_channel != nullptr)
        ssh_remove_channel_callbacks(m_channel, &m_callbacks);
    m_channel = nullptr; // libssh frees it with the session
}

void LibsshChannel::listen()
{
    m_callbacks.userdata = this;
    m_callbacks.channel_data_function = [](ssh_session, ssh_channel, void *, std::uint32_t, int isStderr, void *self) {
        auto *channel = static_cast<LibsshChannel *>(self);
        (isStderr != 0 ? channel->m_hasErrors : channel->m_hasOutput) = true;
        return 0; // it stays in libssh's buffer
    };
    m_callbacks.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void *self) {
        static_cast<LibsshChannel *>(self)->m_exit = Exit { status, {} };
    };
    m_callbacks.channel_exit_signal_function = [](ssh_session, ssh_channel, const char *signal, int, const char *,
                                                  const char *, void *self) {
        static_cast<LibsshChannel *>(self)->m_exit = Exit { -1, QByteArray(signal) };
    };
    ssh_callbacks_init(&m_callbacks);
    ssh_set_channel_callbacks(m_channel, &m_callbacks);
}

int LibsshChannel::requestOpen()
{
    if (isSession())
        return ssh_channel_open_session(m_channel);
    return ssh_channel_open_forward(m_channel, request().text.constData(), request().port, "127.0.0.1",
                                    request().originPort);
}

int LibsshChannel::requestRun()
{
    switch (request().kind) {
    case ChannelRequest::Kind::Exec:
        return ssh_channel_request_exec(m_channel, request().text.constData());
    case ChannelRequest::Kind::Subsystem:
        return ssh_channel_request_subsystem(m_channel, request().text.constData());
    case ChannelRequest::Kind::Forward:
        break;
    }
    return SSH_OK;
}

Channel::Start LibsshChannel::refused(Start how)
{
    m_refusal = m_session.errorText();
    return how;
}

Channel::Start LibsshChannel::start()
{
    if (m_running)
        return Start::Running;
    if (m_channel == nullptr) {
        m_channel = ssh_channel_new(m_session.session());
        if (m_channel == nullptr)
            return m_session.isBroken() ? Start::Pending : refused(Start::NoChannel);
        listen();
        m_asked = EventLoop::Clock::now();
    }
    if (!m_open) {
        const int rc = requestOpen();
        m_opening = rc == SSH_AGAIN;
        if (m_opening || m_session.isBroken()) // broken: the session tells everybody
            return Start::Pending;
        if (rc != SSH_OK) {
            const Start how = refused(Start::NoChannel);
            free(); // it has no number on the server: nothing to close there
            return how;
        }
        m_session.noteRoundTrip(EventLoop::Clock::now() - m_asked);
        m_open = true;
    }
    const int rc = requestRun();
    if (rc == SSH_AGAIN || m_session.isBroken())
        return Start::Pending;
    if (rc != SSH_OK)
        return refused(Start::Refused);
    m_running = true;
    return Start::Running;
}

qsizetype LibsshChannel::writable()
{
    // More than the socket takes would only pile up in libssh.
    return m_session.isWritePending() ? 0 : qsizetype(ssh_channel_window_size(m_channel));
}

qsizetype LibsshChannel::write(const char *data, qsizetype size)
{
    const qsizetype most = std::min(size, qsizetype(ssh_channel_window_size(m_channel)));
    return most <= 0 ? 0 : ssh_channel_write(m_channel, data, static_cast<std::uint32_t>(most));
}

bool LibsshChannel::sendEof()
{
    return ssh_channel_send_eof(m_channel) != SSH_ERROR; // SSH_AGAIN: it is on its way
}

QByteArrayView LibsshChannel::readBuffered(bool isStderr)
{
    bool &has = isStderr ? m_hasErrors : m_hasOutput;
    if (!has)
        return {};
    QByteArray &buffer = m_session.scratch();
    const int got = ssh_channel_read_nonblocking(m_channel, buffer.data(), static_cast<std::uint32_t>(buffer.size()),
                                                 isStderr ? 1 : 0);
    has = got == buffer.size();
    return QByteArrayView(buffer).first(std::max(got, 0)); // an error is told by the session's state
}

QByteArrayView LibsshChannel::read(qsizetype window)
{
    if (window <= m_session.scratch().size())
        return readBuffered(false);
    if (!m_hasOutput && m_window == window)
        return {};
    // libssh 0.10 has no call that sets the window, but this one widens it to what it is asked for; otherwise one
    // stream moves 1.25 MiB per round trip. Pages of the buffer that are not used cost nothing.
    QByteArray &wide = m_session.wideScratch(window);
    const int got = ssh_channel_read_timeout(m_channel, wide.data(), static_cast<std::uint32_t>(window), 0, 0);
    m_hasOutput = got == window;
    m_window = window;
    return QByteArrayView(wide).first(std::max(got, 0));
}

QByteArrayView LibsshChannel::readError()
{
    return readBuffered(true);
}

bool LibsshChannel::isEof()
{
    return ssh_channel_is_eof(m_channel) != 0;
}

bool LibsshChannel::isClosed()
{
    return ssh_channel_is_closed(m_channel) != 0;
}

bool LibsshChannel::close()
{
    if (m_channel == nullptr)
        return true;
    int rc = SSH_OK;
    if (m_opening) {
        // The server has not answered yet: given up now, it would keep the channel for ever.
        rc = requestOpen();
        if (rc == SSH_OK)
            m_opening = false;
    }
    // AGAIN means that CLOSE has not been sent: freed now, the server would keep the channel.
    if (rc == SSH_OK)
        rc = ssh_channel_close(m_channel);
    if (rc == SSH_AGAIN)
        return false;
    free();
    return true;
}

} // namespace Helmclaw
