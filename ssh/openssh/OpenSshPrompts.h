// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Prompt.h"

#include <QByteArray>

#include <optional>

namespace Helmclaw {

/// ssh's questions (SSH_ASKPASS) as prompts of ours.
class OpenSshPrompts
{
public:
    /// @p hint is SSH_ASKPASS_PROMPT: "none" for a message that stands while something is waited for, "confirm" for a
    /// yes or no. Nothing for what is not to be asked.
    [[nodiscard]] static std::optional<Prompt> read(const QByteArray &hint, const QByteArray &text);
    /// The key file whose passphrase is asked for, as it is; empty for any other question.
    [[nodiscard]] static QString lockedFile(const Prompt &prompt, const QByteArray &text);
    /// The passphrase of a key file: ssh leaves the key out when it gets none. Any other question without an answer
    /// must not be gone on from: ssh would give an empty one to the server, or to the security key, which counts them.
    [[nodiscard]] static bool mayBeSkipped(const Prompt &prompt);
};

} // namespace Helmclaw
