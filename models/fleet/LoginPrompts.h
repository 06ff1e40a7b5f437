// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Prompt.h"
#include "ssh/Secret.h"

#include <QList>
#include <QObject>

#include <vector>

namespace Helmclaw {

class ServerSessions;

/// The questions of logins (passphrases, passwords, codes, touches) for whoever can put them to a person: the window or
/// the terminal. As long as one of these lives, logins ask; without one they go without or fail and say so.
/// Thread: the GUI thread.
class LoginPrompts : public QObject
{
    Q_OBJECT
public:
    /// Not owned; it and its pool must outlive this object.
    explicit LoginPrompts(ServerSessions *sessions, QObject *parent = nullptr);

    /// Oldest first.
    [[nodiscard]] const QList<Prompt> &open() const { return m_open; }
    /// One secret for each field. The prompt closes at once; a wrong answer comes back as another prompt.
    void answer(quint64 id, std::vector<Secret> answers);
    /// Ends the logins that wait for it.
    void cancel(quint64 id);

Q_SIGNALS:
    void added(const Helmclaw::Prompt &prompt);
    /// More or fewer servers wait for it, or it waits longer.
    void changed(const Helmclaw::Prompt &prompt);
    /// Answered, cancelled, too late or no longer needed.
    void closed(quint64 id);

private:
    void take(const Prompt &prompt);
    void drop(quint64 id);

    ServerSessions *m_sessions;
    QList<Prompt> m_open;
};

} // namespace Helmclaw
