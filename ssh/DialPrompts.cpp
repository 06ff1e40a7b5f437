// SPDX-License-Identifier: MIT
#include "ssh/DialPrompts.h"

#include "ssh/Error.h"

#include <QCoreApplication>

namespace Helmclaw {

namespace {

constexpr std::chrono::milliseconds touchDelay { 400 };

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(DialPrompts)
};

} // namespace

DialPrompts::DialPrompts(EventLoop &loop, PromptBroker &broker, KeyRing &keys, const SshTarget &target,
                         Clock::time_point askedAt)
    : m_loop(loop)
    , m_broker(broker)
    , m_keys(keys)
    , m_target(target)
    , m_askedAt(askedAt)
{
}

DialPrompts::~DialPrompts()
{
    withdraw();
}

Prompt DialPrompts::about(Prompt prompt) const
{
    prompt.serverId = m_target.serverId;
    prompt.serverName = m_target.name;
    prompt.target = m_target.toString();
    prompt.validUntil = QDateTime::currentDateTimeUtc().addMSecs(
        std::chrono::duration_cast<std::chrono::milliseconds>(m_limit - Clock::now()).count());
    return prompt;
}

bool DialPrompts::needsPassphrase(const IdentityFile &file) const
{
    return !m_keys.isUnlocked(file.textHash);
}

void DialPrompts::unlock(const IdentityFile &file, KeyRing::Done done)
{
    unlock(file, false, std::move(done));
}

bool DialPrompts::knowsPassphrase(const IdentityFile &file) const
{
    return m_keys.passphrase(file.textHash) != nullptr;
}

void DialPrompts::findPassphrase(const IdentityFile &file, GotPassphrase done)
{
    unlock(file, true,
           [this, hash = file.textHash, done = std::move(done)](KeyRing::Outcome outcome, const SharedKey &) {
               done(outcome, m_keys.passphrase(hash));
           });
}

void DialPrompts::unlock(const IdentityFile &file, bool wantsPassphrase, KeyRing::Done done)
{
    Prompt prompt;
    prompt.kind = Prompt::Kind::KeyPassphrase;
    prompt.keyFile = IdentityFile::shown(file.path);
    prompt.keyFingerprint = file.publicBlob.isEmpty() ? QString() : keyFingerprint(file.publicBlob);
    prompt.keyComment = printable(file.comment, 100);
    prompt.fields = { { Text::tr("Passphrase"), false } };
    m_last = about(prompt);
    m_ticket = m_keys.unlock({ file.textHash, file.path, m_last, m_askedAt, wantsPassphrase },
                             [this, done = std::move(done)](KeyRing::Outcome outcome, SharedKey key) {
                                 m_ticket = 0;
                                 done(outcome, std::move(key));
                             });
}

void DialPrompts::ask(Prompt prompt, PromptBroker::Done done)
{
    m_last = about(std::move(prompt));
    m_prompt = m_broker.ask(
        m_last, [this, done = std::move(done)](PromptBroker::Outcome outcome, PromptBroker::Answers answers) {
            m_prompt = 0;
            done(outcome, std::move(answers));
        });
    m_last.id = m_prompt;
}

void DialPrompts::expectTouch(const AgentIdentity &identity, std::function<void()> shown,
                              std::function<void()> cancelled)
{
    withdraw();
    Prompt prompt;
    prompt.kind = Prompt::Kind::TouchKey;
    const QByteArray key = identity.signWith.isEmpty() ? identity.blob : identity.signWith;
    prompt.keyFingerprint = keyFingerprint(key);
    prompt.keyComment = printable(identity.comment, 100);
    m_touchTimer =
        m_loop.addTimer(touchDelay, [this, prompt, shown = std::move(shown), cancelled = std::move(cancelled)] {
            m_touchTimer = 0;
            ask(prompt, [cancelled](PromptBroker::Outcome outcome, const PromptBroker::Answers &) {
                // With nobody to see it the key may be touched all the same.
                if (outcome == PromptBroker::Outcome::Cancelled)
                    cancelled();
            });
            shown();
        });
}

void DialPrompts::withdraw()
{
    m_loop.cancelTimer(m_touchTimer);
    m_broker.withdraw(m_prompt);
    m_keys.drop(m_ticket);
}

} // namespace Helmclaw
