// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/SshErrors.h"

#include <functional>
#include <map>
#include <optional>

namespace Helmclaw {

/// A jump host's side of the leases on its session: who waits for it, who uses it, and when it may be dialled for them.
/// After a failure all of them are told at once, and what comes back by itself waits for one common moment: a jump host
/// that died is dialled once, not once for every server behind it. Thread: the jump host's IO thread.
class JumpLeases
{
public:
    using Done = std::function<void(const std::optional<Error> &error)>;
    struct Events
    {
        std::function<void()> wanted; ///< a session is wanted now
        std::function<void()> unused; ///< nobody has had a lease for a while
    };

    JumpLeases(EventLoop &loop, Events events);
    ~JumpLeases();
    JumpLeases(const JumpLeases &) = delete;
    JumpLeases &operator=(const JumpLeases &) = delete;

    void add(quint64 id, bool urgent, bool isReady, Done done);
    void remove(quint64 id);
    /// Somebody waits and the session may be dialled for it.
    [[nodiscard]] bool wantsSession() const;
    [[nodiscard]] bool isEmpty() const { return m_leases.empty(); }

    void sessionReady();
    void sessionFailed(const Error &error); ///< tells everybody who waits, and whoever asks in the next moment
    void endWaiting(const Error &error);
    void sessionLost();

private:
    struct Lease
    {
        Done waiting; ///< empty once it is granted
        bool held = false; ///< waits for the end of the back-off
    };
    void postpone();
    void armLinger();

    EventLoop &m_loop;
    Events m_events;
    std::map<quint64, Lease> m_leases;
    bool m_wasLeased = false; ///< somebody has ever wanted it
    int m_failures = 0; ///< since the session was last well
    std::optional<Error> m_lastError;
    EventLoop::Clock::time_point m_failedAt;
    EventLoop::Clock::time_point m_readySince;
    EventLoop::Clock::time_point m_notBefore;
    EventLoop::Id m_holdTimer = 0;
    EventLoop::Id m_lingerTimer = 0;
};

} // namespace Helmclaw
