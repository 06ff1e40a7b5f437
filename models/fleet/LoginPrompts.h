// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/Prompt.h"
#include "ssh/Secret.h"

#include <QHash>
#include <QList>
#include <QObject>

#include <optional>
#include <vector>

namespace Helmclaw {

class Keychain;
class ServerSessions;

/// The questions of logins (passphrases, passwords, codes, touches) for whoever can put them to a person: the window or
/// the terminal. As long as one of these lives, logins ask; without one they go without or fail and say so.
/// The passphrase of a key file is looked up in the keychain before anybody is asked. One that turns out wrong is
/// removed from there. Thread: the GUI thread.
class LoginPrompts : public QObject
{
    Q_OBJECT
public:
    enum class Audience {
        Person,
        Nobody, ///< what the keychain cannot answer fails as if nobody asked
    };
    /// None is owned; they and the sessions' pool must outlive this object. Without @p keychain none is used.
    explicit LoginPrompts(ServerSessions *sessions, Keychain *keychain = nullptr, QObject *parent = nullptr,
                          Audience audience = Audience::Person);

    /// Oldest first.
    [[nodiscard]] const QList<Prompt> &open() const { return m_open; }
    /// One secret for each field. The prompt closes at once; a wrong answer comes back as another prompt.
    void answer(quint64 id, std::vector<Secret> answers);
    /// The same for a prompt that mayBeKept(), and keeps the passphrase in the keychain.
    void answerAndKeep(quint64 id, std::vector<Secret> answers);
    /// Ends the logins that wait for it.
    void cancel(quint64 id);

    /// Passphrases of key files may; codes and passwords that go to servers never.
    [[nodiscard]] bool mayBeKept(const Prompt &prompt) const;
    /// Why the keychain cannot be used, as the last lookup said; nothing when it can.
    [[nodiscard]] const std::optional<Error> &keychainProblem() const { return m_keychainProblem; }

Q_SIGNALS:
    void added(const Helmclaw::Prompt &prompt);
    /// More or fewer servers wait for it, or it waits longer.
    void changed(const Helmclaw::Prompt &prompt);
    /// Answered, cancelled, too late or no longer needed.
    void closed(quint64 id);
    /// What should have been kept was not.
    void keepFailed(const Helmclaw::Error &error);

private:
    enum class Source { Keychain, Typed };
    void take(Prompt prompt);
    void lookUp(const Prompt &prompt);
    [[nodiscard]] std::optional<Prompt> lookedUp(quint64 id);
    void present(const Prompt &prompt);
    void drop(quint64 id);

    ServerSessions *m_sessions;
    Keychain *m_keychain;
    Audience m_audience;
    QList<Prompt> m_open;
    QHash<quint64, Prompt> m_lookedUp; ///< the keychain is being asked
    QHash<QString, Source> m_kept; ///< by key file: what is in the keychain and not known to be right
    std::optional<Error> m_keychainProblem;
};

} // namespace Helmclaw
