// SPDX-License-Identifier: MIT
#include "ssh/DialAttempt.h"

#include "ssh/TcpConnector.h"

#include <algorithm>

namespace Helmclaw {

DialAttempt::DialAttempt(DialLane &lane, DialRequest request, DialLane::OnState onState, DialLane::OnDone onDone,
                         std::function<void()> onGone)
    : m_lane(lane)
    , m_request(std::move(request))
    , m_errors(m_request.target, m_request.refusedLogins)
    , m_prompts(lane.m_loop, lane.m_prompts, lane.m_keys, m_request.target, m_request.askedAt)
    , m_onState(std::move(onState))
    , m_onDone(std::move(onDone))
    , m_onGone(std::move(onGone))
{
}

DialAttempt::~DialAttempt() = default;

void DialAttempt::enter(SessionState state, std::chrono::milliseconds deadline)
{
    m_state = state;
    m_lane.m_loop.cancelTimer(m_timer);
    m_deadline = deadline;
    m_timer = m_lane.m_loop.addTimer(deadline, [this] {
        m_timer = 0;
        expired();
    });
    m_onState(state);
}

void DialAttempt::start()
{
    m_source = m_lane.makeSource(m_request.target, m_errors);
    const auto wanted = m_request.target.options.connectTimeout;
    enter(m_source->firstState(), wanted.count() > 0 ? wanted : m_lane.m_options.connectDeadline);
    m_source->open(
        [this](SessionState state) {
            m_state = state; // the deadline goes on: it covers all that the source does
            m_onState(state);
        },
        [this](Result<SocketSource::Opened> result) {
            const auto keep = std::move(m_source); // it is calling us
            if (result)
                opened(std::move(*result));
            else
                fail(result.error());
        });
}

void DialAttempt::opened(SocketSource::Opened opened)
{
    m_path = opened.path;
    m_errors.setPath(m_path);
    if (m_path == nullptr) {
        m_ourAddress = localAddressOf(opened.socket.get());
        m_theirAddress = peerAddressOf(opened.socket.get());
    }
    auto index = m_lane.m_hostKeys.indexFor(m_request.target);
    if (!index) {
        fail(index.error());
        return;
    }
    m_index = *index;
    m_prompts.setLimit(EventLoop::Clock::now() + m_lane.m_options.promptDeadline);
    enter(SessionState::Handshake, m_lane.m_options.handshakeDeadline);
    connected(std::move(opened.socket));
}

std::optional<Error> DialAttempt::problemWith(const HostKeyReport &report) const
{
    const HostKey &key = report.offered;
    if (report.verdict != HostKeyVerdict::Unknown)
        return m_errors.hostKey(report);
    if (m_request.target.advice.contradicts(key))
        return m_errors.hostKeyNotPublished(key);
    if (m_request.target.advice.vouchesFor(key) || (m_request.acceptedKey && *m_request.acceptedKey == key))
        return std::nullopt;
    if (m_request.acceptedKey)
        return m_errors.hostKeySwitched(*m_request.acceptedKey, key);
    return m_errors.hostKeyUnknown(key);
}

void DialAttempt::pin(const HostKey &key, std::function<void()> pinned)
{
    m_lane.m_loop.cancelTimer(m_timer); // it is the server's time that runs out, and the file's lock has its own limit
    m_lane.m_workers.run(
        [self = shared_from_this(), key, pinned = std::move(pinned)]() mutable {
            auto result = self->m_lane.m_hostKeys.pin(self->m_request.target, key);
            EventLoop &loop = self->m_lane.m_loop;
            loop.post([self = std::move(self), pinned = std::move(pinned), result = std::move(result)] {
                if (self->m_finished)
                    return;
                if (result)
                    pinned();
                else
                    self->fail(result.error());
            });
        },
        false);
}

void DialAttempt::beginAsking()
{
    setAsking(true);
    const auto left = m_prompts.limit() - EventLoop::Clock::now();
    enter(SessionState::Asking,
          std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left), std::chrono::milliseconds(0)));
}

void DialAttempt::endAsking()
{
    setAsking(false);
    enter(SessionState::Auth, m_lane.m_options.authDeadline);
}

void DialAttempt::setAsking(bool asking)
{
    if (std::exchange(m_asking, asking) != asking)
        m_lane.setAsking(m_request.target, asking);
}

void DialAttempt::expired()
{
    switch (m_state) {
    case SessionState::Resolving:
    case SessionState::Connecting:
        fail(m_source->timedOut(m_deadline));
        return;
    case SessionState::Handshake:
        fail(m_errors.handshakeTimeout(m_deadline, hasGreeted()));
        return;
    case SessionState::Asking:
        fail(m_errors.promptTimeout(m_prompts.last(), m_lane.m_options.promptDeadline));
        return;
    default:
        fail(m_errors.authTimeout(m_deadline, isAgentAsked()));
        return;
    }
}

void DialAttempt::refuseKey(const Error &error, const HostKeyReport &report)
{
    const bool unpublished =
        report.verdict == HostKeyVerdict::Unknown && m_request.target.advice.contradicts(report.offered);
    fail(error, unpublished ? nullptr : &report);
}

void DialAttempt::fail(const Error &error, const HostKeyReport *hostKey)
{
    DialResult result;
    result.error = error;
    if (hostKey != nullptr) {
        result.hostKey = *hostKey;
        if (error.code == ErrorCode::HostKeyUnknown)
            result.unknownKey = hostKey->offered;
    }
    finish(std::move(result));
}

void DialAttempt::finish(DialResult result)
{
    if (m_finished) // there is one result
        return;
    const auto self = shared_from_this(); // onGone lets go of us
    const auto onDone = m_onDone;
    result.ourAddress = m_ourAddress;
    result.theirAddress = m_theirAddress;
    complete(result);
    cancel();
    onDone(std::move(result));
}

void DialAttempt::cancel()
{
    if (m_finished)
        return;
    m_finished = true;
    m_onDone = nullptr;
    m_prompts.withdraw();
    setAsking(false);
    m_lane.m_loop.cancelTimer(m_timer);
    m_source.reset();
    // Later: something of ours may be calling us.
    if (letGo())
        m_lane.m_loop.defer([self = shared_from_this()] { self->gone(); });
}

void DialAttempt::gone()
{
    if (const auto onGone = std::exchange(m_onGone, nullptr))
        onGone();
}

} // namespace Helmclaw
