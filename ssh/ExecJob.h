// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/OperationJob.h"

#include <vector>

namespace Helmclaw {

/// A remote command on a channel (RFC 4254 §6.5 … §6.10).
class ExecJob : public OperationJob
{
public:
    explicit ExecJob(std::shared_ptr<Operation> operation);
    ~ExecJob() override;

    Next pump() override;
    void abort(const Error &error) override;
    void lost(const Error &error) override;

protected:
    void requestRefused() override;

private:
    [[nodiscard]] Next run();
    void writeInput();
    [[nodiscard]] bool readStream(bool isStderr, QByteArray &to);
    void tell();
    void tellSoon();
    void finishRun(OperationResult result);

    qsizetype m_written = 0;
    bool m_inputEnded = false;
    qsizetype m_outSize = 0;
    qsizetype m_errSize = 0;
    bool m_truncated = false;
    QByteArray m_out; ///< not told yet
    QByteArray m_err;
    EventLoop *m_loop = nullptr; ///< of m_tellTimer
    EventLoop::Id m_tellTimer = 0;
    std::vector<Secret> m_secrets;
    QByteArray m_sensitiveErr;
};

} // namespace Helmclaw
