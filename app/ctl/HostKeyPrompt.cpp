// SPDX-License-Identifier: MIT
#include "app/ctl/HostKeyPrompt.h"

#include "app/ctl/Command.h"
#include "app/ctl/TerminalTurn.h"
#include "models/fleet/ServerSessions.h"

#include <QSocketNotifier>

#include <unistd.h>

namespace Helmclaw {

HostKeyPrompt::HostKeyPrompt(ServerSessions *sessions, QStringList accepted, TerminalTurn *turn, QObject *parent)
    : QObject(parent)
    , m_sessions(sessions)
    , m_accepted(std::move(accepted))
    , m_turn(turn)
{
    connect(sessions, &ServerSessions::hostKeyQuestionAdded, this, &HostKeyPrompt::add);
    connect(sessions, &ServerSessions::hostKeyQuestionClosed, this, [this](quint64 id) {
        const bool current = m_asking && !m_queue.isEmpty() && m_queue.constFirst().id == id;
        m_queue.removeIf([id](const HostKeyQuestion &question) { return question.id == id; });
        if (current)
            release();
    });
}

void HostKeyPrompt::add(const HostKeyQuestion &question)
{
    const QString fingerprint = question.key.fingerprint();
    if (m_accepted.contains(fingerprint)) {
        m_sessions->answerHostKey(question.id, true);
        return;
    }
    if (m_turn == nullptr || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        writeErr(
            tr("%1: the host key is not pinned: %2 %3. Compare it with ssh-keygen -lf on the server, then run again "
               "with --accept-host-key %3")
                .arg(question.serverName, QString::fromLatin1(question.key.algorithm), fingerprint));
        m_sessions->answerHostKey(question.id, false);
        return;
    }
    m_queue.append(question);
    askNext();
}

void HostKeyPrompt::askNext()
{
    if (m_queue.isEmpty() || m_requested)
        return;
    m_requested = true;
    m_turn->request(this, [this] { begin(); });
}

void HostKeyPrompt::begin()
{
    if (m_queue.isEmpty()) {
        release();
        return;
    }
    m_asking = true;
    if (!m_input) {
        m_input = new QSocketNotifier(STDIN_FILENO, QSocketNotifier::Read, this);
        connect(m_input, &QSocketNotifier::activated, this, &HostKeyPrompt::readAnswer);
    }
    m_input->setEnabled(true);
    const HostKeyQuestion &question = m_queue.constFirst();
    writeErr(tr("%1 (%2) shows a host key that is not pinned yet:\n  %3 %4\n"
                "Compare it on the server's console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n"
                "Type \"yes\" to pin it, anything else to refuse:")
                 .arg(question.serverName, question.target, QString::fromLatin1(question.key.algorithm),
                      question.key.fingerprint()));
}

/// Gives the terminal to the next question, ours or another's.
void HostKeyPrompt::release()
{
    m_asking = false;
    m_requested = false;
    if (m_input)
        m_input->setEnabled(false); // what is typed now may be a password for somebody else
    m_turn->release();
    askNext();
}

void HostKeyPrompt::readAnswer()
{
    char line[256];
    const ssize_t length = read(STDIN_FILENO, line, sizeof line);
    if (!m_asking || m_queue.isEmpty()) {
        m_input->setEnabled(false);
        return;
    }
    const HostKeyQuestion question = m_queue.takeFirst();
    const bool yes = length > 0 && QByteArrayView(line, length).trimmed() == "yes";
    m_sessions->answerHostKey(question.id, yes);
    if (length <= 0) {
        for (const HostKeyQuestion &waiting : std::exchange(m_queue, {}))
            m_sessions->answerHostKey(waiting.id, false);
    }
    release();
}

} // namespace Helmclaw
