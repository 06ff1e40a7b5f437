// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <atomic>
#include <thread>

#include <libssh/server.h>

namespace Helmclaw::Test {

/// Plays an sshd on 127.0.0.1 that asks two things in one round of keyboard-interactive (RFC 4256), again after wrong
/// answers: OpenSSH's sshd asks one thing a round, whatever its PAM does. One connection; every command ends with 0.
class ScriptedQuestioner
{
public:
    explicit ScriptedQuestioner(const QString &hostKeyFile);
    ~ScriptedQuestioner();
    ScriptedQuestioner(const ScriptedQuestioner &) = delete;
    ScriptedQuestioner &operator=(const ScriptedQuestioner &) = delete;

    /// 0: it does not listen.
    [[nodiscard]] quint16 port() const { return m_port; }
    /// What it takes for right: "blue", "42".
    [[nodiscard]] static QList<QByteArray> rightAnswers();

private:
    void serve();
    /// False: refuse it.
    [[nodiscard]] static bool answer(ssh_session session, ssh_message message);
    [[nodiscard]] static bool authenticate(ssh_session session, ssh_message message);

    ssh_bind m_bind = nullptr;
    quint16 m_port = 0;
    std::atomic<bool> m_over { false };
    std::thread m_thread;
};

} // namespace Helmclaw::Test
