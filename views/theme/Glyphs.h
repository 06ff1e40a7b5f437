// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/Check.h"
#include "models/tasks/TaskRun.h"
#include "views/theme/Colors.h"

#include <QString>

namespace Helmclaw {

/// How a state is shown: a shape of its own, a tone, and the word that says the same.
struct Glyph
{
    QString icon; ///< name for Icons
    Tone tone = Tone::Neutral;
    QString word; ///< translated, for people; plain text
};

[[nodiscard]] Glyph glyphOf(Verdict verdict);
/// Of a server whose posture was never read: neither good nor bad.
[[nodiscard]] Glyph notCheckedGlyph();
[[nodiscard]] Glyph glyphOf(const SessionStatus &status);
[[nodiscard]] Glyph glyphOf(WebUiState state);
[[nodiscard]] Glyph glyphOf(TaskState state);
/// Of an error by itself, for bars and cards.
[[nodiscard]] Glyph glyphOf(const Error &error);
/// A hard stop: another or a revoked host key. Nothing can be sent to that server until somebody has looked.
[[nodiscard]] bool isHostKeyStop(const Error &error);

} // namespace Helmclaw
