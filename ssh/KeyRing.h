// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/PromptBroker.h"
#include "ssh/SshHandle.h"
#include "ssh/WorkerPool.h"

#include <QByteArray>
#include <QString>

#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace Helmclaw {

/// A decrypted private key. libssh keeps it on the ordinary heap and overwrites it when the last holder lets go.
using SharedKey = std::shared_ptr<ssh_key_struct>;

/// Unlocks encrypted private key files: asks for each key's passphrase once, however many logins wait for it, decrypts
/// in a worker (bcrypt takes some 0.1 s), and gives the same key to all of them. A key stays unlocked until it has not
/// been asked for during the lifetime; passphrases are wiped as soon as they were tried, but for one that ssh(1) is to
/// have, which stays as long as the key.
/// Thread: the dial lane's loop.
class KeyRing
{
public:
    enum class Outcome {
        Unlocked,
        Cancelled, ///< by the user, now or a moment ago
        Wrong, ///< the passphrase was wrong three times
        Nobody, ///< there is nobody to ask
    };
    using Done = std::function<void(Outcome outcome, SharedKey key)>;
    struct Request
    {
        QByteArray textHash; ///< IdentityFile::textHash: which key it is, wherever the file lies
        QString path;
        Prompt prompt; ///< server, user, file and fingerprint for the question; its time is this login's
        EventLoop::Clock::time_point since; ///< when this login was asked for
        bool wantsPassphrase = false; ///< it goes on to ssh(1), which unlocks the file itself
    };

    KeyRing(EventLoop &loop, WorkerPool &workers, PromptBroker &broker, std::chrono::milliseconds lifetime);
    ~KeyRing();
    KeyRing(const KeyRing &) = delete;
    KeyRing &operator=(const KeyRing &) = delete;

    /// The private key in @p path; null when the passphrase is wrong, or libssh cannot read the file. Blocks for the
    /// disk and bcrypt; any thread.
    [[nodiscard]] static SharedKey decrypt(const QString &path, const Secret &passphrase);
    /// @p done comes once from the loop, never from inside this call, unless dropped before. The number drops it.
    [[nodiscard]] quint64 unlock(Request request, Done done);
    [[nodiscard]] bool isUnlocked(const QByteArray &textHash) const;
    /// For Request::wantsPassphrase, from its @p done on; null when it is not known.
    [[nodiscard]] std::shared_ptr<const Secret> passphrase(const QByteArray &textHash) const;
    /// The login does not wait any longer. Sets @p ticket to 0. With nobody left the prompt closes.
    void drop(quint64 &ticket);

private:
    struct Waiter
    {
        Request request;
        Done done;
    };
    struct Entry
    {
        SharedKey key;
        std::shared_ptr<const Secret> passphrase; ///< that unlocked it, when somebody wanted it
        EventLoop::Id expiry = 0;
        std::map<quint64, Waiter> waiters;
        quint64 prompt = 0;
        quint64 answered = 0; ///< the last prompt that was
        bool decrypting = false;
        int wrong = 0;
        Outcome refusal = Outcome::Cancelled; ///< the last one
        EventLoop::Clock::time_point refusedUntil; ///< logins that were asked for before are refused as well
    };
    [[nodiscard]] static bool has(const Entry &entry, const Request &request)
    {
        return entry.key != nullptr && (!request.wantsPassphrase || entry.passphrase != nullptr);
    }
    void ask(const QByteArray &hash);
    void answered(const QByteArray &hash, PromptBroker::Outcome outcome, PromptBroker::Answers answers);
    void decrypted(const QByteArray &hash, const SharedKey &key);
    void tellUnlocked(const QByteArray &hash);
    void refuse(Entry &entry, Outcome outcome);
    void refuseLate(Entry &entry, quint64 ticket);
    void tellAll(Entry &entry, Outcome outcome);
    void keepFor(const QByteArray &hash, Entry &entry);
    void describe(const Entry &entry, Prompt &prompt) const;

    EventLoop &m_loop;
    WorkerPool &m_workers;
    PromptBroker &m_broker;
    std::chrono::milliseconds m_lifetime;
    quint64 m_lastTicket = 0;
    std::map<QByteArray, Entry> m_entries;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); ///< a worker's result may come after the end
};

} // namespace Helmclaw
