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
    Leftover takeChannel() override;
    void forgetChannel() override { m_channel = nullptr; }

protected:
    /// Opens the session channel. False: not yet, or isOver().
    [[nodiscard]] bool openChannel();
    [[nodiscard]] bool isOver() const { return m_over; }
    [[nodiscard]] const Operation &operation() const { return *m_operation; }
    [[nodiscard]] ssh_channel channel() const { return m_channel; }
    virtual void prepareChannel() { } ///< a new channel is there, not yet open
    virtual void releaseChannel() { } ///< the channel goes to somebody else
    void finish(OperationResult result);
    void fail(const Error &error);

private:
    std::shared_ptr<Operation> m_operation;
    ssh_channel m_channel = nullptr;
    EventLoop::Clock::time_point m_asked; ///< for the channel
    bool m_opening = false; ///< the server has been asked for a channel and has not answered
    bool m_open = false;
    bool m_over = false;
};

} // namespace Helmclaw
