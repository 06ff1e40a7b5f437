// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace Helmclaw {

/// What a channel is wanted for (RFC 4254 §6.5, §7.2).
struct ChannelRequest
{
    enum class Kind {
        Exec, ///< text: the command
        Subsystem, ///< text: its name
        Forward, ///< text: the host, as the server knows it; port; originPort
    } kind = Kind::Exec;
    QByteArray text;
    quint16 port = 0;
    quint16 originPort = 0; ///< of the local program's end
};

/// One channel of a session, whichever backend carries it. Never waits; belongs to its session and lives in that one's
/// thread. Made by IoSession::makeChannel().
class Channel
{
public:
    enum class Start {
        Pending, ///< call start() again at the next turn
        Running,
        NoChannel, ///< the server gave no channel (MaxSessions), or could not connect on; refusal() says why
        Refused, ///< there was a channel, but not what was asked of it
    };
    /// How the command at its other end has ended.
    struct Exit
    {
        int status = -1; ///< -1: by a signal
        QByteArray signal; ///< "TERM"; empty when not by one
    };

    explicit Channel(ChannelRequest request)
        : m_request(std::move(request))
    {
    }
    Channel(const Channel &) = delete;
    Channel &operator=(const Channel &) = delete;
    virtual ~Channel() = default;

    [[nodiscard]] const ChannelRequest &request() const { return m_request; }
    /// Whether it counts against the server's MaxSessions.
    [[nodiscard]] bool isSession() const { return m_request.kind != ChannelRequest::Kind::Forward; }

    [[nodiscard]] virtual Start start() = 0;
    /// The server's words, unchecked, when start() was not granted.
    [[nodiscard]] virtual QByteArray refusal() const = 0;

    /// How many bytes write() would take on now; 0: none.
    [[nodiscard]] virtual qsizetype writable() = 0;
    /// How many were taken, maybe none; -1: it cannot be written to any more (not every backend learns that so: its
    /// session's end, or isClosed(), tells).
    [[nodiscard]] virtual qsizetype write(const char *data, qsizetype size) = 0;
    /// False: not possible any more.
    virtual bool sendEof() = 0;

    /// What has arrived; empty when there is nothing now. The bytes are valid until the next reading of any channel of
    /// the thread. The server may send up to @p window bytes ahead of the reader, where the backend can say so and its
    /// own window is smaller. The buffer may be wiped by the reader.
    [[nodiscard]] virtual QByteArrayView read(qsizetype window) = 0;
    [[nodiscard]] virtual QByteArrayView readError() = 0; ///< standard error
    /// Everything has been read, and no more will come.
    [[nodiscard]] virtual bool isEof() = 0;
    /// The server has closed it, and everything has been read.
    [[nodiscard]] virtual bool isClosed() = 0;
    [[nodiscard]] virtual std::optional<Exit> exit() const = 0;
    /// Start::Running was said too soon: the server did not do what was asked. Known once it isClosed().
    [[nodiscard]] virtual bool wasRefusedLate() const { return false; }

    /// Closes it, also one whose start is pending. False: call again at the next turn. Afterwards it can be destroyed.
    [[nodiscard]] virtual bool close() = 0;
    /// The session is over, and what the backend had of the channel has gone with it.
    virtual void forget() = 0;

private:
    ChannelRequest m_request;
};

} // namespace Helmclaw
