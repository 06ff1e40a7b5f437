// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include <atomic>
#include <thread>

#include <libssh/server.h>

namespace Helmclaw::Test {

/// Plays Tailscale's sshd in check mode for one connection on 127.0.0.1: on "none" it sends a banner, waits until the
/// user has been there, and lets in. Every command ends with status 0. What it cannot play is the tailnet.
class ScriptedTailscalePeer
{
public:
    /// @p software is what it says it is: "SSH-2.0-<software>".
    ScriptedTailscalePeer(const QString &hostKeyFile, const QByteArray &software, const QByteArray &banner);
    ~ScriptedTailscalePeer();
    ScriptedTailscalePeer(const ScriptedTailscalePeer &) = delete;
    ScriptedTailscalePeer &operator=(const ScriptedTailscalePeer &) = delete;

    /// 0: it does not listen.
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] bool isAsked() const { return m_asked; }
    void setVisited() { m_visited = true; }

private:
    void serve();
    /// True when the connection is logged in.
    [[nodiscard]] bool answer(ssh_session session, ssh_message message);

    ssh_bind m_bind = nullptr;
    quint16 m_port = 0;
    QByteArray m_banner;
    std::atomic<bool> m_asked { false };
    std::atomic<bool> m_visited { false };
    std::atomic<bool> m_over { false };
    std::thread m_thread;
};

} // namespace Helmclaw::Test
