// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/AgentRelay.h"
#include "ssh/IdentityFile.h"
#include "ssh/KeyRing.h"
#include "ssh/PromptBroker.h"
#include "ssh/SshTarget.h"

namespace Helmclaw {

/// The questions of one dial: fills in which server asks and how long, remembers what is open, takes it back when the
/// dial ends. At most one is open at a time. Thread: the dial lane's loop.
class DialPrompts
{
public:
    using Clock = EventLoop::Clock;

    DialPrompts(EventLoop &loop, PromptBroker &broker, KeyRing &keys, const SshTarget &target,
                Clock::time_point askedAt);
    ~DialPrompts();
    DialPrompts(const DialPrompts &) = delete;
    DialPrompts &operator=(const DialPrompts &) = delete;

    /// Until when the server waits for the login.
    void setLimit(Clock::time_point limit) { m_limit = limit; }
    [[nodiscard]] Clock::time_point limit() const { return m_limit; }
    /// What was asked last: for texts.
    [[nodiscard]] const Prompt &last() const { return m_last; }

    /// True when the user has to be asked for it.
    [[nodiscard]] bool needsPassphrase(const IdentityFile &file) const;
    void unlock(const IdentityFile &file, KeyRing::Done done);
    /// The same for ssh(1), which gets the passphrase, once for all the dials that want it.
    using GotPassphrase =
        std::function<void(KeyRing::Outcome outcome, const std::shared_ptr<const Secret> &passphrase)>;
    [[nodiscard]] bool knowsPassphrase(const IdentityFile &file) const;
    void findPassphrase(const IdentityFile &file, GotPassphrase done);
    void ask(Prompt prompt, PromptBroker::Done done);
    /// The agent is about to sign with a security key. The prompt comes after a moment: many keys need no touch.
    /// @p shown when it does, @p cancelled when the user will not.
    void expectTouch(const AgentIdentity &identity, std::function<void()> shown, std::function<void()> cancelled);
    /// Closes what is open.
    void withdraw();

private:
    [[nodiscard]] Prompt about(Prompt prompt) const;
    void unlock(const IdentityFile &file, bool wantsPassphrase, KeyRing::Done done);

    EventLoop &m_loop;
    PromptBroker &m_broker;
    KeyRing &m_keys;
    SshTarget m_target;
    Clock::time_point m_askedAt;
    Clock::time_point m_limit;
    Prompt m_last;
    quint64 m_prompt = 0;
    quint64 m_ticket = 0;
    EventLoop::Id m_touchTimer = 0;
};

} // namespace Helmclaw
