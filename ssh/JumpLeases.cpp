// SPDX-License-Identifier: MIT
#include "ssh/JumpLeases.h"

#include <QRandomGenerator>

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr std::chrono::seconds maxBackoff { 60 };
constexpr std::chrono::seconds healthyAfter { 60 };
/// A wave of servers that ask one after the other gets one answer: each dial of its own could be one more refused
/// login.
constexpr std::chrono::seconds sameWave { 1 };
/// Kept that long without use: the next refresh or answered question comes soon.
constexpr std::chrono::seconds linger { 30 };

} // namespace

JumpLeases::JumpLeases(EventLoop &loop, Events events)
    : m_loop(loop)
    , m_events(std::move(events))
{
}

JumpLeases::~JumpLeases()
{
    m_loop.cancelTimer(m_holdTimer);
    m_loop.cancelTimer(m_lingerTimer);
}

void JumpLeases::add(quint64 id, bool urgent, bool isReady, Done done)
{
    m_wasLeased = true;
    m_loop.cancelTimer(m_lingerTimer);
    if (isReady) {
        m_leases[id] = {};
        done({});
        return;
    }
    const auto now = EventLoop::Clock::now();
    if (urgent && m_lastError && now < m_failedAt + sameWave) {
        done(m_lastError);
        return;
    }
    const bool held = !urgent && now < m_notBefore;
    m_leases[id] = { std::move(done), held };
    if (!held) {
        m_events.wanted();
    } else if (m_holdTimer == 0) {
        m_holdTimer = m_loop.addTimer(m_notBefore, [this] {
            m_holdTimer = 0;
            for (auto &[leaseId, lease] : m_leases)
                lease.held = false;
            if (wantsSession())
                m_events.wanted();
        });
    }
}

void JumpLeases::remove(quint64 id)
{
    if (m_leases.erase(id) > 0 && m_leases.empty())
        armLinger();
}

void JumpLeases::armLinger()
{
    m_loop.cancelTimer(m_lingerTimer);
    m_lingerTimer = m_loop.addTimer(linger, [this] {
        m_lingerTimer = 0;
        m_events.unused();
    });
}

bool JumpLeases::wantsSession() const
{
    return std::any_of(m_leases.begin(), m_leases.end(),
                       [](const auto &entry) { return entry.second.waiting && !entry.second.held; });
}

void JumpLeases::sessionReady()
{
    m_lastError.reset();
    m_readySince = EventLoop::Clock::now();
    for (auto &[id, lease] : m_leases) {
        if (const Done done = std::exchange(lease.waiting, nullptr))
            done({});
    }
    // Who had wanted it may have gone meanwhile. A session that nobody jumps through is not ours to end.
    if (m_leases.empty() && m_wasLeased)
        armLinger();
}

void JumpLeases::sessionFailed(const Error &error)
{
    m_lastError = error;
    m_failedAt = EventLoop::Clock::now();
    postpone();
    endWaiting(error);
}

void JumpLeases::endWaiting(const Error &error)
{
    for (auto entry = m_leases.begin(); entry != m_leases.end();) {
        const Done done = std::exchange(entry->second.waiting, nullptr);
        entry = done ? m_leases.erase(entry) : std::next(entry);
        if (done)
            done(error);
    }
}

void JumpLeases::sessionLost()
{
    if (EventLoop::Clock::now() - m_readySince >= healthyAfter)
        m_failures = 0;
    postpone();
}

void JumpLeases::postpone()
{
    const auto ceiling =
        std::min<std::chrono::milliseconds>(maxBackoff, std::chrono::seconds(1) * (1 << std::min(m_failures, 6)));
    ++m_failures;
    m_notBefore = EventLoop::Clock::now() + ceiling / 2
        + std::chrono::milliseconds(QRandomGenerator::global()->bounded(static_cast<int>(ceiling.count() / 2) + 1));
}

} // namespace Helmclaw
