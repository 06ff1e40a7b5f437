// SPDX-License-Identifier: MIT
#include "ssh/SftpClient.h"

#include "ssh/Secret.h"

#include <QtEndian>

#include <openssl/crypto.h>

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr quint32 badMessage = 5;

/// Wiped by hand: QByteArray gives memory back as it is.
void cleanse(QByteArrayView bytes)
{
    OPENSSL_cleanse(const_cast<char *>(bytes.data()), static_cast<std::size_t>(bytes.size()));
}

} // namespace

std::optional<SftpAnswer::StatusText> SftpAnswer::status() const
{
    if (type != Sftp::Status)
        return std::nullopt;
    SftpReader reader(body);
    StatusText result { reader.number32(), {} };
    if (reader.isBroken())
        return StatusText { badMessage, {} };
    result.text = reader.string().toByteArray(); // some servers leave it out
    return result;
}

SftpClient::SftpClient(bool sensitive)
    : m_sensitive(sensitive)
{
    if (!sensitive)
        return;
    // Large enough from the start: growing would leave copies behind.
    m_in.reserve(2 * qsizetype(maxPacket));
    m_out.reserve(2 * qsizetype(maxPacket));
}

SftpClient::~SftpClient()
{
    if (!m_sensitive)
        return;
    wipe(m_in);
    wipe(m_out);
}

void SftpClient::begin(std::function<void()> ready)
{
    m_ready = std::move(ready);
    send(Sftp::Init, SftpWriter().number32(Sftp::protocolVersion).bytes(), std::nullopt);
}

void SftpClient::request(Sftp::Type type, const SftpWriter &fields, Answer answer,
                         std::optional<QByteArrayView> content)
{
    m_answers.emplace(++m_lastId, std::move(answer));
    send(type, SftpWriter().number32(m_lastId).append(fields.bytes()).bytes(), content);
}

void SftpClient::extended(QByteArrayView name, const SftpWriter &fields, Answer answer)
{
    request(Sftp::Extended, SftpWriter().string(name).append(fields.bytes()), std::move(answer));
}

void SftpClient::forgetAnswers()
{
    for (auto &[id, answer] : m_answers)
        answer = [](const SftpAnswer &) {};
}

void SftpClient::send(quint8 type, QByteArrayView fields, std::optional<QByteArrayView> content)
{
    const qsizetype size = 1 + fields.size() + (content ? qsizetype(sizeof(quint32)) + content->size() : 0);
    SftpWriter head;
    head.number32(static_cast<quint32>(size));
    m_out.append(head.bytes());
    m_out.append(static_cast<char>(type));
    m_out.append(fields.data(), fields.size());
    if (content) {
        m_out.append(SftpWriter().number32(static_cast<quint32>(content->size())).bytes());
        m_out.append(content->data(), content->size());
    }
}

bool SftpClient::flush(Channel &channel)
{
    while (m_sent < m_out.size()) {
        const qsizetype size = std::min(channel.writable(), m_out.size() - m_sent);
        if (size == 0)
            return true;
        const qsizetype written = channel.write(m_out.constData() + m_sent, size);
        if (written < 0)
            return false;
        if (written == 0) // keys are being exchanged anew
            return true;
        m_sent += written;
    }
    if (m_sensitive)
        cleanse(m_out);
    m_out.resize(0); // and keeps its memory
    m_sent = 0;
    return true;
}

SftpClient::Received SftpClient::receive(Channel &channel)
{
    QByteArrayView bytes = channel.read(m_window);
    const bool got = !bytes.isEmpty();
    qsizetype used = 0;
    if (got) {
        // What a packet needs that had begun before; then whole packets from where they lie.
        while (used >= 0 && !m_in.isEmpty() && !bytes.isEmpty()) {
            const qsizetype needed = m_in.size() < 4 ? 4 : 4 + qsizetype(qFromBigEndian<quint32>(m_in.constData()));
            const qsizetype part = std::min(needed - m_in.size(), bytes.size());
            m_in.append(bytes.data(), part);
            if (m_sensitive)
                cleanse(bytes.first(part));
            bytes = bytes.sliced(part);
            used = takePackets(m_in);
            if (used > 0) {
                if (m_sensitive)
                    cleanse(m_in);
                m_in.resize(0);
            }
        }
        if (used >= 0 && !bytes.isEmpty()) {
            used = takePackets(bytes);
            if (used >= 0)
                m_in.append(bytes.data() + used, bytes.size() - used);
            if (m_sensitive)
                cleanse(bytes);
        }
    }
    // What a login script prints to stderr is of no interest, but must not fill the window.
    while (!channel.readError().isEmpty()) { }
    if (used < 0)
        return Received::Malformed;
    return got ? Received::Something : Received::Nothing;
}

qsizetype SftpClient::takePackets(QByteArrayView bytes)
{
    qsizetype used = 0;
    while (bytes.size() - used >= 4) {
        const quint32 length = qFromBigEndian<quint32>(bytes.data() + used);
        if (length == 0 || length > maxPacket)
            return -1;
        if (bytes.size() - used - 4 < qsizetype(length))
            break;
        if (!packet(bytes.sliced(used + 4, length)))
            return -1;
        used += 4 + qsizetype(length);
    }
    return used;
}

bool SftpClient::packet(QByteArrayView content)
{
    const auto type = static_cast<quint8>(content.front());
    SftpReader fields(content.sliced(1));
    if (m_ready)
        return type == Sftp::Version && version(fields);
    const quint32 id = fields.number32();
    const auto found = m_answers.find(id);
    if (fields.isBroken() || found == m_answers.end())
        return false;
    const Answer answer = std::move(found->second);
    m_answers.erase(found);
    answer({ type, content.sliced(1 + qsizetype(sizeof id)) });
    return true;
}

bool SftpClient::version(SftpReader &fields)
{
    // A server answers with the lower of both versions; what is older than 3 died before 2001.
    if (fields.number32() != Sftp::protocolVersion)
        return false;
    while (!fields.isAtEnd()) {
        const QByteArrayView name = fields.string();
        const QByteArrayView value = fields.string();
        if (fields.isBroken())
            return false;
        if (name == "posix-rename@openssh.com" && value == "1")
            m_extensions |= PosixRename;
        else if (name == "fsync@openssh.com" && value == "1")
            m_extensions |= Fsync;
        else if (name == "limits@openssh.com" && value == "1")
            m_extensions |= Limits;
        else if (name == "statvfs@openssh.com" && value == "2")
            m_extensions |= StatVfs;
    }
    const auto ready = std::exchange(m_ready, nullptr);
    ready();
    return true;
}

} // namespace Helmclaw
