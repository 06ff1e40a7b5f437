// SPDX-License-Identifier: MIT
#include "ssh/Error.h"

#include <QStringDecoder>

namespace Helmclaw {

QString Error::toString() const
{
    return asSentences(server.isEmpty() ? what : server + QStringLiteral(": ") + what, remedy);
}

QString asSentences(const QString &what, const QString &remedy)
{
    if (what.isEmpty() || remedy.isEmpty())
        return what + remedy;
    const bool ended = what.endsWith(u'.') || what.endsWith(u'?') || what.endsWith(u'!') || what.endsWith(u'…');
    return what + (ended ? QStringLiteral(" ") : QStringLiteral(". ")) + remedy;
}

tl::unexpected<Error> failure(ErrorCode code, QString what, QString remedy, QString server)
{
    return tl::unexpected<Error>(Error { code, std::move(what), std::move(remedy), std::move(server) });
}

QString errorCodeName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Cancelled:
        return QStringLiteral("cancelled");
    case ErrorCode::DeadlineExceeded:
        return QStringLiteral("deadline-exceeded");
    case ErrorCode::InvalidInput:
        return QStringLiteral("invalid-input");
    case ErrorCode::ResolveFailed:
        return QStringLiteral("resolve-failed");
    case ErrorCode::ConnectionRefused:
        return QStringLiteral("connection-refused");
    case ErrorCode::Unreachable:
        return QStringLiteral("unreachable");
    case ErrorCode::ProbablyBanned:
        return QStringLiteral("probably-banned");
    case ErrorCode::ConnectionLost:
        return QStringLiteral("connection-lost");
    case ErrorCode::HandshakeFailed:
        return QStringLiteral("handshake-failed");
    case ErrorCode::HostKeyUnknown:
        return QStringLiteral("host-key-unknown");
    case ErrorCode::HostKeyChanged:
        return QStringLiteral("host-key-changed");
    case ErrorCode::HostKeyRevoked:
        return QStringLiteral("host-key-revoked");
    case ErrorCode::AuthFailed:
        return QStringLiteral("auth-failed");
    case ErrorCode::ChannelRefused:
        return QStringLiteral("channel-refused");
    case ErrorCode::CommandFailed:
        return QStringLiteral("command-failed");
    case ErrorCode::OutputTooLarge:
        return QStringLiteral("output-too-large");
    case ErrorCode::FileNotFound:
        return QStringLiteral("file-not-found");
    case ErrorCode::PermissionDenied:
        return QStringLiteral("permission-denied");
    case ErrorCode::BadServerData:
        return QStringLiteral("bad-server-data");
    case ErrorCode::LocalPortInUse:
        return QStringLiteral("local-port-in-use");
    case ErrorCode::DiskFull:
        return QStringLiteral("disk-full");
    case ErrorCode::Unsupported:
        return QStringLiteral("unsupported");
    case ErrorCode::Internal:
        return QStringLiteral("internal");
    }
    return QStringLiteral("internal");
}

namespace {
/// Empty when @p c may be shown as it is.
QString visibleEscape(char32_t c)
{
    if (c == U'\n')
        return QStringLiteral("\\n");
    if (c == U'\r')
        return QStringLiteral("\\r");
    if (c == U'\t')
        return QStringLiteral("\\t");
    switch (QChar::category(c)) {
    case QChar::Other_Control: // C0, DEL, C1
        return QStringLiteral("\\x%1").arg(uint(c), 2, 16, QLatin1Char('0'));
    case QChar::Other_Format: // bidi controls, zero-width and tag characters; joiners are part of ordinary writing
        if (c == U'\u200c' || c == U'\u200d')
            return {};
        [[fallthrough]];
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return c <= 0xffff ? QStringLiteral("\\u%1").arg(uint(c), 4, 16, QLatin1Char('0'))
                           : QStringLiteral("\\u{%1}").arg(uint(c), 0, 16);
    default:
        return {};
    }
}
} // namespace

QString printable(QByteArrayView serverText, int maxLength)
{
    if (maxLength <= 0)
        return {};
    // UTF-8 needs at most four bytes a character: what lies beyond is cut anyway and need not be decoded.
    const QByteArrayView head = serverText.first(qMin(serverText.size(), (qsizetype(maxLength) + 1) * 4));
    const QString decoded = QStringDecoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless).decode(head);

    QString out;
    out.reserve(qMin(decoded.size(), qsizetype(maxLength)));
    qsizetype keptWithEllipsis = 0; // how much of `out` may stay when "…" must follow
    for (qsizetype i = 0; i < decoded.size();) {
        char32_t c = decoded.at(i).unicode();
        qsizetype units = 1;
        if (QChar::isHighSurrogate(c) && i + 1 < decoded.size() && decoded.at(i + 1).isLowSurrogate()) {
            c = QChar::surrogateToUcs4(decoded.at(i), decoded.at(i + 1));
            units = 2;
        }
        const QString escape = visibleEscape(c);
        const qsizetype added = escape.isEmpty() ? units : escape.size();
        if (out.size() + added > maxLength) {
            out.truncate(keptWithEllipsis);
            return out + QChar(u'…');
        }
        out += escape.isEmpty() ? QStringView(decoded).mid(i, units) : QStringView(escape);
        if (out.size() < maxLength)
            keptWithEllipsis = out.size();
        i += units;
    }
    return out;
}

} // namespace Helmclaw
