// SPDX-License-Identifier: MIT
#include "ssh/SftpReadJob.h"

#include "ssh/IoSession.h"

#include <QCoreApplication>
#include <QtEndian>

#include <openssl/crypto.h>

#include <algorithm>

namespace Helmclaw {

namespace {

// draft-ietf-secsh-filexfer-02 §3
constexpr char fxpInit = 1;
constexpr char fxpVersion = 2;
constexpr char fxpOpen = 3;
constexpr char fxpClose = 4;
constexpr char fxpRead = 5;
constexpr char fxpFstat = 8;
constexpr char fxpStatus = 101;
constexpr char fxpHandle = 102;
constexpr char fxpData = 103;
constexpr char fxpAttrs = 105;
constexpr quint32 fxEof = 1;
constexpr quint32 fxNoSuchFile = 2;
constexpr quint32 fxPermissionDenied = 3;
constexpr quint32 attrSize = 1;
constexpr quint32 attrUidGid = 2;
constexpr quint32 attrPermissions = 4;

constexpr quint32 chunkSize = 32 * 1024; ///< what every server must serve
constexpr std::size_t maxPending = 64;
constexpr quint32 maxPacket = 256 * 1024;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SftpReadJob)
};

template <class Number> void append(QByteArray &to, Number value)
{
    const Number big = qToBigEndian(value);
    to.append(reinterpret_cast<const char *>(&big), sizeof big);
}

void appendString(QByteArray &to, const QByteArray &value)
{
    append(to, static_cast<quint32>(value.size()));
    to.append(value);
}

template <class Number> bool take(QByteArrayView &from, Number &value)
{
    if (from.size() < qsizetype(sizeof value))
        return false;
    value = qFromBigEndian<Number>(from.data());
    from = from.sliced(sizeof value);
    return true;
}

bool takeString(QByteArrayView &from, QByteArrayView &value)
{
    quint32 size = 0;
    if (!take(from, size) || size > static_cast<quint32>(from.size()))
        return false;
    value = from.first(size);
    from = from.sliced(size);
    return true;
}

} // namespace

SftpReadJob::SftpReadJob(std::shared_ptr<Operation> operation)
    : OperationJob(std::move(operation))
{
}

SftpReadJob::~SftpReadJob()
{
    if (!operation().sensitive)
        return;
    wipe(m_in);
    for (auto &[offset, part] : m_parts)
        wipe(part);
}

ChannelJob::Next SftpReadJob::pump()
{
    if (isOver())
        return Next::Finished;
    if (!openChannel() || !startSubsystem())
        return isOver() ? Next::Finished : Next::Idle;
    const bool more = receive();
    if (!isOver() && !flush())
        fail(m_session->errors().lost(m_session->errorText()));
    if (!isOver() && !more && ssh_channel_is_closed(channel()) != 0 && !m_session->isBroken()) {
        fail(m_session->errors().make(ErrorCode::Unsupported, Text::tr("the server's SFTP program ended by itself"),
                                      Text::tr("Does the login shell print something, or is SFTP switched off there? "
                                               "Compare with \"sftp\".")));
    }
    if (isOver())
        return Next::Finished;
    return more ? Next::More : Next::Idle;
}

bool SftpReadJob::startSubsystem()
{
    if (m_phase != Phase::Subsystem)
        return true;
    const int rc = ssh_channel_request_subsystem(channel(), "sftp");
    if (rc == SSH_AGAIN || m_session->isBroken())
        return false;
    if (rc != SSH_OK) {
        fail(m_session->errors().sftpRefused());
        return false;
    }
    m_phase = Phase::Version;
    QByteArray init;
    append<quint32>(init, 3);
    send(fxpInit, init);
    return true;
}

void SftpReadJob::send(char type, const QByteArray &payload)
{
    append(m_out, static_cast<quint32>(payload.size() + 1));
    m_out.append(type);
    m_out.append(payload);
}

bool SftpReadJob::flush()
{
    while (!m_out.isEmpty()) {
        const auto window = qsizetype(ssh_channel_window_size(channel()));
        if (window == 0 || m_session->isWritePending())
            return true;
        const int written =
            ssh_channel_write(channel(), m_out.constData(), static_cast<std::uint32_t>(std::min(window, m_out.size())));
        if (written < 0)
            return m_session->isBroken() || ssh_channel_is_closed(channel()) != 0; // told otherwise
        if (written == 0)
            return true;
        m_out.remove(0, written);
    }
    return true;
}

/// True when there may be more at once.
bool SftpReadJob::receive()
{
    QByteArray &buffer = m_session->scratch();
    const int got =
        ssh_channel_read_nonblocking(channel(), buffer.data(), static_cast<std::uint32_t>(buffer.size()), 0);
    if (got > 0) {
        m_in.append(buffer.constData(), got);
        if (operation().sensitive)
            OPENSSL_cleanse(buffer.data(), static_cast<std::size_t>(got));
    }
    // What a login script prints to stderr is of no interest, but must not fill the window.
    while (ssh_channel_read_nonblocking(channel(), buffer.data(), static_cast<std::uint32_t>(buffer.size()), 1) > 0) { }
    qsizetype used = 0;
    while (!isOver() && m_in.size() - used >= 4) {
        const quint32 length = qFromBigEndian<quint32>(m_in.constData() + used);
        if (length == 0 || length > maxPacket) {
            malformed();
            break;
        }
        if (m_in.size() - used - 4 < qsizetype(length))
            break;
        message(QByteArrayView(m_in).sliced(used + 4, length));
        used += 4 + qsizetype(length);
    }
    if (operation().sensitive && used > 0)
        OPENSSL_cleanse(m_in.data(), static_cast<std::size_t>(used));
    m_in.remove(0, used);
    return got > 0;
}

void SftpReadJob::message(QByteArrayView packet)
{
    const char type = packet.front();
    QByteArrayView body = packet.sliced(1);
    if (m_phase == Phase::Version) {
        quint32 version = 0;
        if (type != fxpVersion || !take(body, version)) {
            malformed();
            return;
        }
        m_phase = Phase::Open;
        QByteArray open;
        append(open, ++m_lastId);
        appendString(open, operation().readFile->path);
        append<quint32>(open, 1); // SSH_FXF_READ
        append<quint32>(open, 0); // no attributes
        send(fxpOpen, open);
        return;
    }
    quint32 id = 0;
    if (!take(body, id)) {
        malformed();
        return;
    }
    if (type == fxpStatus && (m_phase == Phase::Open || m_phase == Phase::Stat)) {
        quint32 code = 0;
        QByteArrayView text;
        if (!take(body, code))
            malformed();
        else
            failStatus(code, takeString(body, text) ? text.toByteArray() : QByteArray());
        return;
    }
    QByteArrayView handle;
    switch (m_phase) {
    case Phase::Open: {
        if (type != fxpHandle || id != m_lastId || !takeString(body, handle)) {
            malformed();
            return;
        }
        m_handle = handle.toByteArray();
        m_phase = Phase::Stat;
        QByteArray stat;
        append(stat, ++m_lastId);
        appendString(stat, m_handle);
        send(fxpFstat, stat);
        return;
    }
    case Phase::Stat:
        statMessage(type, body);
        return;
    case Phase::Read:
        readMessage(type, id, body);
        return;
    case Phase::Close:
        succeed(); // whatever it says: the content is here
        return;
    default:
        malformed();
        return;
    }
}

void SftpReadJob::statMessage(char type, QByteArrayView body)
{
    quint32 flags = 0;
    if (type != fxpAttrs || !take(body, flags)) {
        malformed();
        return;
    }
    quint32 ignored = 0;
    const bool complete = ((flags & attrSize) == 0 || take(body, m_size))
        && ((flags & attrUidGid) == 0 || (take(body, ignored) && take(body, ignored)))
        && ((flags & attrPermissions) == 0 || take(body, m_mode));
    if (!complete) {
        malformed();
        return;
    }
    constexpr quint32 formatMask = 0170000;
    constexpr quint32 directory = 0040000;
    if ((m_mode & formatMask) == directory) {
        fail(m_session->errors().make(ErrorCode::InvalidInput,
                                      Text::tr("%1 is a directory").arg(printable(operation().readFile->path)),
                                      Text::tr("Name a file in it.")));
        return;
    }
    if (m_size > static_cast<quint64>(operation().readFile->maxBytes)) {
        tooLarge();
        return;
    }
    m_phase = Phase::Read;
    requestMore();
}

void SftpReadJob::requestMore()
{
    // Up to what fstat said all at once; behind that one at a time until the server says EOF (files that grow, /proc).
    while (!m_end && m_pending.size() < maxPending && (m_nextOffset < m_size || m_pending.empty())) {
        requestChunk(m_nextOffset, chunkSize);
        m_nextOffset += chunkSize;
    }
}

void SftpReadJob::requestChunk(quint64 offset, quint32 size)
{
    const quint32 id = ++m_lastId;
    m_pending[id] = { offset, size };
    QByteArray read;
    append(read, id);
    appendString(read, m_handle);
    append(read, offset);
    append(read, size);
    send(fxpRead, read);
}

void SftpReadJob::readMessage(char type, quint32 id, QByteArrayView body)
{
    const auto found = m_pending.find(id);
    if (found == m_pending.end()) {
        malformed();
        return;
    }
    const Chunk chunk = found->second;
    m_pending.erase(found);
    if (type == fxpStatus) {
        quint32 code = 0;
        QByteArrayView text;
        if (!take(body, code)) {
            malformed();
            return;
        }
        if (code != fxEof) {
            failStatus(code, takeString(body, text) ? text.toByteArray() : QByteArray());
            return;
        }
        m_end = true;
    } else {
        QByteArrayView data;
        if (type != fxpData || !takeString(body, data) || data.isEmpty() || data.size() > qsizetype(chunk.size)) {
            malformed();
            return;
        }
        m_parts[chunk.offset] = data.toByteArray();
        m_received += static_cast<quint64>(data.size());
        if (m_received > static_cast<quint64>(operation().readFile->maxBytes)) {
            tooLarge();
            return;
        }
        if (data.size() < qsizetype(chunk.size)) // a short read: the rest, or EOF, follows
            requestChunk(chunk.offset + static_cast<quint64>(data.size()),
                         chunk.size - static_cast<quint32>(data.size()));
    }
    requestMore();
    if (m_end && m_pending.empty())
        closeFile();
}

void SftpReadJob::closeFile()
{
    // A hole would mean that the file was changed under the reading; half a content is none.
    quint64 expected = 0;
    for (const auto &[offset, part] : m_parts) {
        if (offset != expected) {
            fail(m_session->errors().make(
                ErrorCode::BadServerData,
                Text::tr("%1 was changed while it was read").arg(printable(operation().readFile->path)),
                Text::tr("Try again.")));
            return;
        }
        expected += static_cast<quint64>(part.size());
    }
    m_phase = Phase::Close;
    QByteArray close;
    append(close, ++m_lastId);
    appendString(close, m_handle);
    send(fxpClose, close);
}

void SftpReadJob::succeed()
{
    OperationResult result;
    result.mode = m_mode & 07777;
    QByteArray whole;
    whole.reserve(static_cast<qsizetype>(m_received)); // once, so that no copy is left behind by growing
    for (const auto &[offset, part] : m_parts)
        whole.append(part);
    if (operation().sensitive)
        result.secret = std::make_shared<Secret>(Secret::takeFrom(whole));
    else
        result.data = std::move(whole);
    finish(std::move(result));
}

void SftpReadJob::failStatus(quint32 code, const QByteArray &text)
{
    const QString path = printable(operation().readFile->path);
    const SshErrors &errors = m_session->errors();
    if (code == fxNoSuchFile) {
        fail(errors.make(ErrorCode::FileNotFound, Text::tr("there is no file %1").arg(path),
                         Text::tr("Check the path on the server.")));
    } else if (code == fxPermissionDenied) {
        fail(errors.make(ErrorCode::PermissionDenied, Text::tr("the login user may not read %1").arg(path),
                         Text::tr("Log in as another user, or read it with a command under sudo.")));
    } else {
        fail(errors.make(ErrorCode::BadServerData,
                         Text::tr("reading %1 failed: %2 (SFTP status %3)").arg(path, printable(text, 200)).arg(code)));
    }
}

void SftpReadJob::malformed()
{
    fail(m_session->errors().make(ErrorCode::BadServerData, Text::tr("the server's SFTP answer is not understandable"),
                                  Text::tr("A login script that prints text does this; compare with \"sftp\".")));
}

void SftpReadJob::tooLarge()
{
    fail(m_session->errors().make(ErrorCode::OutputTooLarge,
                                  Text::tr("%1 is larger than the %2 bytes that may be read")
                                      .arg(printable(operation().readFile->path))
                                      .arg(operation().readFile->maxBytes),
                                  Text::tr("Is it the right file?")));
}

} // namespace Helmclaw
