// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/AgentRelay.h"
#include "ssh/DialAttempt.h"
#include "ssh/SshLogin.h"

#include <memory>

namespace Helmclaw {

/// One dial: Resolving → Connecting → Handshake → (host key) → Auth, each with its deadline. Lives in the dial lane's
/// loop; while a worker runs a step of its SshLogin, this object keeps its hands off it.
class Dialer final : public DialAttempt
{
public:
    using DialAttempt::DialAttempt;
    ~Dialer() override;

private:
    void connected(FileDescriptor socket) override;
    [[nodiscard]] bool hasGreeted() const override;
    [[nodiscard]] bool isAgentAsked() const override;
    void complete(DialResult &result) override;
    [[nodiscard]] bool letGo() override;

    [[nodiscard]] std::shared_ptr<Dialer> self() { return std::static_pointer_cast<Dialer>(shared_from_this()); }
    [[nodiscard]] std::weak_ptr<Dialer> weakSelf() { return self(); }
    void runStep(bool mayWaitForUser);
    void watchSocket(std::uint32_t events);
    void socketReady();
    void stepDone(SshLogin::Step step);
    void judgeHostKey();
    void authenticate();
    void beginAuthentication(const QList<AgentIdentity> &identities, const QString &problem);
    void unlockKey();
    void askUser();
    void watchAgent();
    void showPage();
    void closePage();
    void waitForUser();
    void goOn();
    void loggedIn();

    EventLoop::Id m_watch = 0;
    std::unique_ptr<AgentRelay> m_agent;
    std::unique_ptr<SshLogin> m_login;
    bool m_pageShown = false; ///< the login is to be confirmed in a browser
    bool m_busy = false; ///< a worker has m_login
    bool m_waiting = false; ///< the last step waits for the socket: nobody else may make the next one
    bool m_greeted = false; ///< the server's banner has come
    bool m_refused = false; ///< the server has said no to a key or an answer
    QString m_libsshLacks; ///< see DialResult
    bool m_agentStep = false;
};

} // namespace Helmclaw
