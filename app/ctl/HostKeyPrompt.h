// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKey.h"

#include <QList>
#include <QObject>
#include <QStringList>

class QSocketNotifier;

namespace Helmclaw {

class ServerSessions;
class TerminalTurn;

/// Answers questions about unknown host keys on the terminal: accepts the fingerprints that were named on the command
/// line, asks one question at a time when standard input is a terminal, and refuses otherwise (never accepts in
/// silence).
class HostKeyPrompt : public QObject
{
    Q_OBJECT
public:
    /// @p accepted are "SHA256:…" fingerprints. With @p turn null nothing is asked.
    HostKeyPrompt(ServerSessions *sessions, QStringList accepted, TerminalTurn *turn, QObject *parent = nullptr);

private:
    void add(const HostKeyQuestion &question);
    void askNext();
    void begin();
    void release();
    void readAnswer();

    ServerSessions *m_sessions;
    QStringList m_accepted;
    TerminalTurn *m_turn;
    QList<HostKeyQuestion> m_queue;
    QSocketNotifier *m_input = nullptr;
    bool m_asking = false; ///< a question is on the terminal
    bool m_requested = false; ///< the terminal was asked for, and not given back
};

} // namespace Helmclaw
