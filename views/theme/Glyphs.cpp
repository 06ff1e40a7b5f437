// SPDX-License-Identifier: MIT
#include "views/theme/Glyphs.h"

#include <QCoreApplication>
#include <QLocale>

namespace Helmclaw {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Glyphs", text);
}

Glyph glyphOfFailure(const std::optional<Error> &error)
{
    const ErrorCode code = error ? error->code : ErrorCode::Internal;
    switch (code) {
    case ErrorCode::HostKeyChanged:
        return { QStringLiteral("shield-alert"), Tone::Bad, tr("Host key changed") };
    case ErrorCode::HostKeyRevoked:
        return { QStringLiteral("shield-alert"), Tone::Bad, tr("Host key revoked") };
    case ErrorCode::HostKeyUnknown:
        return { QStringLiteral("key"), Tone::Warn, tr("Host key not accepted") };
    case ErrorCode::AuthFailed:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("Sign-in refused") };
    case ErrorCode::ResolveFailed:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("Name not found") };
    case ErrorCode::ProbablyBanned:
        return { QStringLiteral("ban"), Tone::Bad, tr("Probably banned") };
    case ErrorCode::ConnectionRefused:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("Connection refused") };
    case ErrorCode::Unreachable:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("Unreachable") };
    case ErrorCode::DeadlineExceeded:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("No answer in time") };
    case ErrorCode::HandshakeFailed:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("Handshake failed") };
    case ErrorCode::Unsupported:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("Not supported") };
    case ErrorCode::Cancelled:
        return { QStringLiteral("state-off"), Tone::Unknown, tr("Cancelled") };
    default:
        return { QStringLiteral("state-failed"), Tone::Bad, tr("Failed") };
    }
}

} // namespace

Glyph glyphOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass:
        return { QStringLiteral("check"), Tone::Ok, verdictLabel(verdict) };
    case Verdict::Warn:
        return { QStringLiteral("warning"), Tone::Warn, verdictLabel(verdict) };
    case Verdict::Fail:
        return { QStringLiteral("fail"), Tone::Bad, verdictLabel(verdict) };
    case Verdict::Unknown:
        return { QStringLiteral("unknown"), Tone::Unknown, verdictLabel(verdict) };
    case Verdict::NotApplicable:
        break;
    }
    return { QStringLiteral("not-applicable"), Tone::Neutral, verdictLabel(Verdict::NotApplicable) };
}

Glyph notCheckedGlyph()
{
    return { QStringLiteral("not-checked"), Tone::Neutral, tr("Not checked yet") };
}

Glyph glyphOf(const SessionStatus &status)
{
    const QString word = sessionStateLabel(status);
    switch (status.state) {
    case SessionState::Off:
        return { QStringLiteral("state-off"), Tone::Neutral, word };
    case SessionState::Queued:
        return { QStringLiteral("state-busy"), Tone::Info, word };
    case SessionState::Resolving:
        return { QStringLiteral("state-busy"), Tone::Info, word };
    case SessionState::Connecting:
        return { QStringLiteral("state-busy"), Tone::Info, word };
    case SessionState::Handshake:
        return { QStringLiteral("state-busy"), Tone::Info, word };
    case SessionState::HostKey:
        return { QStringLiteral("key"), Tone::Warn, word };
    case SessionState::Auth:
        return { QStringLiteral("state-busy"), Tone::Info, word };
    case SessionState::Asking:
        return { QStringLiteral("key"), Tone::Warn, word };
    case SessionState::Ready:
        return { QStringLiteral("state-ready"), Tone::Ok, word };
    case SessionState::Lost:
        return { QStringLiteral("state-lost"), Tone::Warn, word };
    case SessionState::Backoff:
        if (status.error && status.error->code == ErrorCode::ProbablyBanned)
            return glyphOfFailure(status.error);
        return { QStringLiteral("state-lost"), Tone::Warn,
                 status.retryAt.isValid()
                     ? tr("Retry at %1").arg(QLocale().toString(status.retryAt.toLocalTime().time(), u"HH:mm:ss"))
                     : word };
    case SessionState::Failed:
        break;
    }
    return glyphOfFailure(status.error);
}

Glyph glyphOf(WebUiState state)
{
    const QString word = webUiStateLabel(state);
    switch (state) {
    case WebUiState::Off:
        return { QStringLiteral("tunnel"), Tone::Neutral, word };
    case WebUiState::Opening:
    case WebUiState::Reconnecting:
        return { QStringLiteral("state-busy"), Tone::Info, word };
    case WebUiState::Live:
        return { QStringLiteral("tunnel"), Tone::Ok, word };
    case WebUiState::Degraded:
        return { QStringLiteral("warning"), Tone::Warn, word };
    case WebUiState::Failed:
        break;
    }
    return { QStringLiteral("fail"), Tone::Bad, word };
}

Glyph glyphOf(TaskState state)
{
    const QString word = taskStateLabel(state);
    switch (state) {
    case TaskState::Waiting:
        return { QStringLiteral("clock"), Tone::Neutral, word };
    case TaskState::Running:
        return { QStringLiteral("state-busy"), Tone::Info, word };
    case TaskState::Succeeded:
        return { QStringLiteral("check"), Tone::Ok, word };
    case TaskState::Failed:
        return { QStringLiteral("fail"), Tone::Bad, word };
    case TaskState::Cancelled:
        return { QStringLiteral("cancel"), Tone::Warn, word };
    case TaskState::Skipped:
        return { QStringLiteral("not-applicable"), Tone::Neutral, word };
    case TaskState::Unknown:
        break;
    }
    return { QStringLiteral("unknown"), Tone::Unknown, word };
}

Glyph glyphOf(const Error &error)
{
    if (isHostKeyStop(error))
        return glyphOfFailure(error);
    if (error.code == ErrorCode::Cancelled)
        return { QStringLiteral("info"), Tone::Unknown, tr("Cancelled") };
    return { QStringLiteral("warning"), Tone::Bad, tr("Error") };
}

bool isHostKeyStop(const Error &error)
{
    return error.code == ErrorCode::HostKeyChanged || error.code == ErrorCode::HostKeyRevoked;
}

} // namespace Helmclaw
