// SPDX-License-Identifier: MIT
#include "ssh/IoSession.h"

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr qsizetype scratchSize = 256 * 1024;

} // namespace

IoSession::IoSession(EventLoop &loop, SshErrors errors, Events events)
    : m_loop(loop)
    , m_errors(std::move(errors))
    , m_events(std::move(events))
{
}

IoSession::~IoSession() = default;

QByteArray &IoSession::scratch()
{
    thread_local QByteArray buffer(scratchSize, Qt::Uninitialized);
    return buffer;
}

void IoSession::setKeepalive(std::chrono::milliseconds interval, int count)
{
    m_keepaliveInterval = interval;
    m_keepaliveCount = count;
}

void IoSession::addJob(std::unique_ptr<ChannelJob> job)
{
    job->attach(this);
    m_jobs.push_back(std::move(job));
    schedule();
}

int IoSession::sessionChannels() const
{
    const auto jobs =
        std::count_if(m_jobs.begin(), m_jobs.end(), [](const auto &job) { return job->usesSessionChannel(); });
    const auto closing =
        std::count_if(m_closing.begin(), m_closing.end(), [](const auto &channel) { return channel->isSession(); });
    return static_cast<int>(jobs + closing);
}

bool IoSession::isLongLine() const
{
    constexpr std::chrono::milliseconds longLine { 10 };
    return m_roundTrip >= longLine && m_roundTrip != EventLoop::Clock::duration::max();
}

void IoSession::schedule()
{
    if (m_scheduled || m_dead)
        return;
    m_scheduled = true;
    m_loop.defer([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->m_scheduled = false;
            self->pump();
        }
    });
}

void IoSession::pump()
{
    if (m_dead)
        return;
    const auto self = shared_from_this();
    drive();
    const bool more = pumpJobs();
    if (m_dead)
        return;
    pumpClosing();
    if (isBroken()) {
        die(endError()); // what had arrived before the end has been read by the jobs above
        return;
    }
    rearm();
    if (more)
        schedule();
}

bool IoSession::pumpJobs()
{
    bool more = false;
    bool gone = false;
    // By index: a job that ends may bring a new one.
    for (std::size_t i = 0; i < m_jobs.size() && !m_dead;) {
        const ChannelJob::Next next = m_jobs[i]->pump();
        more = more || next == ChannelJob::Next::More;
        if (next != ChannelJob::Next::Finished) {
            ++i;
            continue;
        }
        const std::unique_ptr<ChannelJob> job = std::move(m_jobs[i]);
        m_jobs.erase(m_jobs.begin() + static_cast<std::ptrdiff_t>(i));
        if (auto channel = job->takeChannel())
            m_closing.push_back(std::move(channel));
        gone = true;
    }
    if (gone && !m_dead)
        m_events.jobGone();
    return more;
}

void IoSession::pumpClosing()
{
    bool gone = false;
    for (std::size_t i = 0; i < m_closing.size();) {
        if (!m_closing[i]->close()) {
            ++i;
            continue;
        }
        m_closing.erase(m_closing.begin() + static_cast<std::ptrdiff_t>(i));
        gone = true;
    }
    if (gone && !m_dead)
        m_events.jobGone();
}

void IoSession::forgetChannels()
{
    for (const auto &job : m_jobs)
        job->forgetChannel();
    for (const auto &channel : m_closing)
        channel->forget();
    m_closing.clear();
}

void IoSession::dropJobs(const Error &error)
{
    m_dead = true;
    stop();
    forgetChannels();
    const auto jobs = std::move(m_jobs);
    m_jobs.clear();
    for (const auto &job : jobs)
        job->lost(error);
}

void IoSession::die(const Error &error)
{
    if (m_dead)
        return;
    const auto self = shared_from_this();
    dropJobs(error);
    const auto lost = std::exchange(m_events.lost, nullptr);
    lost(error);
}

void IoSession::shutDown(const Error &error)
{
    if (m_dead)
        return;
    const auto self = shared_from_this();
    m_events.lost = nullptr;
    dropJobs(error);
    sayGoodbye();
}

} // namespace Helmclaw
