// SPDX-License-Identifier: MIT
#include "ssh/OperationQueue.h"

#include "ssh/ExecJob.h"
#include "ssh/SftpReadJob.h"
#include "ssh/SftpWriteJob.h"

#include <algorithm>
#include <vector>

namespace Helmclaw {

namespace {

constexpr int maxChannels = 8; ///< sshd's MaxSessions is 10; the admin's own tools want some, too
/// So long a server's refusal counts: tunnels and the server's settings change.
constexpr std::chrono::minutes refusalHolds { 1 };
/// sshd counts a channel that we have closed until it has swept up, after it has read what came along with the closing:
/// the next channel is refused then, though none is in use. So long after a closing it is asked again, that often.
constexpr std::chrono::seconds sweepTime { 10 };
constexpr std::chrono::milliseconds sweepPause { 50 };

} // namespace

OperationQueue::OperationQueue(EventLoop &loop, std::function<SshErrors()> errors)
    : m_loop(loop)
    , m_errors(std::move(errors))
    , m_limit(maxChannels)
{
}

OperationQueue::~OperationQueue()
{
    m_loop.cancelTimer(m_retry);
    for (auto &[id, entry] : m_operations)
        m_loop.cancelTimer(entry.timer);
}

void OperationQueue::resetLimit()
{
    m_limit = maxChannels;
}

void OperationQueue::add(const std::shared_ptr<Operation> &operation, std::function<void()> changed)
{
    const quint64 id = operation->id;
    Entry &entry = m_operations[id];
    entry.operation = operation;
    entry.changed = std::move(changed);
    entry.pausedAt = EventLoop::Clock::now();
    if (!m_paused)
        startClock(id, entry);
    operation->onFinished = [this, id, report = std::move(operation->onFinished)](OperationResult result) {
        finished(id);
        report(std::move(result));
    };
    operation->onRefused = [this, id] { return takeBack(id); };
    m_waiting.push_back(id);
}

void OperationQueue::startClock(quint64 id, Entry &entry)
{
    entry.timer = m_loop.addTimer(entry.operation->deadline, [this, id] {
        Entry &late = m_operations.at(id);
        late.timer = 0;
        const auto changed = late.changed;
        end(id, m_errors().deadline(late.operation->allowed));
        changed();
    });
}

void OperationQueue::setPaused(bool paused)
{
    if (std::exchange(m_paused, paused) == paused)
        return;
    for (auto &[id, entry] : m_operations) {
        if (paused) {
            m_loop.cancelTimer(entry.timer);
            entry.pausedAt = EventLoop::Clock::now();
        } else {
            entry.operation->deadline += EventLoop::Clock::now() - entry.pausedAt;
            startClock(id, entry);
        }
    }
}

void OperationQueue::start(IoSession &session)
{
    m_session = session.weak_from_this();
    if (m_retry != 0)
        return;
    if (m_limit < maxChannels && EventLoop::Clock::now() - m_refusedAt >= refusalHolds)
        resetLimit();
    while (!m_waiting.empty() && session.sessionChannels() < m_limit) {
        const quint64 id = m_waiting.front();
        m_waiting.pop_front();
        startOne(session, m_operations.at(id));
    }
}

void OperationQueue::startOne(IoSession &session, Entry &entry)
{
    std::unique_ptr<OperationJob> job;
    if (entry.operation->exec)
        job = std::make_unique<ExecJob>(entry.operation);
    else if (entry.operation->writeFile)
        job = std::make_unique<SftpWriteJob>(entry.operation);
    else
        job = std::make_unique<SftpReadJob>(entry.operation);
    entry.job = job.get();
    session.addJob(std::move(job));
}

/// The server has fewer channels than we thought: wait for one of ours. With none of ours there is no hope, unless one
/// has been closed a moment ago.
bool OperationQueue::takeBack(quint64 id)
{
    m_operations.at(id).job = nullptr;
    const auto now = EventLoop::Clock::now();
    if (running() > 0) {
        m_limit = running();
        m_refusedAt = now;
    } else if (now - m_closedAt < sweepTime) {
        m_loop.cancelTimer(m_retry);
        m_retry = m_loop.addTimer(now + sweepPause, [this] {
            m_retry = 0;
            if (const auto session = m_session.lock())
                start(*session);
        });
    } else {
        return false;
    }
    m_waiting.push_front(id);
    return true;
}

int OperationQueue::running() const
{
    return static_cast<int>(std::count_if(m_operations.begin(), m_operations.end(),
                                          [](const auto &entry) { return entry.second.job != nullptr; }));
}

void OperationQueue::end(quint64 id, const Error &error)
{
    const auto found = m_operations.find(id);
    if (found == m_operations.end())
        return;
    if (found->second.job != nullptr) {
        found->second.job->abort(error);
        return;
    }
    OperationResult result;
    result.error = error;
    const auto done = std::exchange(found->second.operation->onFinished, nullptr);
    done(std::move(result));
}

void OperationQueue::resume(quint64 id)
{
    const auto found = m_operations.find(id);
    if (found != m_operations.end() && found->second.job != nullptr)
        found->second.job->resume();
}

void OperationQueue::finished(quint64 id)
{
    m_waiting.erase(std::remove(m_waiting.begin(), m_waiting.end(), id), m_waiting.end());
    const auto found = m_operations.find(id);
    if (found == m_operations.end())
        return;
    if (found->second.job != nullptr && found->second.job->hadChannel())
        m_closedAt = EventLoop::Clock::now();
    m_loop.cancelTimer(found->second.timer);
    m_operations.erase(found);
}

void OperationQueue::endWaiting(const Error &error)
{
    const auto waiting = m_waiting;
    for (const quint64 id : waiting)
        end(id, error);
}

void OperationQueue::endAll(const Error &error)
{
    std::vector<quint64> ids;
    for (const auto &[id, entry] : m_operations)
        ids.push_back(id);
    for (const quint64 id : ids)
        end(id, error);
}

} // namespace Helmclaw
