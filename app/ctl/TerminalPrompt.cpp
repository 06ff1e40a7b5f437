// SPDX-License-Identifier: MIT
#include "app/ctl/TerminalPrompt.h"

#include "app/ctl/Terminal.h"
#include "models/fleet/ServerSessions.h"

#include <algorithm>
#include <utility>

namespace Helmclaw {

TerminalPrompt::TerminalPrompt(ServerSessions *sessions, Keychain *keychain, Terminal *terminal)
    : m_prompts(sessions, keychain)
    , m_terminal(terminal)
{
    connect(&m_prompts, &LoginPrompts::added, this,
            [this](const Prompt &prompt) { m_terminal->request(this, [this, id = prompt.id] { begin(id); }); });
    connect(&m_prompts, &LoginPrompts::lookingUp, this, [this](const Prompt &prompt) {
        m_terminal->write(tr("Looking in this computer's keychain for the passphrase of %1 …\n").arg(prompt.keyFile));
        m_prompts.askMeanwhile(prompt.id); // the desktop's keychain may be waiting for somebody who is not there
    });
    connect(&m_prompts, &LoginPrompts::closed, this, [this](quint64 id) {
        if (!m_asking || m_asking->id != id)
            return;
        if (!m_asking->fields.isEmpty())
            m_terminal->write(tr("\n(no longer needed)\n"));
        finish();
    });
}

void TerminalPrompt::begin(quint64 id)
{
    const auto found = std::find_if(m_prompts.open().begin(), m_prompts.open().end(),
                                    [id](const Prompt &prompt) { return prompt.id == id; });
    if (found == m_prompts.open().end()) {
        m_terminal->release();
        return;
    }
    m_asking = *found;
    m_answers.clear();
    const Prompt &prompt = *m_asking;
    if (!prompt.problem.isEmpty())
        m_terminal->write(prompt.problem + QLatin1Char('\n'));
    switch (prompt.kind) {
    case Prompt::Kind::KeyPassphrase:
        m_terminal->write(tr("%1 (%2) needs the key %3 %4\n")
                              .arg(prompt.serverName, prompt.target, prompt.keyFile, prompt.keyFingerprint));
        break;
    case Prompt::Kind::KeyboardInteractive:
        m_terminal->write(tr("%1 (%2) asks:\n").arg(prompt.serverName, prompt.target));
        break;
    case Prompt::Kind::Password:
        m_terminal->write(tr("%1 (%2) asks for the user's password\n").arg(prompt.serverName, prompt.target));
        break;
    case Prompt::Kind::TouchKey:
        m_terminal->write(tr("%1 (%2): touch the security key %3 %4\n")
                              .arg(prompt.serverName, prompt.target, prompt.keyFingerprint, prompt.keyComment));
        // Nothing is read; other questions may be asked meanwhile.
        m_asking.reset();
        m_terminal->release();
        return;
    case Prompt::Kind::VisitPage:
        m_terminal->write(tr("%1 (%2) wants this login to be confirmed in a browser, at: %3\n")
                              .arg(prompt.serverName, prompt.target, prompt.page.toDisplayString(QUrl::FullyEncoded)));
        m_asking.reset();
        m_terminal->release();
        return;
    }
    // The server's words, marked as such on every line.
    QStringList words = prompt.title.isEmpty() ? QStringList() : QStringList(prompt.title);
    if (!prompt.instruction.isEmpty())
        words += prompt.instruction.split(QLatin1Char('\n'));
    for (const QString &line : std::as_const(words))
        m_terminal->write(QStringLiteral("  | %1\n").arg(line));
    askField();
}

void TerminalPrompt::askField()
{
    const PromptField &field = m_asking->fields.at(static_cast<qsizetype>(m_answers.size()));
    m_terminal->ask(field.label.endsWith(QLatin1Char(':')) ? field.label + QLatin1Char(' ')
                                                           : field.label + QStringLiteral(": "),
                    field.echo, [this](std::optional<Secret> line) { answered(std::move(line)); });
}

void TerminalPrompt::answered(std::optional<Secret> line)
{
    const quint64 id = m_asking->id;
    if (!line) {
        m_asking.reset(); // it is about to close, by our doing
        m_prompts.cancel(id);
        finish();
        return;
    }
    m_answers.push_back(std::move(*line));
    if (static_cast<qsizetype>(m_answers.size()) < m_asking->fields.size()) {
        askField();
        return;
    }
    auto answers = std::exchange(m_answers, {});
    m_asking.reset();
    m_prompts.answer(id, std::move(answers));
    finish();
}

/// Gives the terminal back.
void TerminalPrompt::finish()
{
    m_asking.reset();
    m_answers.clear();
    m_terminal->release();
}

} // namespace Helmclaw
