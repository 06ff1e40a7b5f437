// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>

namespace Helmclaw {

/// The system's clocks at one moment.
struct ClockReadings
{
    std::chrono::milliseconds boot { 0 }; ///< CLOCK_BOOTTIME: goes on while the computer sleeps
    std::chrono::milliseconds monotonic { 0 }; ///< CLOCK_MONOTONIC: stands still meanwhile
    std::chrono::milliseconds real { 0 }; ///< CLOCK_REALTIME: set by people and time servers
    [[nodiscard]] static ClockReadings now();
};

/// Concludes from clocks that the computer slept, or that the program did not run for a while (a frozen virtual
/// machine, SIGSTOP): then no connection can be taken for alive that was so before.
class WakeDetector
{
public:
    /// @p interval: how far apart observations are meant to be.
    explicit WakeDetector(std::chrono::milliseconds interval)
        : m_interval(interval)
    {
    }
    /// True when time was missed since the last observation.
    [[nodiscard]] bool observe(const ClockReadings &now);

private:
    static constexpr std::chrono::seconds sleepOf { 2 }; ///< what BOOTTIME gains on MONOTONIC
    static constexpr std::chrono::seconds lateBy { 10 }; ///< beyond a busy machine's delays
    static constexpr std::chrono::seconds clockSetBy { 60 }; ///< a virtual machine that was resumed sets its clock
    std::chrono::milliseconds m_interval;
    std::optional<ClockReadings> m_last;
};

} // namespace Helmclaw
