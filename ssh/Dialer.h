// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/AgentRelay.h"
#include "ssh/DialAttempt.h"
#include "ssh/DialLane.h"
#include "ssh/DialPrompts.h"
#include "ssh/SocketSource.h"
#include "ssh/SshErrors.h"
#include "ssh/SshLogin.h"

#include <functional>
#include <memory>

namespace Helmclaw {

/// One dial: Resolving → Connecting → Handshake → (host key) → Auth, each with its deadline. Lives in the dial lane's
/// loop; while a worker runs a step of its SshLogin, this object keeps its hands off it.
class Dialer final : public DialAttempt, public std::enable_shared_from_this<Dialer>
{
public:
    Dialer(DialLane &lane, DialRequest request, DialLane::OnState onState, DialLane::OnDone onDone,
           std::function<void()> onGone);
    ~Dialer() override;

    void start() override;
    void cancel() override;

private:
    void enter(SessionState state, std::chrono::milliseconds deadline);
    void connected(SocketSource::Opened opened);
    void runStep(bool mayWaitForUser);
    void watchSocket(std::uint32_t events);
    void socketReady();
    void stepDone(SshLogin::Step step);
    void judgeHostKey();
    void pinHostKey(const HostKey &key);
    void authenticate();
    void beginAuthentication(const QList<AgentIdentity> &identities, const QString &problem);
    void unlockKey();
    void askUser();
    void watchAgent();
    void showPage();
    void closePage();
    void waitForUser();
    void goOn();
    void setAsking(bool asking);
    void loggedIn();
    void expired();
    void fail(const Error &error, const HostKeyReport *hostKey = nullptr);
    void finish(DialResult result);

    DialLane &m_lane;
    DialRequest m_request;
    SshErrors m_errors;
    DialLane::OnState m_onState;
    DialLane::OnDone m_onDone;
    std::function<void()> m_onGone;
    SessionState m_state = SessionState::Queued;
    std::chrono::milliseconds m_deadline { 0 };
    EventLoop::Id m_timer = 0;
    EventLoop::Id m_watch = 0;
    std::unique_ptr<SocketSource> m_source; ///< until it has a socket
    std::shared_ptr<SocketPath> m_path;
    std::unique_ptr<AgentRelay> m_agent;
    std::unique_ptr<SshLogin> m_login;
    std::shared_ptr<const KnownHosts> m_index;
    DialPrompts m_prompts;
    bool m_asking = false; ///< the user is being asked
    QString m_ourAddress; ///< only of a bare connection
    QString m_theirAddress; ///< likewise
    bool m_pageShown = false; ///< the login is to be confirmed in a browser
    bool m_busy = false; ///< a worker has m_login
    bool m_waiting = false; ///< the last step waits for the socket: nobody else may make the next one
    bool m_greeted = false; ///< the server's banner has come
    bool m_refused = false; ///< the server has said no to a key or an answer
    QString m_libsshLacks; ///< see DialResult
    bool m_finished = false;
    bool m_agentStep = false;
};

} // namespace Helmclaw
