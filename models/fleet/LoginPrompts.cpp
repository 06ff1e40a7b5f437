// SPDX-License-Identifier: MIT
#include "models/fleet/LoginPrompts.h"

#include "models/fleet/ServerSessions.h"
#include "models/keychain/Keychain.h"
#include "ssh/SshPool.h"

#include <algorithm>
#include <utility>

namespace Helmclaw {

LoginPrompts::LoginPrompts(ServerSessions *sessions, Keychain *keychain, QObject *parent, Audience audience)
    : QObject(parent)
    , m_sessions(sessions)
    , m_keychain(keychain)
    , m_audience(audience)
{
    connect(sessions->pool(), &SshPool::promptRequested, this, &LoginPrompts::take);
    connect(sessions->pool(), &SshPool::promptClosed, this, &LoginPrompts::drop);
}

bool LoginPrompts::mayBeKept(const Prompt &prompt) const
{
    return m_keychain != nullptr && prompt.kind == Prompt::Kind::KeyPassphrase && !prompt.keyFile.isEmpty()
        && prompt.fields.size() == 1;
}

void LoginPrompts::take(Prompt prompt)
{
    if (const auto asked = m_lookedUp.find(prompt.id); asked != m_lookedUp.end()) {
        *asked = prompt;
        return;
    }
    const auto known =
        std::find_if(m_open.begin(), m_open.end(), [&prompt](const Prompt &open) { return open.id == prompt.id; });
    if (known != m_open.end()) {
        *known = prompt;
        Q_EMIT changed(prompt);
        return;
    }
    if (!mayBeKept(prompt)) {
        present(prompt);
        return;
    }
    if (prompt.problem.isEmpty()) {
        lookUp(prompt);
        return;
    }
    // Asked again: the last answer was wrong. From the keychain it must not come a second time.
    if (const auto kept = m_kept.constFind(prompt.keyFile); kept != m_kept.constEnd()) {
        if (*kept == Source::Keychain)
            prompt.problem = tr("The passphrase in this computer's keychain is wrong; it has been removed there.");
        m_kept.erase(kept);
        m_lookedUp.insert(prompt.id, prompt);
        m_keychain->remove(Keychain::entryForKeyFile(prompt.keyFile), this, [this, id = prompt.id](const auto &) {
            if (const auto waiting = lookedUp(id))
                present(*waiting);
        });
        return;
    }
    present(prompt);
}

std::optional<Prompt> LoginPrompts::lookedUp(quint64 id)
{
    if (!m_lookedUp.contains(id))
        return std::nullopt; // it was too late, or nobody waits any longer
    return m_lookedUp.take(id);
}

void LoginPrompts::lookUp(const Prompt &prompt)
{
    const quint64 id = prompt.id;
    m_lookedUp.insert(id, prompt);
    m_keychain->find(Keychain::entryForKeyFile(prompt.keyFile), this, [this, id](Result<std::optional<Secret>> secret) {
        m_keychainProblem = secret ? std::nullopt : std::optional(secret.error());
        const auto waiting = lookedUp(id);
        if (!waiting)
            return;
        if (!secret || !*secret) {
            m_kept.remove(waiting->keyFile);
            present(*waiting);
            return;
        }
        m_kept.insert(waiting->keyFile, Source::Keychain);
        std::vector<Secret> answers;
        answers.push_back(std::move(**secret));
        m_sessions->pool()->answerPrompt(id, std::move(answers));
    });
}

void LoginPrompts::present(const Prompt &prompt)
{
    if (m_audience == Audience::Nobody) {
        m_sessions->pool()->declinePrompt(prompt.id);
        return;
    }
    m_open.append(prompt);
    Q_EMIT added(prompt);
}

void LoginPrompts::drop(quint64 id)
{
    m_lookedUp.remove(id);
    if (m_open.removeIf([id](const Prompt &prompt) { return prompt.id == id; }) > 0)
        Q_EMIT closed(id);
}

void LoginPrompts::answer(quint64 id, std::vector<Secret> answers)
{
    m_sessions->pool()->answerPrompt(id, std::move(answers));
    drop(id);
}

void LoginPrompts::answerAndKeep(quint64 id, std::vector<Secret> answers)
{
    const auto found =
        std::find_if(m_open.begin(), m_open.end(), [id](const Prompt &prompt) { return prompt.id == id; });
    if (found != m_open.end() && mayBeKept(*found) && answers.size() == 1) {
        const QString keyFile = found->keyFile;
        m_kept.insert(keyFile, Source::Typed);
        m_keychain->store(Keychain::entryForKeyFile(keyFile), Secret(answers.front().view()), this,
                          [this, keyFile](const Result<void> &stored) {
                              if (stored)
                                  return;
                              m_kept.remove(keyFile);
                              m_keychainProblem = stored.error();
                              Error error = stored.error();
                              error.what = tr("The passphrase of %1 was not kept: %2").arg(keyFile, error.what);
                              Q_EMIT keepFailed(error);
                          });
    }
    answer(id, std::move(answers));
}

void LoginPrompts::cancel(quint64 id)
{
    m_sessions->pool()->cancelPrompt(id);
    drop(id);
}

} // namespace Helmclaw
