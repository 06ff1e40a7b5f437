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
/// Output is told together: each telling wakes the owner's thread, and commands print line by line.
constexpr std::chrono::milliseconds tellPause { 10 };
constexpr qsizetype tellAtOnce = 64 * 1024;

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
    if (m_loop != nullptr)
        m_loop->cancelTimer(m_tellTimer);
    if (operation().sensitive)
        wipe(m_sensitiveErr);
}

ChannelJob::Next ExecJob::pump()
{
    if (isOver())
        return Next::Finished;
    if (!startChannel({ ChannelRequest::Kind::Exec, operation().exec->command }))
        return isOver() ? Next::Finished : Next::Idle;
    return run();
}

void ExecJob::requestRefused()
{
    fail(m_session->errors().execRefused());
}

void ExecJob::writeInput()
{
    const ExecSpec &spec = *operation().exec;
    while (m_written < spec.input.size()) {
        const qsizetype size = std::min({ spec.input.size() - m_written, channel().writable(), writeUnit });
        const qsizetype written = size > 0 ? channel().write(spec.input.constData() + m_written, size) : 0;
        if (written <= 0) // nobody reads it any more, or a key exchange is under way: the end of the command decides
            return;
        m_written += written;
    }
    if (spec.endInput && !m_inputEnded)
        m_inputEnded = channel().sendEof();
}

/// Appends to @p to what has arrived, up to the cap. True when there may be more at once.
bool ExecJob::readStream(bool isStderr, QByteArray &to)
{
    qsizetype &size = isStderr ? m_errSize : m_outSize;
    qsizetype budget = readBudget;
    while (budget > 0) {
        const QByteArrayView got = isStderr ? channel().readError() : channel().read(0);
        if (got.isEmpty()) // nothing, EOF, or an error that the session's state tells
            return false;
        const qsizetype kept = std::min<qsizetype>(got.size(), operation().exec->outputCap - size);
        m_truncated = m_truncated || kept < got.size();
        if (operation().sensitive && !isStderr)
            m_secrets.emplace_back(got.first(kept));
        else
            to.append(got.data(), kept);
        if (operation().sensitive)
            OPENSSL_cleanse(const_cast<char *>(got.data()), static_cast<std::size_t>(got.size()));
        size += kept;
        budget -= got.size();
        if (m_truncated)
            return false;
    }
    return true;
}

ChannelJob::Next ExecJob::run()
{
    writeInput();
    const bool moreOut = readStream(false, m_out);
    const bool moreErr = readStream(true, operation().sensitive ? m_sensitiveErr : m_err);
    if (m_truncated) {
        // Finished closes the channel, and with it the wrapper ends the command.
        OperationResult result;
        result.truncated = true;
        finishRun(std::move(result));
        return Next::Finished;
    }
    const auto exit = channel().exit();
    if (moreOut || moreErr || !(channel().isClosed() || (exit && channel().isEof()))) {
        tellSoon();
        return moreOut || moreErr ? Next::More : Next::Idle;
    }
    if (!exit && m_session->isBroken()) // the session tells everybody
        return Next::Idle;
    if (!exit && channel().wasRefusedLate()) {
        requestRefused();
        return Next::Finished;
    }
    if (!exit) {
        tell();
        fail(m_session->errors().make(ErrorCode::ConnectionLost,
                                      Text::tr("the server ended the command without telling how it ended"),
                                      Text::tr("Look at the server's log; it may be shutting down.")));
        return Next::Finished;
    }
    OperationResult result;
    result.exitStatus = exit->status;
    result.exitSignal = exit->signal;
    finishRun(std::move(result));
    return Next::Finished;
}

void ExecJob::tellSoon()
{
    if (m_out.size() + m_err.size() >= tellAtOnce) {
        tell();
    } else if (m_tellTimer == 0 && (!m_out.isEmpty() || !m_err.isEmpty())) {
        m_loop = &m_session->loop();
        m_tellTimer = m_loop->addTimer(tellPause, [this] {
            m_tellTimer = 0;
            tell();
        });
    }
}

void ExecJob::tell()
{
    if (m_loop != nullptr)
        m_loop->cancelTimer(m_tellTimer);
    if (!isOver() && (!m_out.isEmpty() || !m_err.isEmpty()))
        operation().onOutput(std::exchange(m_out, {}), std::exchange(m_err, {}));
}

void ExecJob::abort(const Error &error)
{
    tell();
    OperationJob::abort(error);
}

void ExecJob::lost(const Error &error)
{
    tell();
    OperationJob::lost(error);
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
        result.errorOutput = std::exchange(m_sensitiveErr, {});
    } else {
        result.data = std::exchange(m_out, {});
        result.errorOutput = std::exchange(m_err, {});
    }
    finish(std::move(result));
}

} // namespace Helmclaw
