// SPDX-License-Identifier: MIT
#include "models/fleet/LoginPrompts.h"

#include "models/fleet/ServerSessions.h"
#include "ssh/SshPool.h"

#include <algorithm>

namespace Helmclaw {

LoginPrompts::LoginPrompts(ServerSessions *sessions, QObject *parent)
    : QObject(parent)
    , m_sessions(sessions)
{
    connect(sessions->pool(), &SshPool::promptRequested, this, &LoginPrompts::take);
    connect(sessions->pool(), &SshPool::promptClosed, this, &LoginPrompts::drop);
}

void LoginPrompts::take(const Prompt &prompt)
{
    const auto known =
        std::find_if(m_open.begin(), m_open.end(), [&prompt](const Prompt &open) { return open.id == prompt.id; });
    if (known != m_open.end()) {
        *known = prompt;
        Q_EMIT changed(prompt);
        return;
    }
    m_open.append(prompt);
    Q_EMIT added(prompt);
}

void LoginPrompts::drop(quint64 id)
{
    if (m_open.removeIf([id](const Prompt &prompt) { return prompt.id == id; }) > 0)
        Q_EMIT closed(id);
}

void LoginPrompts::answer(quint64 id, std::vector<Secret> answers)
{
    m_sessions->pool()->answerPrompt(id, std::move(answers));
    drop(id);
}

void LoginPrompts::cancel(quint64 id)
{
    m_sessions->pool()->cancelPrompt(id);
    drop(id);
}

} // namespace Helmclaw
