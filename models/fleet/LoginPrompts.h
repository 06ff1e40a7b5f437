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
        Nobody, ///< logins begin nothing but what the keychain can answer
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
    /// The person does not wait for the keychain: the prompt of lookingUp() is added(). It closes when the keychain has
    /// the answer first.
    void askMeanwhile(quint64 id);

    /// Passphrases of key files may; codes and passwords that go to servers never.
    [[nodiscard]] bool mayBeKept(const Prompt &prompt) const;
    /// Why the keychain cannot be used, as the last lookup said; nothing when it can.
    [[nodiscard]] const std::optional<Error> &keychainProblem() const { return m_keychainProblem; }

Q_SIGNALS:
    void added(const Helmclaw::Prompt &prompt);
    /// More or fewer servers wait for it, it waits longer, or keychainProblem() has changed.
    void changed(const Helmclaw::Prompt &prompt);
    /// Answered, cancelled, too late or no longer needed; also for one of lookingUp() that never was added().
    void closed(quint64 id);
    /// The keychain takes its time (perhaps the desktop asks the person to unlock it): not yet asked.
    void lookingUp(const Helmclaw::Prompt &prompt);
    /// Why the keychain was of no help, other than having nothing; the same reason is told once. With Audience::Person
    /// a wrong passphrase is told by the prompt that follows.
    void keychainFailed(const Helmclaw::Error &why);
    void kept(const QString &keyFile);
    /// It was wrong, and is being removed.
    void unkept(const QString &keyFile);
    /// What should have been kept was not, or nobody knows.
    void keepFailed(const Helmclaw::Error &error);

private:
    enum class Source { Keychain, Typed };
    /// An answer whose passphrase is in the keychain and not known to be right.
    struct Given
    {
        QString keyFile;
        Source source;
        QDateTime until; ///< by then its login has ended
    };
    struct Search
    {
        Prompt prompt;
        bool announced = false; ///< by lookingUp()
    };
    void take(Prompt prompt);
    void removeWrong(Prompt prompt, const Given &given);
    [[nodiscard]] static QString wrongText(Source source, const Result<void> &removed);
    void keepEnded(quint64 id, const QString &keyFile, const Result<void> &outcome);
    void lookUp(const Prompt &prompt);
    void found(quint64 id, Result<std::optional<Secret>> secret);
    void search(const Prompt &prompt);
    [[nodiscard]] std::optional<Prompt> endSearch(quint64 id);
    void remember(quint64 id, const Given &given);
    void tellFailure(const Error &why);
    void present(const Prompt &prompt);
    void drop(quint64 id);

    ServerSessions *m_sessions;
    Keychain *m_keychain;
    Audience m_audience;
    QList<Prompt> m_open;
    QHash<quint64, Search> m_searches; ///< the keychain is being asked, and nobody else
    QHash<quint64, Given> m_given; ///< by prompt
    std::optional<Error> m_keychainProblem;
    QString m_toldFailure;
};

} // namespace Helmclaw
