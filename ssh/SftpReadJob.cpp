// SPDX-License-Identifier: MIT
#include "ssh/SftpReadJob.h"

#include "ssh/IoSession.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>

namespace Helmclaw {

namespace {

constexpr quint64 furthest = std::numeric_limits<qint64>::max(); ///< that a server's lseek(2) takes

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SftpReadJob)
};

QString reading()
{
    return Text::tr("reading");
}

} // namespace

SftpReadJob::SftpReadJob(std::shared_ptr<Operation> operation)
    : SftpJob(std::move(operation))
{
}

SftpReadJob::~SftpReadJob()
{
    if (m_loop != nullptr)
        m_loop->cancelTimer(m_stallTimer);
    if (operation().sensitive) {
        for (QByteArray &part : m_parts)
            wipe(part);
    }
}

const QByteArray &SftpReadJob::path() const
{
    return isStream() ? operation().readRange->path : operation().readFile->path;
}

void SftpReadJob::ready()
{
    if (isStream()) {
        m_loop = &m_session->loop();
        watchForStall();
    }
    if (isStream())
        askLimits();
    ask(Sftp::Open, SftpWriter().string(path()).number32(Sftp::OpenRead).append(SftpAttributes().bytes()),
        [this](const SftpAnswer &answer) { opened(answer); });
}

void SftpReadJob::opened(const SftpAnswer &answer)
{
    if (const auto status = answer.status()) {
        fail(statusError(*status, reading(), path()));
        return;
    }
    SftpReader fields(answer.body);
    m_handle = fields.string().toByteArray();
    if (answer.type != Sftp::Handle || fields.isBroken()) {
        malformed();
        return;
    }
    ask(Sftp::Fstat, SftpWriter().string(m_handle), [this](const SftpAnswer &stat) { described(stat); });
}

void SftpReadJob::described(const SftpAnswer &answer)
{
    if (const auto status = answer.status()) {
        fail(statusError(*status, reading(), path()));
        return;
    }
    SftpReader fields(answer.body);
    const SftpAttributes attributes = SftpAttributes::read(fields);
    if (answer.type != Sftp::Attrs || fields.isBroken()) {
        malformed();
        return;
    }
    const quint32 mode = attributes.permissions.value_or(0);
    if ((mode & Sftp::formatMask) == Sftp::formatDirectory) {
        fail(directoryError(path()));
        return;
    }
    m_facts.size = attributes.size.value_or(0);
    m_facts.sizeKnown = attributes.size.has_value();
    m_facts.mode = mode & Sftp::modeMask;
    if (attributes.modified)
        m_facts.modified = *attributes.modified;
    if (isStream())
        operation().onOpened(m_facts);
    else if (m_facts.size > static_cast<quint64>(operation().readFile->maxBytes))
        tooLarge();
    if (!isOver())
        startReading(m_facts.size);
}

void SftpReadJob::startReading(quint64 size)
{
    SftpFileReader::Range range;
    range.knownEnd = size;
    if (isStream()) {
        const ReadRangeSpec &wanted = *operation().readRange;
        range.from = std::min(wanted.offset, furthest);
        range.to = range.from + std::min(wanted.length, furthest - range.from);
        if (size > 0 && range.from > size) {
            succeed(); // and say so
            return;
        }
    } else {
        range.to = static_cast<quint64>(operation().readFile->maxBytes) + 1;
    }
    SftpFileReader::Events events;
    events.data = [this](QByteArray part) { take(std::move(part)); };
    events.end = [this] { succeed(); };
    events.failed = [this](const SftpAnswer::StatusText &status) { fail(statusError(status, reading(), path())); };
    events.changed = [this] {
        fail(m_session->errors().make(ErrorCode::BadServerData,
                                      Text::tr("%1 was changed while it was read").arg(printable(path())),
                                      Text::tr("Try again.")));
    };
    events.malformed = [this] { malformed(); };
    m_reader = std::make_unique<SftpFileReader>(client(), depth(), m_handle, range, largestRead(), std::move(events));
}

void SftpReadJob::work()
{
    if (m_reader == nullptr)
        return;
    if (!isStream()) {
        m_reader->request(std::numeric_limits<quint64>::max());
        return;
    }
    const ReadRangeSpec &wanted = *operation().readRange;
    m_reader->request(std::min(wanted.offset, furthest) + wanted.credit->taken + wanted.bufferSize);
    if (depth().isLongLine())
        client().setWindow(static_cast<qsizetype>(std::min<quint64>(
            static_cast<quint64>(depth().limit()) + SftpClient::maxPacket, wanted.bufferSize + SftpClient::maxPacket)));
}

void SftpReadJob::take(QByteArray part)
{
    m_lastNews = EventLoop::Clock::now();
    m_received += static_cast<quint64>(part.size());
    if (isStream()) {
        operation().onOutput(std::move(part), {});
        return;
    }
    m_parts.push_back(std::move(part));
    if (m_received > static_cast<quint64>(operation().readFile->maxBytes))
        tooLarge();
}

/// The line may be as slow as it is, but not silent.
void SftpReadJob::watchForStall()
{
    const auto allowed = operation().readRange->stallDeadline;
    m_lastNews = EventLoop::Clock::now();
    m_stallTimer = m_loop->addTimer(allowed / 4, [this, allowed] {
        const bool waits = m_reader == nullptr || m_reader->isWaiting();
        const auto last = m_lastNews;
        watchForStall();
        if (waits)
            m_lastNews = last; // otherwise it is the taker who keeps us waiting
        if (!isOver() && waits && EventLoop::Clock::now() - last >= allowed) {
            abort(m_session->errors().make(
                ErrorCode::DeadlineExceeded,
                Text::tr("no byte of %1 has come for %2 s").arg(printable(path())).arg(double(allowed.count()) / 1000),
                Text::tr("The server or its disk does not answer; look at its load and try again.")));
        }
    });
}

void SftpReadJob::succeed()
{
    OperationResult result;
    result.mode = m_facts.mode;
    if (isStream()) {
        result.shorterThanOffset = m_facts.sizeKnown && m_received == 0 && operation().readRange->offset > m_facts.size;
        finish(std::move(result));
        return;
    }
    QByteArray whole;
    whole.reserve(static_cast<qsizetype>(m_received)); // once, so that no copy is left behind by growing
    for (const QByteArray &part : m_parts)
        whole.append(part);
    if (operation().sensitive)
        result.secret = std::make_shared<Secret>(Secret::takeFrom(whole));
    else
        result.data = std::move(whole);
    finish(std::move(result));
}

void SftpReadJob::tooLarge()
{
    fail(m_session->errors().make(ErrorCode::OutputTooLarge,
                                  Text::tr("%1 is larger than the %2 bytes that may be read")
                                      .arg(printable(path()))
                                      .arg(operation().readFile->maxBytes),
                                  Text::tr("Is it the right file?")));
}

} // namespace Helmclaw
