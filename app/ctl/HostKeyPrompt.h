// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKey.h"
#include "ssh/Secret.h"

#include <QList>
#include <QObject>
#include <QStringList>

#include <optional>

namespace Helmclaw {

class ServerSessions;
class Terminal;

/// Answers questions about unknown host keys: accepts the fingerprints that were named on the command line, asks about
/// one key at a time on the terminal, and refuses where there is none (never accepts in silence).
class HostKeyPrompt : public QObject
{
    Q_OBJECT
public:
    /// @p accepted are "SHA256:…" fingerprints. With @p terminal null nothing is asked.
    HostKeyPrompt(ServerSessions *sessions, QStringList accepted, Terminal *terminal, QObject *parent = nullptr);

private:
    void add(const HostKeyQuestion &question);
    void drop(quint64 id);
    void begin(quint64 id);
    void answered(const std::optional<Secret> &line);

    ServerSessions *m_sessions;
    QStringList m_accepted;
    Terminal *m_terminal;
    QList<HostKeyQuestion> m_queue; ///< each has asked for the terminal
    quint64 m_asking = 0; ///< the question on the terminal; 0: none
};

} // namespace Helmclaw
