// SPDX-License-Identifier: MIT
#include "ssh/WakeDetector.h"

#include <ctime>

namespace Helmclaw {

namespace {

std::chrono::milliseconds read(clockid_t clock)
{
    timespec now {};
    ::clock_gettime(clock, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::milliseconds(now.tv_nsec / 1000000);
}

} // namespace

ClockReadings ClockReadings::now()
{
    return { read(CLOCK_BOOTTIME), read(CLOCK_MONOTONIC), read(CLOCK_REALTIME) };
}

bool WakeDetector::observe(const ClockReadings &now)
{
    const std::optional<ClockReadings> before = m_last;
    m_last = now;
    if (!before)
        return false;
    const auto ran = now.monotonic - before->monotonic;
    const auto slept = (now.boot - before->boot) - ran;
    const auto set = std::chrono::abs((now.real - before->real) - (now.boot - before->boot));
    return slept >= sleepOf || ran >= m_interval + lateBy || set >= clockSetBy;
}

} // namespace Helmclaw
