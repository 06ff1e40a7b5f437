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
    /// yes or no. @p again: not the first one of this login. Nothing for what is not to be asked.
    [[nodiscard]] static std::optional<Prompt> read(const QByteArray &hint, const QByteArray &text, bool again);
};

} // namespace Helmclaw
