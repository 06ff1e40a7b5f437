// SPDX-License-Identifier: MIT
#include "app/ctl/HostKeyPrompt.h"

#include "app/ctl/Command.h"
#include "app/ctl/Terminal.h"
#include "models/fleet/HostKeyDecisions.h"
#include "models/fleet/ServerSessions.h"

#include <algorithm>
#include <utility>

namespace Helmclaw {

HostKeyPrompt::HostKeyPrompt(ServerSessions *sessions, QStringList accepted, Terminal *terminal, QObject *parent)
    : QObject(parent)
    , m_sessions(sessions)
    , m_accepted(std::move(accepted))
    , m_terminal(terminal)
{
    connect(sessions, &ServerSessions::hostKeyQuestionAdded, this, &HostKeyPrompt::add);
    connect(sessions, &ServerSessions::hostKeyQuestionClosed, this, &HostKeyPrompt::drop);
}

void HostKeyPrompt::add(const HostKeyQuestion &question)
{
    const QString fingerprint = question.key.fingerprint();
    if (m_accepted.contains(fingerprint)) {
        m_sessions->answerHostKey(question.id, true);
        return;
    }
    if (m_terminal == nullptr) {
        writeErr(
            tr("%1: the host key is not pinned: %2 %3. Compare it with ssh-keygen -lf %4 on the server, then run again "
               "with --accept-host-key %3")
                .arg(question.serverName, QString::fromLatin1(question.key.algorithm), fingerprint,
                     sshdKeyFile(question.key.algorithm)));
        m_sessions->answerHostKey(question.id, false);
        return;
    }
    m_queue.append(question);
    m_terminal->request(this, [this, id = question.id] { begin(id); });
}

void HostKeyPrompt::drop(quint64 id)
{
    m_queue.removeIf([id](const HostKeyQuestion &question) { return question.id == id; });
    if (m_asking != id)
        return;
    m_asking = 0;
    m_terminal->write(tr("(no longer needed)\n"));
    m_terminal->release();
}

void HostKeyPrompt::begin(quint64 id)
{
    const auto found = std::find_if(m_queue.begin(), m_queue.end(),
                                    [id](const HostKeyQuestion &question) { return question.id == id; });
    if (found == m_queue.end()) {
        m_terminal->release();
        return;
    }
    m_asking = id;
    m_terminal->ask(tr("%1 (%2) shows a host key that is not pinned yet:\n  %3 %4\n"
                       "Compare it on the server's console: ssh-keygen -lf %5\n"
                       "Type \"yes\" to pin it, anything else to refuse: ")
                        .arg(found->serverName, found->target, QString::fromLatin1(found->key.algorithm),
                             found->key.fingerprint(), sshdKeyFile(found->key.algorithm)),
                    true, [this](const std::optional<Secret> &line) { answered(line); });
}

void HostKeyPrompt::answered(const std::optional<Secret> &line)
{
    const quint64 id = std::exchange(m_asking, 0);
    m_queue.removeIf([id](const HostKeyQuestion &question) { return question.id == id; });
    m_sessions->answerHostKey(id, line && line->view().trimmed() == "yes");
    m_terminal->release();
}

} // namespace Helmclaw
