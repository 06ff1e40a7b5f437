// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/Secret.h"
#include "ssh/SshHandle.h"

#include <QByteArrayList>

#include <functional>
#include <map>
#include <memory>

namespace Helmclaw {

/// Our end of helmclaw-ssh-helper: a socket in a dial's private folder, on which the helpers that ssh starts ask.
/// Who connects must be this user and know the dial's cookie. Lives in the dial lane's loop.
class HelperSocket
{
public:
    using Id = quint64;
    /// @p words: "socket", or "hostkey" and its arguments, or "ask", SSH_ASKPASS_PROMPT and the prompt.
    using Asked = std::function<void(Id id, const QByteArrayList &words)>;
    /// The helper has gone without an answer: ssh does not want it any more.
    using Gone = std::function<void(Id id)>;

    HelperSocket(EventLoop &loop, Asked asked, Gone gone);
    ~HelperSocket();
    HelperSocket(const HelperSocket &) = delete;
    HelperSocket &operator=(const HelperSocket &) = delete;

    /// False: the system does not allow it.
    [[nodiscard]] bool listen(const QByteArray &path);
    /// "NAME=value" for ssh's environment, so that its helpers find us.
    [[nodiscard]] QByteArrayList environment() const;

    void answer(Id id, QByteArrayView text);
    void answerWithSocket(Id id, int socket);
    void refuse(Id id);

private:
    struct Connection
    {
        FileDescriptor fd;
        EventLoop::Id watch = 0;
        QByteArray received;
        bool asked = false;
    };
    void accept();
    void hold();
    void ready(Id id);
    [[nodiscard]] bool take(Connection &connection, QByteArrayList &words) const;
    void drop(Id id);

    EventLoop &m_loop;
    Asked m_asked;
    Gone m_gone;
    QByteArray m_path;
    QByteArray m_cookie;
    FileDescriptor m_listener;
    EventLoop::Id m_watch = 0;
    EventLoop::Id m_holdTimer = 0;
    Id m_lastId = 0;
    std::map<Id, Connection> m_connections;
};

} // namespace Helmclaw
