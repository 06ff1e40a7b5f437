// SPDX-License-Identifier: MIT
#include "ssh/OperationJob.h"

#include "ssh/IoSession.h"

namespace Helmclaw {

OperationJob::OperationJob(std::shared_ptr<Operation> operation)
    : m_operation(std::move(operation))
{
}

void OperationJob::abort(const Error &error)
{
    fail(error);
    resume();
}

void OperationJob::resume()
{
    if (m_session != nullptr)
        m_session->schedule();
}

bool OperationJob::openChannel()
{
    if (m_open)
        return true;
    if (m_channel == nullptr) {
        m_channel = ssh_channel_new(m_session->session());
        if (m_channel == nullptr) {
            fail(m_session->errors().lost(m_session->errorText()));
            return false;
        }
        prepareChannel();
        m_asked = EventLoop::Clock::now();
    }
    const int rc = ssh_channel_open_session(m_channel);
    m_opening = rc == SSH_AGAIN;
    if (m_opening || m_session->isBroken()) // broken: the session tells everybody
        return false;
    if (rc == SSH_OK) {
        m_session->noteRoundTrip(EventLoop::Clock::now() - m_asked);
        m_open = true;
        return true;
    }
    const QByteArray reason = m_session->errorText();
    releaseChannel();
    ssh_channel_free(m_channel); // it has no number on the server: nothing to close there
    m_channel = nullptr;
    if (m_operation->onRefused && m_operation->onRefused())
        m_over = true; // it waits for another job
    else
        fail(m_session->errors().channelRefused(reason));
    return false;
}

void OperationJob::finish(OperationResult result)
{
    m_over = true;
    if (const auto done = std::exchange(m_operation->onFinished, nullptr))
        done(std::move(result));
}

void OperationJob::fail(const Error &error)
{
    if (m_over)
        return;
    OperationResult result;
    result.error = error;
    finish(std::move(result));
}

ChannelJob::Leftover OperationJob::takeChannel()
{
    Leftover leftover;
    if (m_channel != nullptr) {
        releaseChannel();
        if (m_opening)
            leftover.reopen = ssh_channel_open_session;
    }
    leftover.channel = std::exchange(m_channel, nullptr);
    return leftover;
}

} // namespace Helmclaw
