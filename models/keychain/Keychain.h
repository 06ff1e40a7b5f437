// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/Secret.h"

#include <QObject>
#include <QPointer>

#include <chrono>
#include <functional>
#include <map>
#include <optional>

namespace Helmclaw {

/// This computer's keychain (the freedesktop.org Secret Service or KWallet, by QtKeychain): the only place outside
/// memory where a secret is ever kept. Asked in a thread of its own; whoever does not answer in time counts as absent.
/// QtKeychain's own plain-text fallback is never used. What passes through it is also in QtKeychain's, the bus's and
/// the service's ordinary memory for a moment. Thread: the GUI thread.
class Keychain : public QObject
{
    Q_OBJECT
public:
    /// Long enough for a person to unlock it where the desktop asks for that.
    explicit Keychain(std::chrono::milliseconds deadline = std::chrono::seconds(20), QObject *parent = nullptr);
    ~Keychain() override;

    /// The entry that holds the passphrase of a private key file: an absolute path, or one that begins with "~/" as in
    /// Prompt::keyFile. The same one however it is spelt ("..", "//", "~").
    [[nodiscard]] static QString entryForKeyFile(const QString &keyFile);
    /// There is a session bus, without which no keychain can be asked. Looks at the environment only.
    [[nodiscard]] static bool hasBus();

    using Found = std::function<void(Result<std::optional<Secret>> secret)>;
    using Done = std::function<void(Result<void> outcome)>;
    /// Nothing when the keychain has no such entry. Every callback comes once, later, and not at all when @p context
    /// dies first; an error says why the keychain cannot be used. DeadlineExceeded: it has not answered, and what was
    /// to be stored or removed may still be.
    void find(const QString &entry, QObject *context, Found done);
    /// Replaces what was kept under @p entry.
    void store(const QString &entry, Secret secret, QObject *context, Done done);
    /// No entry is no error.
    void remove(const QString &entry, QObject *context, Done done);

private:
    struct Answer;
    struct Waiting
    {
        QPointer<QObject> context;
        std::function<void(Answer &)> done;
    };
    enum class Job { Find, Store, Remove };
    void start(Job job, const QString &entry, Secret secret, QObject *context, std::function<void(Answer &)> done);
    void settle(quint64 id, Answer &answer);

    std::chrono::milliseconds m_deadline;
    quint64 m_lastId = 0;
    int m_overdue = 0; ///< asked, and given up
    std::map<quint64, Waiting> m_waiting;
};

} // namespace Helmclaw
