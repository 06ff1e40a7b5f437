// SPDX-License-Identifier: MIT
#include "app/ctl/TerminalPrompt.h"

#include "app/ctl/TerminalTurn.h"
#include "models/fleet/ServerSessions.h"

#include <QSocketNotifier>

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace Helmclaw {

std::unique_ptr<TerminalPrompt> TerminalPrompt::create(ServerSessions *sessions, TerminalTurn *turn)
{
    const int tty = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return tty < 0 ? nullptr : std::unique_ptr<TerminalPrompt>(new TerminalPrompt(tty, sessions, turn));
}

TerminalPrompt::TerminalPrompt(int tty, ServerSessions *sessions, TerminalTurn *turn)
    : m_tty(tty)
    , m_prompts(sessions)
    , m_turn(turn)
    , m_input(new QSocketNotifier(tty, QSocketNotifier::Read, this))
{
    m_input->setEnabled(false); // what is typed between questions is not ours
    connect(m_input, &QSocketNotifier::activated, this, &TerminalPrompt::readLine);
    connect(&m_prompts, &LoginPrompts::added, this,
            [this](const Prompt &prompt) { m_turn->request(this, [this, id = prompt.id] { begin(id); }); });
    connect(&m_prompts, &LoginPrompts::closed, this, [this](quint64 id) {
        if (!m_asking || m_asking->id != id)
            return;
        if (!m_asking->fields.isEmpty())
            write(tr("\n(no longer needed)\n"));
        finish();
    });
}

TerminalPrompt::~TerminalPrompt()
{
    setEcho(true);
    ::close(m_tty);
}

void TerminalPrompt::begin(quint64 id)
{
    const auto found = std::find_if(m_prompts.open().begin(), m_prompts.open().end(),
                                    [id](const Prompt &prompt) { return prompt.id == id; });
    if (found == m_prompts.open().end()) {
        m_turn->release();
        return;
    }
    m_asking = *found;
    m_answers.clear();
    const Prompt &prompt = *m_asking;
    if (!prompt.problem.isEmpty())
        write(prompt.problem + QLatin1Char('\n'));
    switch (prompt.kind) {
    case Prompt::Kind::KeyPassphrase:
        write(tr("%1 (%2) needs the key %3 %4\n")
                  .arg(prompt.serverName, prompt.target, prompt.keyFile, prompt.keyFingerprint));
        break;
    case Prompt::Kind::KeyboardInteractive:
        write(tr("%1 (%2) asks:\n").arg(prompt.serverName, prompt.target));
        break;
    case Prompt::Kind::Password:
        write(tr("%1 (%2) asks for the user's password\n").arg(prompt.serverName, prompt.target));
        break;
    case Prompt::Kind::TouchKey:
        write(tr("%1 (%2): touch the security key %3 %4\n")
                  .arg(prompt.serverName, prompt.target, prompt.keyFingerprint, prompt.keyComment));
        // Nothing is read; other questions may be asked meanwhile.
        m_asking.reset();
        m_turn->release();
        return;
    case Prompt::Kind::VisitPage:
        write(tr("%1 (%2) wants this login to be confirmed in a browser, at: %3\n")
                  .arg(prompt.serverName, prompt.target, prompt.page.toDisplayString(QUrl::FullyEncoded)));
        m_asking.reset();
        m_turn->release();
        return;
    }
    // The server's words, marked as such on every line.
    QStringList words = prompt.title.isEmpty() ? QStringList() : QStringList(prompt.title);
    if (!prompt.instruction.isEmpty())
        words += prompt.instruction.split(QLatin1Char('\n'));
    for (const QString &line : std::as_const(words))
        write(QStringLiteral("  | %1\n").arg(line));
    askField();
}

void TerminalPrompt::askField()
{
    const PromptField &field = m_asking->fields.at(static_cast<qsizetype>(m_answers.size()));
    setEcho(field.echo);
    write(field.label.endsWith(QLatin1Char(':')) ? field.label + QLatin1Char(' ') : field.label + QStringLiteral(": "));
    m_input->setEnabled(true);
}

void TerminalPrompt::readLine()
{
    QByteArray line(4096, Qt::Uninitialized);
    const ssize_t length = ::read(m_tty, line.data(), static_cast<std::size_t>(line.size()));
    const bool echoed = !m_before;
    if (!m_asking || length <= 0) {
        wipe(line);
        m_input->setEnabled(false);
        if (m_asking) {
            write(QStringLiteral("\n"));
            const quint64 id = m_asking->id;
            finish();
            m_prompts.cancel(id);
        }
        return;
    }
    const QByteArrayView typed = QByteArrayView(line).first(length);
    m_answers.emplace_back(typed.endsWith('\n') ? typed.chopped(1) : typed);
    wipe(line);
    if (!echoed)
        write(QStringLiteral("\n"));
    if (static_cast<qsizetype>(m_answers.size()) < m_asking->fields.size()) {
        askField();
        return;
    }
    const quint64 id = m_asking->id;
    auto answers = std::exchange(m_answers, {});
    m_asking.reset(); // it is about to close, by our doing
    m_prompts.answer(id, std::move(answers));
    finish();
}

/// Gives the terminal back.
void TerminalPrompt::finish()
{
    m_asking.reset();
    m_answers.clear();
    m_input->setEnabled(false);
    setEcho(true);
    m_turn->release();
}

void TerminalPrompt::setEcho(bool on)
{
    if (on == !m_before.has_value())
        return;
    if (on) {
        ::tcsetattr(m_tty, TCSANOW, &*m_before);
        m_before.reset();
        return;
    }
    termios settings {};
    if (::tcgetattr(m_tty, &settings) != 0)
        return;
    m_before = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    ::tcsetattr(m_tty, TCSAFLUSH, &settings); // what was typed before the question is no answer to it
}

void TerminalPrompt::write(const QString &text) const
{
    const QByteArray bytes = text.toUtf8();
    for (qsizetype at = 0; at < bytes.size();) {
        const ssize_t sent = ::write(m_tty, bytes.constData() + at, static_cast<std::size_t>(bytes.size() - at));
        if (sent <= 0)
            return;
        at += sent;
    }
}

} // namespace Helmclaw
