// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Channel.h"
#include "ssh/SftpPackets.h"

#include <QByteArray>

#include <functional>
#include <unordered_map>

namespace Helmclaw {

/// The answer to one request, as long as its packet lives.
struct SftpAnswer
{
    quint8 type = 0;
    QByteArrayView body; ///< behind the request's number

    struct StatusText
    {
        quint32 code = 0;
        QByteArray text; ///< the server's own words, unvalidated
    };
    /// Set when the answer is a status; a broken one is code 5 (bad message).
    [[nodiscard]] std::optional<StatusText> status() const;
};

/// SFTP version 3 on a channel that runs the "sftp" subsystem: packs requests, finds out whose answer has arrived.
/// Never waits. Any number of requests may be under way. libssh's own sftp_read() spins on a non-blocking session.
class SftpClient
{
public:
    using Answer = std::function<void(const SftpAnswer &answer)>;
    enum Extension : unsigned {
        PosixRename = 1, ///< rename(2): replaces in one step
        Fsync = 2,
        Limits = 4,
        StatVfs = 8,
    };
    enum class Received { Nothing, Something, Malformed };

    /// @p sensitive: file contents that go through the buffers are wiped from them.
    explicit SftpClient(bool sensitive);
    ~SftpClient();
    SftpClient(const SftpClient &) = delete;
    SftpClient &operator=(const SftpClient &) = delete;

    /// Says hello; @p ready once the server has said its version.
    void begin(std::function<void()> ready);
    [[nodiscard]] bool has(Extension extension) const { return (m_extensions & extension) != 0; }
    /// Queues a request; @p answer comes from receive(), or never. @p content is its last field, for what may be
    /// secret: it is copied into the outgoing buffer only.
    void request(Sftp::Type type, const SftpWriter &fields, Answer answer,
                 std::optional<QByteArrayView> content = std::nullopt);
    /// The same for SSH_FXP_EXTENDED.
    void extended(QByteArrayView name, const SftpWriter &fields, Answer answer);
    /// Answers still to come are of no interest any more.
    void forgetAnswers();

    /// Sends what the channel takes. False when the channel cannot be written to any more.
    [[nodiscard]] bool flush(Channel &channel);
    /// Hands out what has arrived.
    [[nodiscard]] Received receive(Channel &channel);
    /// Bytes that are queued since the channel had taken all. Whoever queues contents stops at maxQueued.
    [[nodiscard]] qsizetype queued() const { return m_out.size(); }
    static constexpr qsizetype maxQueued = 256 * 1024;
    /// How much the server may send ahead, in bytes; below libssh's own 1.25 MiB it makes no difference.
    void setWindow(qsizetype bytes) { m_window = bytes; }

    /// The largest packet that a request or an answer may be. Servers must take and send 34,000 bytes; OpenSSH's limit
    /// is this one.
    static constexpr quint32 maxPacket = 256 * 1024;

private:
    void send(quint8 type, QByteArrayView fields, std::optional<QByteArrayView> content);
    /// How many bytes of @p bytes were whole packets; -1 when they are no SFTP.
    [[nodiscard]] qsizetype takePackets(QByteArrayView bytes);
    [[nodiscard]] bool packet(QByteArrayView content);
    [[nodiscard]] bool version(SftpReader &fields);

    bool m_sensitive;
    unsigned m_extensions = 0;
    quint32 m_lastId = 0;
    std::function<void()> m_ready;
    std::unordered_map<quint32, Answer> m_answers;
    QByteArray m_out;
    qsizetype m_sent = 0; ///< of m_out
    QByteArray m_in; ///< the beginning of a packet
    qsizetype m_window = 0;
};

} // namespace Helmclaw
