// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/LoginPrompts.h"

#include <QObject>

#include <optional>

namespace Helmclaw {

class Terminal;

/// Answers the questions of logins on the terminal, one at a time, without echo unless the server asks openly. An end
/// of file cancels. As long as it lives, logins ask.
class TerminalPrompt : public QObject
{
    Q_OBJECT
public:
    /// None is owned; all must outlive this object. @p keychain may be null.
    TerminalPrompt(ServerSessions *sessions, Keychain *keychain, Terminal *terminal);
    [[nodiscard]] LoginPrompts &prompts() { return m_prompts; }

private:
    void begin(quint64 id);
    void askField();
    void answered(std::optional<Secret> line);
    void finish();

    LoginPrompts m_prompts;
    Terminal *m_terminal;
    std::optional<Prompt> m_asking;
    std::vector<Secret> m_answers;
};

} // namespace Helmclaw
