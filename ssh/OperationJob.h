// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/ChannelJob.h"
#include "ssh/Operation.h"

namespace Helmclaw {

/// A job that carries out an Operation: gives it exactly one result, and can be aborted.
class OperationJob : public ChannelJob
{
public:
    explicit OperationJob(std::shared_ptr<Operation> operation);

    /// Gives the result at once; the channel is closed afterwards.
    virtual void abort(const Error &error);
    /// Something outside has changed that pump() looks at.
    void resume();
    void lost(const Error &error) override { fail(error); }
    /// The server has given it a channel.
    [[nodiscard]] bool hadChannel() const { return m_running; }

protected:
    /// Makes the channel do what @p request says. False: not yet, or isOver().
    [[nodiscard]] bool startChannel(const ChannelRequest &request);
    [[nodiscard]] bool isOver() const { return m_over; }
    [[nodiscard]] const Operation &operation() const { return *m_operation; }
    [[nodiscard]] Channel &channel() const { return *m_channel; }
    /// There is a channel, but the server does not do what is asked of it.
    virtual void requestRefused() = 0;
    void finish(OperationResult result);
    void fail(const Error &error);

private:
    std::shared_ptr<Operation> m_operation;
    bool m_running = false;
    bool m_over = false;
};

} // namespace Helmclaw
