// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/DialLane.h"
#include "ssh/DialPrompts.h"
#include "ssh/SocketSource.h"
#include "ssh/SshErrors.h"

#include <functional>
#include <memory>
#include <optional>

namespace Helmclaw {

/// One dial under way, by either backend: Resolving → Connecting → Handshake → (host key) → Auth, each with its
/// deadline. What the backends have in common is here: the connection, the clock, the judging and pinning of the host
/// key, the waiting for the user, the one result. Lives in the dial lane's loop.
class DialAttempt : public std::enable_shared_from_this<DialAttempt>
{
public:
    DialAttempt(DialLane &lane, DialRequest request, DialLane::OnState onState, DialLane::OnDone onDone,
                std::function<void()> onGone);
    DialAttempt(const DialAttempt &) = delete;
    DialAttempt &operator=(const DialAttempt &) = delete;
    virtual ~DialAttempt();

    void start();
    /// Ends it without a result. It goes (onGone) as soon as nobody is in a step of it.
    void cancel();

protected:
    /// The connection is there, and m_index; the handshake's time runs.
    virtual void connected(FileDescriptor socket) = 0;
    [[nodiscard]] virtual bool hasGreeted() const = 0; ///< the server has said something
    [[nodiscard]] virtual bool isAgentAsked() const { return false; } ///< and has not answered
    /// Adds to @p result what the backend knows, while everything is still there.
    virtual void complete(DialResult &result) = 0;
    /// Ends all that is under way. False: a worker is in a step, after which gone() is called.
    [[nodiscard]] virtual bool letGo() = 0;

    void enter(SessionState state, std::chrono::milliseconds deadline);
    /// Why the key of @p report, which is not pinned, ends the dial; nothing when it is to be pinned: it is published
    /// by a source that is trusted, or the user has just accepted it.
    [[nodiscard]] std::optional<Error> problemWith(const HostKeyReport &report) const;
    /// Pins @p key on a worker: a disk that is slow, or a second console that holds the file, must not hold up others.
    void pin(const HostKey &key, std::function<void()> pinned);
    /// From here on the user's time runs; nobody else waits for it.
    void beginAsking();
    /// The server's time for the login runs again.
    void endAsking();
    void fail(const Error &error) { fail(error, nullptr); }
    /// Because of the server's key. The report goes along for a comparison, unless there is nothing to compare or to
    /// accept: no key is pinned, and this is not one of the published ones.
    void refuseKey(const Error &error, const HostKeyReport &report);
    void finish(DialResult result);
    void gone();

    DialLane &m_lane;
    DialRequest m_request;
    SshErrors m_errors;
    SessionState m_state = SessionState::Queued;
    std::shared_ptr<SocketPath> m_path;
    std::shared_ptr<const KnownHosts> m_index;
    DialPrompts m_prompts;
    bool m_asking = false; ///< the user is being asked
    bool m_finished = false;

private:
    void opened(SocketSource::Opened opened);
    void fail(const Error &error, const HostKeyReport *hostKey);
    void setAsking(bool asking);
    void expired();

    DialLane::OnState m_onState;
    DialLane::OnDone m_onDone;
    std::function<void()> m_onGone;
    std::chrono::milliseconds m_deadline { 0 };
    EventLoop::Id m_timer = 0;
    std::unique_ptr<SocketSource> m_source; ///< until it has a socket
    QString m_ourAddress; ///< only of a direct connection
    QString m_theirAddress; ///< likewise
};

} // namespace Helmclaw
