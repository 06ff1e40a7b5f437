// SPDX-License-Identifier: MIT
#include "ScriptedQuestioner.h"

#include "SshdFixture.h"

#include <poll.h>

namespace Helmclaw::Test {

namespace {
constexpr int pollMilliseconds = 50;
}

QList<QByteArray> ScriptedQuestioner::rightAnswers()
{
    return { "blue", "42" };
}

ScriptedQuestioner::ScriptedQuestioner(const QString &hostKeyFile)
    : m_bind(ssh_bind_new())
{
    const unsigned int port = SshdFixture::freePort();
    const bool noConfig = false;
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &noConfig);
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_BINDPORT, &port);
    ssh_bind_options_set(m_bind, SSH_BIND_OPTIONS_HOSTKEY, hostKeyFile.toLocal8Bit().constData());
    if (ssh_bind_listen(m_bind) != SSH_OK)
        return;
    m_port = static_cast<quint16>(port);
    m_thread = std::thread([this] { serve(); });
}

ScriptedQuestioner::~ScriptedQuestioner()
{
    m_over = true;
    if (m_thread.joinable())
        m_thread.join();
    ssh_bind_free(m_bind);
}

void ScriptedQuestioner::serve()
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

bool ScriptedQuestioner::authenticate(ssh_session session, ssh_message message)
{
    ssh_message_auth_set_methods(message, SSH_AUTH_METHOD_INTERACTIVE);
    if (ssh_message_subtype(message) != SSH_AUTH_METHOD_INTERACTIVE)
        return false;
    if (ssh_message_auth_kbdint_is_response(message) == 0) {
        const char *prompts[] = { "Colour: ", "Code: " };
        char echo[] = { 1, 0 };
        return ssh_message_auth_interactive_request(message, "The vault", "For <b>staff</b> only", 2, prompts, echo)
            == SSH_OK;
    }
    QList<QByteArray> answers;
    for (int i = 0; i < ssh_userauth_kbdint_getnanswers(session); ++i)
        answers.append(ssh_userauth_kbdint_getanswer(session, static_cast<unsigned int>(i)));
    return answers == rightAnswers() && ssh_message_auth_reply_success(message, 0) == SSH_OK;
}

bool ScriptedQuestioner::answer(ssh_session session, ssh_message message)
{
    switch (ssh_message_type(message)) {
    case SSH_REQUEST_SERVICE:
        return ssh_message_service_reply_success(message) == SSH_OK;
    case SSH_REQUEST_AUTH:
        return authenticate(session, message);
    case SSH_REQUEST_CHANNEL_OPEN:
        return ssh_message_channel_request_open_reply_accept(message) != nullptr;
    case SSH_REQUEST_CHANNEL: {
        if (ssh_message_subtype(message) != SSH_CHANNEL_REQUEST_EXEC)
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
