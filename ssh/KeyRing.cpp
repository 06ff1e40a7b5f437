// SPDX-License-Identifier: MIT
#include "ssh/KeyRing.h"

#include <QCoreApplication>
#include <QFile>

#include <algorithm>
#include <utility>
#include <vector>

namespace Helmclaw {

namespace {

constexpr int maxWrong = 3; ///< as ssh(1)
constexpr qint64 maxSize = 64 * 1024;
/// A fleet's action comes in waves: what it asks for this soon after the user's "no" still belongs to it.
constexpr std::chrono::seconds refusalHolds { 5 };

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(KeyRing)
};

} // namespace

KeyRing::KeyRing(EventLoop &loop, WorkerPool &workers, PromptBroker &broker, std::chrono::milliseconds lifetime)
    : m_loop(loop)
    , m_workers(workers)
    , m_broker(broker)
    , m_lifetime(lifetime)
{
}

KeyRing::~KeyRing() = default;

SharedKey KeyRing::decrypt(const QString &path, const Secret &passphrase)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return {};
    const QByteArray text = file.read(maxSize);
    QByteArray plain = passphrase.copyOutOfSecureMemory(); // libssh wants a C string
    ssh_key raw = nullptr;
    const int rc = ssh_pki_import_privkey_base64(text.constData(), plain.constData(), nullptr, nullptr, &raw);
    wipe(plain);
    return rc == SSH_OK ? SharedKey(raw, SshKeyDeleter()) : SharedKey();
}

quint64 KeyRing::unlock(Request request, Done done)
{
    const quint64 ticket = ++m_lastTicket;
    const QByteArray hash = request.textHash;
    const auto since = request.since;
    Entry &entry = m_entries[hash];
    const bool known = has(entry, request);
    entry.waiters.emplace(ticket, Waiter { std::move(request), std::move(done) });
    // Never from inside this call.
    if (known) {
        m_loop.defer([this, hash] { tellUnlocked(hash); });
    } else if (since <= entry.refusedUntil) {
        m_loop.defer([this, hash, ticket] { refuseLate(m_entries[hash], ticket); });
    } else if (entry.prompt != 0) {
        m_broker.update(entry.prompt, [&](Prompt &prompt) { describe(entry, prompt); });
    } else if (!entry.decrypting) {
        ask(hash);
    }
    return ticket;
}

bool KeyRing::isUnlocked(const QByteArray &textHash) const
{
    const auto found = m_entries.find(textHash);
    return found != m_entries.end() && found->second.key != nullptr;
}

std::shared_ptr<const Secret> KeyRing::passphrase(const QByteArray &textHash) const
{
    const auto found = m_entries.find(textHash);
    return found != m_entries.end() ? found->second.passphrase : nullptr;
}

void KeyRing::drop(quint64 &ticket)
{
    const quint64 gone = std::exchange(ticket, 0);
    if (gone == 0)
        return;
    for (auto &[hash, entry] : m_entries) {
        if (entry.waiters.erase(gone) == 0)
            continue;
        if (entry.waiters.empty())
            m_broker.withdraw(entry.prompt);
        else
            m_broker.update(entry.prompt, [&entry = entry, this](Prompt &prompt) { describe(entry, prompt); });
        return;
    }
}

/// What the prompt says about who waits: the oldest by name, the others by their number, the longest time.
void KeyRing::describe(const Entry &entry, Prompt &prompt) const
{
    const quint64 id = prompt.id;
    prompt = entry.waiters.begin()->second.request.prompt;
    prompt.id = id;
    prompt.otherServers = static_cast<int>(entry.waiters.size()) - 1;
    for (const auto &[ticket, waiter] : entry.waiters)
        prompt.validUntil = std::max(prompt.validUntil, waiter.request.prompt.validUntil);
    if (entry.wrong > 0) {
        prompt.follows = entry.answered;
        prompt.problem = Text::tr("The passphrase was wrong.");
    }
}

void KeyRing::ask(const QByteArray &hash)
{
    Entry &entry = m_entries[hash];
    if (entry.waiters.empty())
        return;
    Prompt prompt;
    describe(entry, prompt);
    entry.prompt = m_broker.ask(prompt, [this, hash](PromptBroker::Outcome outcome, PromptBroker::Answers answers) {
        answered(hash, outcome, std::move(answers));
    });
}

void KeyRing::answered(const QByteArray &hash, PromptBroker::Outcome outcome, PromptBroker::Answers answers)
{
    Entry &entry = m_entries[hash];
    const quint64 prompt = std::exchange(entry.prompt, 0);
    switch (outcome) {
    case PromptBroker::Outcome::Nobody:
        entry.wrong = 0;
        tellAll(entry, Outcome::Nobody);
        return;
    case PromptBroker::Outcome::Cancelled:
        refuse(entry, Outcome::Cancelled);
        return;
    case PromptBroker::Outcome::Answered:
        entry.answered = prompt;
        break;
    }
    if (entry.waiters.empty())
        return;
    entry.decrypting = true;
    const QString path = entry.waiters.begin()->second.request.path;
    const auto passphrase = std::make_shared<Secret>(std::move(answers.front()));
    m_workers.run(
        [this, &loop = m_loop, alive = std::weak_ptr<int>(m_alive), hash, path, passphrase] {
            const SharedKey key = decrypt(path, *passphrase);
            loop.post([this, alive, hash, key, passphrase] {
                if (alive.expired())
                    return;
                Entry &tried = m_entries[hash];
                tried.decrypting = false;
                const bool wanted = std::any_of(tried.waiters.begin(), tried.waiters.end(), [](const auto &waiter) {
                    return waiter.second.request.wantsPassphrase;
                });
                if (key != nullptr && wanted)
                    tried.passphrase = passphrase;
                else
                    *passphrase = {};
                decrypted(hash, key);
            });
        },
        false);
}

void KeyRing::decrypted(const QByteArray &hash, const SharedKey &key)
{
    Entry &entry = m_entries[hash];
    if (key != nullptr) {
        entry.wrong = 0;
        entry.key = key;
        keepFor(hash, entry);
        tellUnlocked(hash);
    } else if (++entry.wrong >= maxWrong) {
        refuse(entry, Outcome::Wrong);
    } else {
        ask(hash);
    }
}

/// All who can go on with what there is; for the others it is asked.
void KeyRing::tellUnlocked(const QByteArray &hash)
{
    Entry &entry = m_entries[hash];
    std::vector<Done> done;
    for (auto waiter = entry.waiters.begin(); waiter != entry.waiters.end();) {
        if (has(entry, waiter->second.request)) {
            done.push_back(std::move(waiter->second.done));
            waiter = entry.waiters.erase(waiter);
        } else {
            ++waiter;
        }
    }
    if (!done.empty())
        keepFor(hash, entry);
    if (!entry.waiters.empty() && entry.prompt == 0 && !entry.decrypting)
        ask(hash);
    const SharedKey key = entry.key;
    for (const Done &tell : done)
        tell(Outcome::Unlocked, key);
}

/// One that came a moment after the user's decision; newer ones may be waiting for a new one.
void KeyRing::refuseLate(Entry &entry, quint64 ticket)
{
    const auto found = entry.waiters.find(ticket);
    if (found == entry.waiters.end())
        return;
    const Done done = std::move(found->second.done);
    entry.waiters.erase(found);
    done(entry.refusal, {});
}

void KeyRing::refuse(Entry &entry, Outcome outcome)
{
    entry.wrong = 0;
    entry.refusal = outcome;
    entry.refusedUntil = EventLoop::Clock::now() + refusalHolds;
    tellAll(entry, outcome);
}

void KeyRing::tellAll(Entry &entry, Outcome outcome)
{
    const auto waiters = std::exchange(entry.waiters, {});
    for (const auto &[ticket, waiter] : waiters)
        waiter.done(outcome, {});
}

void KeyRing::keepFor(const QByteArray &hash, Entry &entry)
{
    m_loop.cancelTimer(entry.expiry);
    entry.expiry = m_loop.addTimer(m_lifetime, [this, hash] {
        Entry &old = m_entries[hash];
        old.expiry = 0;
        old.key.reset();
        old.passphrase.reset();
    });
}

} // namespace Helmclaw
