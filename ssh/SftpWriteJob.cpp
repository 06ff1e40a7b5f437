// SPDX-License-Identifier: MIT
#include "ssh/SftpWriteJob.h"

#include "ssh/IoSession.h"
#include "ssh/SftpTempFile.h"

#include <QCoreApplication>

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr std::chrono::seconds cleanTime { 10 };
constexpr quint32 privateMode = 0600;
constexpr quint32 setIdBits = 06000;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SftpWriteJob)
};

QString writing()
{
    return Text::tr("writing");
}

} // namespace

SftpWriteJob::SftpWriteJob(std::shared_ptr<Operation> operation)
    : SftpJob(std::move(operation))
{
}

SftpWriteJob::~SftpWriteJob()
{
    if (m_loop != nullptr)
        m_loop->cancelTimer(m_cleanTimer);
}

void SftpWriteJob::ready()
{
    m_loop = &m_session->loop();
    askLimits();
    // A link stays what it is: what it points to gets the new content.
    ask(Sftp::Realpath, SftpWriter().string(spec().path), [this](const SftpAnswer &answer) { resolved(answer); });
}

void SftpWriteJob::resolved(const SftpAnswer &answer)
{
    if (const auto status = answer.status()) {
        conclude(statusError(*status, writing(), spec().path));
        return;
    }
    SftpReader fields(answer.body);
    const quint32 count = fields.number32();
    m_target = fields.string().toByteArray();
    if (answer.type != Sftp::Name || count != 1 || fields.isBroken() || m_target.isEmpty() || m_target.contains('\0')) {
        malformed();
        return;
    }
    ask(Sftp::Lstat, SftpWriter().string(m_target), [this](const SftpAnswer &stat) { examined(stat); });
}

void SftpWriteJob::examined(const SftpAnswer &answer)
{
    const auto status = answer.status();
    if (status && status->code != Sftp::NoSuchFile) {
        conclude(statusError(*status, writing(), m_target));
        return;
    }
    if (!status) {
        SftpReader fields(answer.body);
        m_old = SftpAttributes::read(fields);
        if (answer.type != Sftp::Attrs || fields.isBroken()) {
            malformed();
            return;
        }
        m_facts.replaced = true;
        const quint32 format = m_old.permissions.value_or(Sftp::formatRegular) & Sftp::formatMask;
        if (format == Sftp::formatDirectory) {
            conclude(directoryError(m_target));
            return;
        }
        if (format != Sftp::formatRegular) {
            conclude(errors().notRegular());
            return;
        }
        if (!client().has(SftpClient::PosixRename)) {
            conclude(errors().notReplaceable());
            return;
        }
    }
    makeTemp();
}

void SftpWriteJob::makeTemp()
{
    m_temp = sftpTempFile(m_target);
    SftpAttributes attributes;
    attributes.permissions = privateMode; // until owner and mode are right
    ask(Sftp::Open,
        SftpWriter()
            .string(m_temp)
            .number32(Sftp::OpenWrite | Sftp::OpenCreate | Sftp::OpenExclusive)
            .append(attributes.bytes()),
        [this](const SftpAnswer &answer) { tempMade(answer); });
}

void SftpWriteJob::tempMade(const SftpAnswer &answer)
{
    if (const auto status = answer.status()) {
        m_temp.clear();
        refused(*status);
        return;
    }
    SftpReader fields(answer.body);
    m_handle = fields.string().toByteArray();
    if (answer.type != Sftp::Handle || fields.isBroken()) {
        malformed();
        return;
    }
    if (!m_old.owner) {
        m_facts.ownerKept = !m_facts.replaced;
        m_writing = true;
        return;
    }
    ask(Sftp::Fstat, SftpWriter().string(m_handle), [this](const SftpAnswer &stat) {
        SftpReader attributes(stat.body);
        if (stat.type == Sftp::Attrs)
            m_own = SftpAttributes::read(attributes);
        m_writing = true;
    });
}

void SftpWriteJob::work()
{
    if (!m_writing || m_error || isOver())
        return;
    const QByteArrayView content = spec().bytes();
    while (m_next < content.size() && client().queued() < SftpClient::maxQueued
           && m_next - m_written < depth().limit()) {
        const auto size = std::min<qsizetype>(depth().chunk(largestWrite()), content.size() - m_next);
        client().request(
            Sftp::Write, SftpWriter().string(m_handle).number64(static_cast<quint64>(m_next)),
            [this, size = static_cast<quint32>(size), sent = EventLoop::Clock::now()](const SftpAnswer &answer) {
                depth().answered(EventLoop::Clock::now() - sent, size);
                writeDone(size, answer);
            },
            content.sliced(m_next, size));
        m_next += size;
    }
    if (m_written == content.size()) {
        m_writing = false;
        giveOwner();
    }
}

void SftpWriteJob::writeDone(quint32 size, const SftpAnswer &answer)
{
    if (isOver() || m_error)
        return;
    const auto status = answer.status();
    if (!status) {
        malformed();
    } else if (status->code != Sftp::Ok) {
        refused(*status);
    } else {
        m_written += size;
        operation().onProgress(static_cast<quint64>(m_written));
    }
}

void SftpWriteJob::setAttributes(const SftpAttributes &attributes, Then then, Then otherwise)
{
    ask(Sftp::Fsetstat, SftpWriter().string(m_handle).append(attributes.bytes()),
        [this, then, otherwise](const SftpAnswer &answer) {
            const auto status = answer.status();
            if (!status)
                malformed();
            else if (status->code != Sftp::Ok && otherwise == nullptr)
                refused(*status);
            else
                (this->*(status->code == Sftp::Ok ? then : otherwise))();
        });
}

/// First the owner: changing it takes set-id bits away.
void SftpWriteJob::giveOwner()
{
    if (!m_old.owner || m_own.owner == m_old.owner) {
        giveMode();
        return;
    }
    SftpAttributes attributes;
    attributes.owner = m_old.owner;
    setAttributes(attributes, &SftpWriteJob::giveMode, &SftpWriteJob::giveGroup);
}

/// Only root may give a file away, but its owner may give it to a group that he is in.
void SftpWriteJob::giveGroup()
{
    if (!m_own.owner || m_own.owner->second == m_old.owner->second) {
        ownerDenied();
        return;
    }
    SftpAttributes attributes;
    attributes.owner = { m_own.owner->first, m_old.owner->second };
    const bool enough = m_own.owner->first == m_old.owner->first;
    setAttributes(attributes, enough ? &SftpWriteJob::giveMode : &SftpWriteJob::ownerDenied,
                  &SftpWriteJob::ownerDenied);
}

void SftpWriteJob::ownerDenied()
{
    m_facts.ownerKept = false;
    giveMode();
}

void SftpWriteJob::giveMode()
{
    SftpAttributes attributes;
    quint32 mode = m_old.permissions.value_or(spec().newFileMode) & Sftp::modeMask;
    if (!m_facts.ownerKept)
        mode &= ~setIdBits; // they were meant for another owner
    attributes.permissions = mode;
    setAttributes(attributes, &SftpWriteJob::sync, nullptr);
}

void SftpWriteJob::sync()
{
    if (!client().has(SftpClient::Fsync)) {
        closeTemp();
        return;
    }
    client().extended("fsync@openssh.com", SftpWriter().string(m_handle), noticed([this](const SftpAnswer &answer) {
                          const auto status = answer.status();
                          if (!status) {
                              malformed();
                          } else if (status->code != Sftp::Ok) {
                              refused(*status); // the disk did not take it
                          } else {
                              m_facts.synced = true;
                              closeTemp();
                          }
                      }));
}

void SftpWriteJob::closeTemp()
{
    // Network file systems may tell only now that there was no room.
    ask(Sftp::Close, SftpWriter().string(m_handle), okThen(&SftpWriteJob::rename));
}

void SftpWriteJob::rename()
{
    m_renaming = true;
    const SftpWriter names = SftpWriter().string(m_temp).string(m_target);
    if (client().has(SftpClient::PosixRename))
        client().extended("posix-rename@openssh.com", names, noticed(okThen(&SftpWriteJob::succeed)));
    else // version 3's own refuses when the target exists, and it did not
        ask(Sftp::Rename, names, okThen(&SftpWriteJob::succeed));
}

void SftpWriteJob::succeed()
{
    m_temp.clear();
    OperationResult result;
    result.mode = m_old.permissions.value_or(spec().newFileMode) & Sftp::modeMask;
    if (!m_facts.ownerKept)
        result.mode &= ~setIdBits;
    result.written = m_facts;
    finish(std::move(result));
}

SftpClient::Answer SftpWriteJob::okThen(Then then)
{
    return [this, then](const SftpAnswer &answer) {
        const auto status = answer.status();
        if (!status) {
            malformed();
        } else if (status->code != Sftp::Ok) {
            m_renaming = false; // it has not happened
            refused(*status);
        } else {
            (this->*then)();
        }
    };
}

/// The server's word for a full disk and for much else is "Failure": look for the reason before it is told.
void SftpWriteJob::refused(const SftpAnswer::StatusText &status)
{
    if (status.code != Sftp::Failure || !client().has(SftpClient::StatVfs)) {
        conclude(statusError(status, writing(), m_target));
        return;
    }
    m_error = statusError(status, writing(), m_target);
    client().extended(
        "statvfs@openssh.com", SftpWriter().string(m_target.left(std::max<qsizetype>(1, m_target.lastIndexOf('/')))),
        noticed([this](const SftpAnswer &answer) {
            const auto room = answer.type == Sftp::ExtendedReply ? SftpFileSystem::read(answer.body) : std::nullopt;
            const auto missing = static_cast<quint64>(spec().bytes().size() - m_written);
            m_error = (room ? errors().room(*room, missing) : std::nullopt).value_or(*m_error);
            conclude(*m_error);
        }));
}

void SftpWriteJob::ended()
{
    if (m_cleaning) {
        cleaned(false);
        return;
    }
    failNow(errors().programEnded());
}

void SftpWriteJob::malformed()
{
    // What such a server does with a request to remove something is anybody's guess.
    m_cleaning = false;
    failNow(malformedError());
}

/// Tells @p error when the new file is gone.
void SftpWriteJob::conclude(const Error &error)
{
    if (isOver())
        return;
    if (m_temp.isEmpty()) {
        fail(error);
        return;
    }
    m_error = error;
    cleanUp();
}

void SftpWriteJob::abort(const Error &error)
{
    if (isOver())
        return;
    if (m_renaming) {
        // Too late to cancel; its answer is on the way.
        if (error.code == ErrorCode::Cancelled)
            return;
        failNow(error);
        resume();
        return;
    }
    if (m_cleaning) // its end tells, soon
        return;
    conclude(error);
    resume();
}

void SftpWriteJob::cleanUp()
{
    m_cleaning = true;
    client().forgetAnswers();
    // Behind everything that is under way: the server does one after the other.
    client().request(Sftp::Remove, SftpWriter().string(m_temp), [this](const SftpAnswer &answer) {
        const auto status = answer.status();
        cleaned(status && (status->code == Sftp::Ok || status->code == Sftp::NoSuchFile));
    });
    m_cleanTimer = m_loop->addTimer(cleanTime, [this] {
        m_cleanTimer = 0;
        cleaned(false);
    });
}

void SftpWriteJob::cleaned(bool gone)
{
    m_cleaning = false;
    m_loop->cancelTimer(m_cleanTimer);
    if (gone)
        m_temp.clear();
    if (m_error)
        failNow(*m_error);
    resume();
}

void SftpWriteJob::lost(const Error &error)
{
    m_cleaning = false;
    failNow(m_error.value_or(error));
}

/// The new file cannot be removed any more, or has been.
void SftpWriteJob::failNow(const Error &error)
{
    fail(m_renaming ? errors().unknownOutcome(error) : SftpWriteErrors::withLeftover(error, m_temp));
}

SftpWriteErrors SftpWriteJob::errors() const
{
    return { m_session->errors(), m_target };
}

} // namespace Helmclaw
