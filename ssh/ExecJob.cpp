// SPDX-License-Identifier: MIT
#include "ssh/ExecJob.h"

#include "ssh/IoSession.h"

#include <QCoreApplication>

#include <openssl/crypto.h>

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr qsizetype readBudget = 512 * 1024; ///< per turn and stream
constexpr qsizetype writeUnit = 64 * 1024;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ExecJob)
};

} // namespace

ExecJob::ExecJob(std::shared_ptr<Operation> operation)
    : OperationJob(std::move(operation))
{
}

ExecJob::~ExecJob()
{
    if (operation().sensitive)
        wipe(m_sensitiveErr);
}

ChannelJob::Next ExecJob::pump()
{
    if (isOver())
        return Next::Finished;
    if (!openChannel() || !request())
        return isOver() ? Next::Finished : Next::Idle;
    return run();
}

void ExecJob::prepareChannel()
{
    m_callbacks.userdata = this;
    m_callbacks.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void *self) {
        auto *job = static_cast<ExecJob *>(self);
        job->m_exited = true;
        job->m_exitStatus = status;
    };
    m_callbacks.channel_exit_signal_function = [](ssh_session, ssh_channel, const char *signal, int, const char *,
                                                  const char *, void *self) {
        auto *job = static_cast<ExecJob *>(self);
        job->m_exited = true;
        job->m_exitStatus = -1;
        job->m_exitSignal = QByteArray(signal);
    };
    ssh_callbacks_init(&m_callbacks);
    ssh_set_channel_callbacks(channel(), &m_callbacks);
}

void ExecJob::releaseChannel()
{
    ssh_remove_channel_callbacks(channel(), &m_callbacks); // they go with this job, the channel lives on
}

bool ExecJob::request()
{
    if (m_running)
        return true;
    const int rc = ssh_channel_request_exec(channel(), operation().exec->command.constData());
    if (rc == SSH_AGAIN || m_session->isBroken())
        return false;
    if (rc != SSH_OK) {
        fail(m_session->errors().execRefused());
        return false;
    }
    m_running = true;
    return true;
}

void ExecJob::writeInput()
{
    const ExecSpec &spec = *operation().exec;
    while (m_written < spec.input.size()) {
        const auto window = qsizetype(ssh_channel_window_size(channel()));
        if (window == 0 || m_session->isWritePending())
            return;
        const qsizetype size = std::min({ spec.input.size() - m_written, window, writeUnit });
        const int written =
            ssh_channel_write(channel(), spec.input.constData() + m_written, static_cast<std::uint32_t>(size));
        if (written <= 0) // nobody reads it any more, or a key exchange is under way: the end of the command decides
            return;
        m_written += written;
    }
    if (spec.endInput && !m_inputEnded) {
        // SSH_AGAIN: it is on its way.
        m_inputEnded = ssh_channel_send_eof(channel()) != SSH_ERROR;
    }
}

/// Appends to @p to what has arrived, up to the cap. True when there may be more at once.
bool ExecJob::readStream(bool isStderr, QByteArray &to)
{
    QByteArray &buffer = m_session->scratch();
    qsizetype &size = isStderr ? m_errSize : m_outSize;
    qsizetype budget = readBudget;
    while (budget > 0) {
        const int got = ssh_channel_read_nonblocking(channel(), buffer.data(),
                                                     static_cast<std::uint32_t>(buffer.size()), isStderr ? 1 : 0);
        if (got <= 0) // nothing, EOF, or an error that the session's state tells
            return false;
        const qsizetype kept = std::min<qsizetype>(got, operation().exec->outputCap - size);
        m_truncated = m_truncated || kept < got;
        if (operation().sensitive && !isStderr)
            m_secrets.emplace_back(QByteArrayView(buffer.constData(), kept));
        else
            to.append(buffer.constData(), kept);
        if (operation().sensitive)
            OPENSSL_cleanse(buffer.data(), static_cast<std::size_t>(got));
        size += kept;
        budget -= got;
        if (m_truncated)
            return false;
    }
    return true;
}

ChannelJob::Next ExecJob::run()
{
    writeInput();
    QByteArray out;
    QByteArray err;
    const bool moreOut = readStream(false, out);
    const bool moreErr = readStream(true, operation().sensitive ? m_sensitiveErr : err);
    if (!out.isEmpty() || !err.isEmpty())
        operation().onOutput(std::move(out), std::move(err));
    if (m_truncated) {
        // Finished closes the channel, and with it the wrapper ends the command.
        OperationResult result;
        result.truncated = true;
        finishRun(std::move(result));
        return Next::Finished;
    }
    if (moreOut || moreErr)
        return Next::More;
    const bool closed = ssh_channel_is_closed(channel()) != 0;
    if (closed || (m_exited && ssh_channel_is_eof(channel()) != 0)) {
        if (!m_exited) {
            fail(m_session->errors().make(ErrorCode::ConnectionLost,
                                          Text::tr("the server ended the command without telling how it ended"),
                                          Text::tr("Look at the server's log; it may be shutting down.")));
            return Next::Finished;
        }
        OperationResult result;
        result.exitStatus = m_exitStatus;
        result.exitSignal = m_exitSignal;
        finishRun(std::move(result));
        return Next::Finished;
    }
    return Next::Idle;
}

void ExecJob::finishRun(OperationResult result)
{
    if (operation().sensitive) {
        qsizetype size = 0;
        for (const Secret &part : m_secrets)
            size += part.size();
        QByteArray whole;
        whole.reserve(size); // once, so that no copy is left behind by growing
        for (const Secret &part : m_secrets)
            whole.append(part.view().data(), part.size());
        result.secret = std::make_shared<Secret>(Secret::takeFrom(whole));
        operation().onOutput({}, std::exchange(m_sensitiveErr, {}));
    }
    finish(std::move(result));
}

} // namespace Helmclaw
