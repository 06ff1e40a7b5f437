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

bool OperationJob::startChannel(const ChannelRequest &request)
{
    if (m_running)
        return true;
    if (m_channel == nullptr)
        m_channel = m_session->makeChannel(request);
    switch (m_channel->start()) {
    case Channel::Start::Pending:
        return false;
    case Channel::Start::Running:
        return m_running = true;
    case Channel::Start::Refused:
        requestRefused();
        return false;
    case Channel::Start::NoChannel:
        break;
    }
    if (m_operation->onRefused && m_operation->onRefused())
        m_over = true; // it waits for another job
    else
        fail(m_session->errors().channelRefused(m_channel->refusal()));
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

} // namespace Helmclaw
