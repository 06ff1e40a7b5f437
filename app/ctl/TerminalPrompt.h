// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/LoginPrompts.h"

#include <QObject>

#include <optional>

#include <termios.h>

class QSocketNotifier;

namespace Helmclaw {

class TerminalTurn;

/// Answers the questions of logins on the controlling terminal (/dev/tty, whatever standard input is), one at a time,
/// without echo unless the server asks openly. An end of file cancels.
class TerminalPrompt : public QObject
{
    Q_OBJECT
public:
    /// Nothing when there is no terminal: then nobody can be asked, and logins say so.
    [[nodiscard]] static std::unique_ptr<TerminalPrompt> create(ServerSessions *sessions, TerminalTurn *turn);
    ~TerminalPrompt() override; ///< leaves the terminal as it was

private:
    TerminalPrompt(int tty, ServerSessions *sessions, TerminalTurn *turn);
    void begin(quint64 id);
    void askField();
    void readLine();
    void finish();
    void setEcho(bool on);
    void write(const QString &text) const;

    int m_tty;
    LoginPrompts m_prompts;
    TerminalTurn *m_turn;
    QSocketNotifier *m_input;
    std::optional<Prompt> m_asking;
    std::vector<Secret> m_answers;
    std::optional<termios> m_before; ///< while the echo is off
};

} // namespace Helmclaw
