// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKey.h"

#include <QList>
#include <QObject>
#include <QStringList>

class QSocketNotifier;

namespace Helmclaw {

class ServerSessions;

/// Answers questions about unknown host keys on the terminal: accepts the fingerprints that were named on the command
/// line, asks one question at a time when standard input is a terminal, and refuses otherwise (never accepts in
/// silence).
class HostKeyPrompt : public QObject
{
    Q_OBJECT
public:
    /// @p accepted are "SHA256:…" fingerprints.
    HostKeyPrompt(ServerSessions *sessions, QStringList accepted, QObject *parent = nullptr);

private:
    void add(const HostKeyQuestion &question);
    void askNext();
    void readAnswer();

    ServerSessions *m_sessions;
    QStringList m_accepted;
    QList<HostKeyQuestion> m_queue;
    QSocketNotifier *m_input = nullptr;
    bool m_asking = false;
};

} // namespace Helmclaw
