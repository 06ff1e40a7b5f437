// SPDX-License-Identifier: MIT
#include "ssh/BanWatch.h"

#include <ctime>

namespace Helmclaw {

namespace {

std::chrono::milliseconds bootTime()
{
    timespec now {};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::milliseconds(now.tv_nsec / 1000000);
}

} // namespace

BanWatch::BanWatch(std::function<Milliseconds()> clock)
    : m_clock(clock ? std::move(clock) : bootTime)
{
}

void BanWatch::expire(Record &record) const
{
    const Milliseconds now = m_clock();
    while (!record.refused.empty() && now - record.refused.front() > findTime)
        record.refused.pop_front();
}

const QString &BanWatch::keyOf(const QString &endpoint) const
{
    const auto found = m_addresses.constFind(endpoint);
    return found != m_addresses.constEnd() ? *found : endpoint;
}

void BanWatch::answered(const QString &endpoint, const QString &ourAddress, const QString &theirs)
{
    const std::lock_guard lock(m_mutex);
    if (!theirs.isEmpty())
        m_addresses.insert(endpoint, theirs);
    Record &record = m_records[keyOf(endpoint)];
    record.ourAddress = ourAddress;
    record.suspicion.reset();
}

void BanWatch::loginRefused(const QString &endpoint)
{
    const std::lock_guard lock(m_mutex);
    Record &record = m_records[keyOf(endpoint)];
    record.refused.push_back(m_clock());
    expire(record);
}

void BanWatch::loggedIn(const QString &endpoint)
{
    const std::lock_guard lock(m_mutex);
    Record &record = m_records[keyOf(endpoint)];
    record.refused.clear();
    record.suspicion.reset();
}

std::optional<BanWatch::Suspicion> BanWatch::silent(const QString &endpoint)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_records.find(keyOf(endpoint));
    if (found == m_records.end())
        return std::nullopt;
    expire(*found);
    // Once suspected, always until it answers: a ban may last much longer than the failures count.
    if (!found->suspicion && static_cast<int>(found->refused.size()) >= suspiciousAfter)
        found->suspicion =
            Suspicion { static_cast<int>(found->refused.size()), QDateTime::currentDateTimeUtc(), found->ourAddress };
    return found->suspicion;
}

int BanWatch::refusedLogins(const QString &endpoint)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_records.find(keyOf(endpoint));
    if (found == m_records.end())
        return 0;
    expire(*found);
    return static_cast<int>(found->refused.size());
}

} // namespace Helmclaw
