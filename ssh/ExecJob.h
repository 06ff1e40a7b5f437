// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/OperationJob.h"

#include <libssh/callbacks.h>

#include <vector>

namespace Helmclaw {

/// A remote command on a channel (RFC 4254 §6.5 … §6.10).
class ExecJob : public OperationJob
{
public:
    explicit ExecJob(std::shared_ptr<Operation> operation);
    ~ExecJob() override;

    Next pump() override;

protected:
    void prepareChannel() override;
    void releaseChannel() override;

private:
    [[nodiscard]] bool request();
    [[nodiscard]] Next run();
    void writeInput();
    [[nodiscard]] bool readStream(bool isStderr, QByteArray &to);
    void finishRun(OperationResult result);

    ssh_channel_callbacks_struct m_callbacks {};
    bool m_running = false;
    qsizetype m_written = 0;
    bool m_inputEnded = false;
    qsizetype m_outSize = 0;
    qsizetype m_errSize = 0;
    bool m_truncated = false;
    bool m_exited = false;
    int m_exitStatus = -1;
    QByteArray m_exitSignal;
    std::vector<Secret> m_secrets;
    QByteArray m_sensitiveErr;
};

} // namespace Helmclaw
