// SPDX-License-Identifier: MIT
#include "ssh/SftpJob.h"

#include "ssh/IoSession.h"

#include <QCoreApplication>

#include <algorithm>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SftpJob)
};

} // namespace

SftpJob::SftpJob(std::shared_ptr<Operation> operation)
    : OperationJob(std::move(operation))
    , m_client(this->operation().sensitive)
{
}

ChannelJob::Next SftpJob::pump()
{
    if (isDone())
        return Next::Finished;
    if (!startChannel({ ChannelRequest::Kind::Subsystem, "sftp" }))
        return isDone() ? Next::Finished : Next::Idle;
    if (!std::exchange(m_running, true))
        begin();
    const SftpClient::Received received = m_client.receive(channel());
    if (received == SftpClient::Received::Malformed)
        malformed();
    bool writable = true;
    bool more = true;
    while (more && !isDone() && !m_session->isBroken()) { // broken: the session tells everybody
        work();
        const bool queued = m_client.queued() > 0;
        writable = m_client.flush(channel());
        more = queued && writable && m_client.queued() == 0; // there is room for the next
    }
    if (!isDone() && !m_session->isBroken() && (!writable || received == SftpClient::Received::Nothing)
        && channel().isClosed()) {
        if (channel().wasRefusedLate())
            requestRefused();
        else
            ended();
    }
    if (isDone())
        return Next::Finished;
    return received == SftpClient::Received::Something ? Next::More : Next::Idle;
}

void SftpJob::requestRefused()
{
    fail(m_session->errors().sftpRefused());
}

void SftpJob::begin()
{
    m_client.begin([this] {
        if (!isOver())
            ready();
    });
}

void SftpJob::ended()
{
    fail(m_session->errors().make(ErrorCode::Unsupported, Text::tr("the server's SFTP program ended by itself"),
                                  Text::tr("Does the login shell print something, or is SFTP switched off there? "
                                           "Compare with \"sftp\".")));
}

void SftpJob::malformed()
{
    fail(malformedError());
}

void SftpJob::ask(Sftp::Type type, const SftpWriter &fields, SftpClient::Answer answer)
{
    m_client.request(type, fields, noticed(std::move(answer)));
}

SftpClient::Answer SftpJob::noticed(SftpClient::Answer answer)
{
    return [this, sent = EventLoop::Clock::now(), answer = std::move(answer)](const SftpAnswer &what) {
        if (isOver())
            return;
        m_depth.answered(EventLoop::Clock::now() - sent, what.body.size());
        answer(what);
    };
}

void SftpJob::askLimits()
{
    if (!m_client.has(SftpClient::Limits))
        return;
    m_client.extended("limits@openssh.com", {}, noticed([this](const SftpAnswer &answer) {
                          SftpReader fields(answer.body);
                          std::ignore = fields.number64(); // a packet's length; ours is what counts
                          const quint64 read = fields.number64();
                          const quint64 write = fields.number64();
                          if (answer.type != Sftp::ExtendedReply || fields.isBroken())
                              return;
                          constexpr quint64 overhead = 1024; // of a packet, generously
                          constexpr quint64 most = SftpClient::maxPacket - overhead;
                          constexpr quint64 least = SftpDepth::smallChunk;
                          m_largestRead = static_cast<quint32>(std::clamp(read, least, most));
                          m_largestWrite = static_cast<quint32>(std::clamp(write, least, most));
                      }));
}

Error SftpJob::statusError(const SftpAnswer::StatusText &status, const QString &action, const QByteArray &path) const
{
    const QString name = printable(path);
    const SshErrors &errors = m_session->errors();
    switch (status.code) {
    case Sftp::NoSuchFile:
        return errors.make(ErrorCode::FileNotFound, Text::tr("%1 %2 failed: there is no such file").arg(action, name),
                           Text::tr("Check the path on the server."));
    case Sftp::PermissionDenied:
        return errors.make(ErrorCode::PermissionDenied,
                           Text::tr("%1 %2 failed: the login user may not do that").arg(action, name),
                           Text::tr("Log in as another user, or do it with a command under sudo."));
    default:
        return errors.make(ErrorCode::BadServerData,
                           Text::tr("%1 %2 failed: %3 (SFTP status %4)")
                               .arg(action, name, printable(status.text, 200))
                               .arg(status.code));
    }
}

Error SftpJob::malformedError() const
{
    return m_session->errors().make(ErrorCode::BadServerData,
                                    Text::tr("the server's SFTP answer is not understandable"),
                                    Text::tr("A login script that prints text does this; compare with \"sftp\"."));
}

Error SftpJob::directoryError(const QByteArray &path) const
{
    return m_session->errors().make(ErrorCode::InvalidInput, Text::tr("%1 is a directory").arg(printable(path)),
                                    Text::tr("Name a file in it."));
}

} // namespace Helmclaw
