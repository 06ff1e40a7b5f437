// SPDX-License-Identifier: MIT
#include "ScriptedTailscalePeer.h"

#include "SshdFixture.h"

#include <chrono>

#include <fcntl.h>
#include <poll.h>

namespace Helmclaw::Test {

namespace {

constexpr int pollMilliseconds = 50;

} // namespace

ScriptedTailscalePeer::ScriptedTailscalePeer(const QString &hostKeyFile, const QByteArray &software,
                                             const QByteArray &banner)
    : m_bind(ssh_bind_new())
    , m_banner(banner)
{
    const unsigned int port = SshdFixture::freePort();
    const bool noConfig = false;
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &noConfig);
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_BINDPORT, &port);
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_HOSTKEY, hostKeyFile.toLocal8Bit().constData());
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_BANNER, software.constData());
    if (ssh_bind_listen(m_bind) != SSH_OK)
        return;
    m_port = static_cast<quint16>(port);
    m_thread = std::thread([this] { serve(); });
}

ScriptedTailscalePeer::~ScriptedTailscalePeer()
{
    m_over = true;
    if (m_thread.joinable())
        m_thread.join();
    ssh_bind_free(m_bind);
}

void ScriptedTailscalePeer::serve()
{
    pollfd listener { ssh_bind_get_fd(m_bind), POLLIN, 0 };
    while (::poll(&listener, 1, pollMilliseconds) == 0) {
        if (m_over)
            return;
    }
    ssh_session session = ssh_new();
    if (ssh_bind_accept(m_bind, session) == SSH_OK && ssh_handle_key_exchange(session) == SSH_OK) {
        ssh_set_blocking(session, 0);
        ssh_event event = ssh_event_new();
        ssh_event_add_session(event, session);
        while (!m_over && ssh_is_connected(session) != 0 && ssh_event_dopoll(event, pollMilliseconds) != SSH_ERROR) {
            while (ssh_message message = ssh_message_get(session)) {
                if (!answer(session, message))
                    ssh_message_reply_default(message);
                ssh_message_free(message);
            }
        }
        ssh_event_remove_session(event, session);
        ssh_event_free(event);
    }
    ssh_silent_disconnect(session);
    ssh_free(session);
}

/// False: refuse it.
bool ScriptedTailscalePeer::answer(ssh_session session, ssh_message message)
{
    const int kind = ssh_message_subtype(message);
    switch (ssh_message_type(message)) {
    case SSH_REQUEST_SERVICE:
        return ssh_message_service_reply_success(message) == SSH_OK;
    case SSH_REQUEST_AUTH: {
        if (kind != SSH_AUTH_METHOD_NONE)
            return false;
        ssh_string text = ssh_string_from_char(m_banner.constData());
        ssh_send_issue_banner(session, text);
        ssh_string_free(text);
        ssh_blocking_flush(session, -1);
        m_asked = true;
        while (!m_visited && !m_over)
            std::this_thread::sleep_for(std::chrono::milliseconds(pollMilliseconds));
        return m_visited && ssh_message_auth_reply_success(message, 0) == SSH_OK;
    }
    case SSH_REQUEST_CHANNEL_OPEN:
        return ssh_message_channel_request_open_reply_accept(message) != nullptr;
    case SSH_REQUEST_CHANNEL: {
        if (kind != SSH_CHANNEL_REQUEST_EXEC)
            return false;
        ssh_channel channel = ssh_message_channel_request_channel(message);
        ssh_message_channel_request_reply_success(message);
        ssh_channel_request_send_exit_status(channel, 0);
        ssh_channel_send_eof(channel);
        ssh_channel_close(channel);
        return true;
    }
    default:
        return false;
    }
}

} // namespace Helmclaw::Test
