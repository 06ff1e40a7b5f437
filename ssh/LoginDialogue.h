// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Prompt.h"
#include "ssh/Secret.h"
#include "ssh/SshHandle.h"

#include <vector>

namespace Helmclaw {

/// The two methods of a login that ask a person: keyboard-interactive (RFC 4256) with any number of rounds and prompts,
/// and password. Non-blocking steps like SshLogin's, in the same thread.
class LoginDialogue
{
public:
    enum class Method { Interactive, Password };
    enum class Step {
        Wait, ///< call advance() again when the socket is ready
        Ask, ///< prompt() wants answers: setAnswers(), then advance()
        Accepted, ///< logged in
        Partial, ///< right, but the server wants another method as well
        Refused,
        Broken, ///< libssh's error text says why
    };
    /// @p maxRefusals: wrong answers before we give up, as ssh(1)'s NumberOfPasswordPrompts; both methods together, for
    /// the server's fail2ban counts them together, too.
    explicit LoginDialogue(ssh_session session, int maxRefusals = 3);

    /// Begins an attempt.
    void start(Method method);
    [[nodiscard]] Step advance();
    /// What is asked; the fields that name the server are left to the caller.
    [[nodiscard]] const Prompt &prompt() const { return m_prompt; }
    void setAnswers(std::vector<Secret> answers);
    [[nodiscard]] Method method() const { return m_method; }
    /// "keyboard-interactive", "password".
    [[nodiscard]] static QString nameOf(Method method);

    /// The server's lines, each made printable(); line ends are the only structure that is kept.
    [[nodiscard]] static QString safeLines(const char *text);

    /// False when @p method is hopeless: refused too often, or without a single question.
    [[nodiscard]] bool isWorthwhile(Method method) const;
    [[nodiscard]] int refusals() const { return m_refusals; }

private:
    [[nodiscard]] Step interactive();
    [[nodiscard]] Step password();
    [[nodiscard]] Step judged(int rc);
    [[nodiscard]] bool readQuestion();

    ssh_session m_session;
    int m_maxRefusals;
    Method m_method = Method::Interactive;
    Prompt m_prompt;
    std::vector<Secret> m_answers;
    bool m_asked = false; ///< in this attempt
    bool m_answered = false; ///< the answers are there, and not yet given to libssh
    bool m_sent = false;
    int m_refusals = 0;
    int m_silentRounds = 0;
    bool m_interactiveUseless = false;
};

} // namespace Helmclaw
