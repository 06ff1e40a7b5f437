// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/SshHandle.h"
#include "ssh/WakeDetector.h"

#include <functional>

namespace Helmclaw {

/// Tells when connections that were alive may no longer be: after a sleep (WakeDetector), and when this computer's
/// addresses or default routes change. The latter comes from the kernel itself (rtnetlink(7)), which sees what
/// NetworkManager, systemd-networkd and VPNs do alike and needs no bus; bursts are reported once, when they have
/// settled. Lives in one EventLoop: made, used and destroyed there.
class ChangeWatch
{
public:
    struct Options
    {
        std::chrono::milliseconds interval { 5000 }; ///< between looks at the clocks
        std::chrono::milliseconds settle { 1000 }; ///< after the last change of the network
        std::function<ClockReadings()> clocks; ///< the system's when empty; for tests
    };
    ChangeWatch(EventLoop &loop, Options options, std::function<void()> changed);
    ~ChangeWatch();
    ChangeWatch(const ChangeWatch &) = delete;
    ChangeWatch &operator=(const ChangeWatch &) = delete;

    /// True when the kernel's news can be heard; without, sleep is still noticed, and keepalives find the rest.
    [[nodiscard]] bool hearsNetwork() const { return m_watch != 0; }

private:
    void look();
    void listen();
    void readNews();

    EventLoop &m_loop;
    Options m_options;
    std::function<void()> m_changed;
    WakeDetector m_wake;
    FileDescriptor m_socket;
    EventLoop::Id m_watch = 0;
    EventLoop::Id m_lookTimer = 0;
    EventLoop::Id m_settleTimer = 0;
};

} // namespace Helmclaw
