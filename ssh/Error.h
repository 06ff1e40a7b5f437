// SPDX-License-Identifier: MIT
#pragma once

#include <QMetaType>
#include <QString>

#include <tl/expected.hpp>

namespace Helmclaw {

/// What kind of failure an Error is. Callers branch on this, never on texts.
enum class ErrorCode {
    Cancelled, ///< somebody called abort()
    DeadlineExceeded, ///< the operation's own deadline passed
    InvalidInput, ///< a file, flag or field the user gave is not usable
    ResolveFailed, ///< the host name has no address
    ConnectionRefused, ///< TCP reset: nothing listens, or a firewall rejects
    Unreachable, ///< no route, or no answer within the connect deadline
    ProbablyBanned, ///< one of the two above, after logins that were refused: fail2ban has very likely banned us
    ConnectionLost, ///< an established session ended or stopped answering
    HandshakeFailed, ///< no common algorithm, not an SSH server, broken banner
    HostKeyUnknown, ///< not pinned and nobody accepted it
    HostKeyChanged, ///< another key than the pinned one: hard stop
    HostKeyRevoked, ///< marked @revoked: hard stop
    AuthFailed, ///< the server refused every method we may use
    ChannelRefused, ///< the server refused to open another channel
    CommandFailed, ///< the remote command ended with a non-zero status or by a signal
    OutputTooLarge, ///< the cap was reached where a cut answer is of no use
    FileNotFound,
    PermissionDenied,
    BadServerData, ///< the server's text did not pass its parser
    LocalPortInUse, ///< the tunnel's stable local port is taken by another program
    DiskFull, ///< the server has no room for what should be written
    Unsupported, ///< neither this build nor the server can do it
    Internal, ///< a bug of ours; the text says where
};

/// A failure as a value: what happened, on which server, what to do next. Plain text everywhere (server text in it is
/// already made printable). Never carries a secret.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    QString what; ///< what happened, one sentence without a final period
    QString remedy; ///< what to do next; may be empty when nothing can be advised
    QString server; ///< the server's name in the fleet; empty when no server is concerned

    /// "lab1: connection refused. Is sshd running …?" – for logs, terminals and tool tips.
    [[nodiscard]] QString toString() const;
    friend bool operator==(const Error &, const Error &) = default;
};

/// The house's result type. One alias, so that std::expected can take its place.
template <class T> using Result = tl::expected<T, Error>;

/// Shorthand for returning an Error from a function whose type is Result<T>.
[[nodiscard]] tl::unexpected<Error> failure(ErrorCode code, QString what, QString remedy = {}, QString server = {});

/// @p what and then @p remedy, either of which may be empty, as sentences: "connection refused. Is sshd running?".
[[nodiscard]] QString asSentences(const QString &what, const QString &remedy);

/// A stable lower-case word for JSON output and exit-code tables ("host-key-changed").
[[nodiscard]] QString errorCodeName(ErrorCode code);

/// Makes text that came from a server safe to show: control characters (C0, C1, DEL, bidi overrides) become visible
/// escapes such as "\x1b", invalid UTF-8 becomes U+FFFD, and the text is cut to @p maxLength characters with "…".
[[nodiscard]] QString printable(QByteArrayView serverText, int maxLength = 4096);

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::Error)
