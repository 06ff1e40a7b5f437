// SPDX-License-Identifier: MIT
#include "models/fleet/LoginPrompts.h"

#include "models/fleet/ServerSessions.h"
#include "models/keychain/Keychain.h"
#include "ssh/SshPool.h"

#include <QTimer>

#include <algorithm>
#include <chrono>
#include <utility>

namespace Helmclaw {

namespace {

/// A keychain that is open answers sooner.
constexpr std::chrono::milliseconds silenceExplained { 1000 };

auto withId(QList<Prompt> &prompts, quint64 id)
{
    return std::find_if(prompts.begin(), prompts.end(), [id](const Prompt &prompt) { return prompt.id == id; });
}

} // namespace

LoginPrompts::LoginPrompts(ServerSessions *sessions, Keychain *keychain, QObject *parent, Audience audience)
    : QObject(parent)
    , m_sessions(sessions)
    , m_keychain(keychain)
    , m_audience(audience)
{
    sessions->pool()->setMayAsk(audience == Audience::Person ? MayAsk::Everything
                                    : keychain != nullptr    ? MayAsk::KeptPassphrases
                                                             : MayAsk::Nothing);
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
    if (const auto search = m_searches.find(prompt.id); search != m_searches.end()) {
        search->prompt = prompt;
        return;
    }
    if (const auto known = withId(m_open, prompt.id); known != m_open.end()) {
        *known = prompt;
        Q_EMIT changed(prompt);
        return;
    }
    if (!mayBeKept(prompt))
        present(prompt);
    else if (prompt.follows == 0)
        lookUp(prompt);
    else if (const auto given = m_given.constFind(prompt.follows); given != m_given.constEnd())
        removeWrong(std::move(prompt), m_given.take(prompt.follows));
    else
        present(prompt);
}

/// The answer that @p given tells of was wrong: it must not come a second time.
void LoginPrompts::removeWrong(Prompt prompt, const Given &given)
{
    search(prompt);
    if (given.source == Source::Typed)
        Q_EMIT unkept(given.keyFile);
    m_keychain->remove(
        Keychain::entryForKeyFile(given.keyFile), this, [this, id = prompt.id, given](const Result<void> &removed) {
            auto waiting = endSearch(id);
            const QString problem = wrongText(given.source, removed);
            if (waiting && !problem.isEmpty())
                waiting->problem = problem;
            if (m_audience == Audience::Nobody)
                tellFailure({ ErrorCode::AuthFailed, QStringLiteral("%1: %2").arg(given.keyFile, problem), {}, {} });
            if (waiting)
                present(*waiting);
        });
}

/// What to say about a wrong passphrase; empty when the prompt says enough.
QString LoginPrompts::wrongText(Source source, const Result<void> &removed)
{
    if (source == Source::Typed && removed)
        return {};
    if (removed)
        return tr("The passphrase in this computer's keychain is wrong; it has been removed there.");
    if (removed.error().code == ErrorCode::DeadlineExceeded)
        return tr("The passphrase in this computer's keychain is wrong; whether it has been removed there is not "
                  "known: %1")
            .arg(removed.error().what);
    return tr("The passphrase in this computer's keychain is wrong, and was not removed there: %1")
        .arg(removed.error().what);
}

void LoginPrompts::lookUp(const Prompt &prompt)
{
    search(prompt);
    m_keychain->find(Keychain::entryForKeyFile(prompt.keyFile), this,
                     [this, id = prompt.id](Result<std::optional<Secret>> secret) { found(id, std::move(secret)); });
}

void LoginPrompts::found(quint64 id, Result<std::optional<Secret>> secret)
{
    m_keychainProblem = secret ? std::nullopt : std::optional(secret.error());
    if (secret)
        m_toldFailure.clear();
    else
        tellFailure(secret.error());
    auto waiting = endSearch(id);
    const auto asked = withId(m_open, id); // meanwhile
    if (!secret || !*secret) {
        if (waiting)
            present(*waiting);
        else if (asked != m_open.end())
            Q_EMIT changed(*asked);
        return;
    }
    if (!waiting && asked != m_open.end())
        waiting = *asked;
    if (!waiting)
        return; // too late, or answered by hand
    remember(id, { waiting->keyFile, Source::Keychain, waiting->validUntil });
    std::vector<Secret> answers;
    answers.push_back(std::move(**secret));
    answer(id, std::move(answers));
}

void LoginPrompts::search(const Prompt &prompt)
{
    const quint64 id = prompt.id;
    m_searches.insert(id, { prompt, false });
    if (m_audience == Audience::Nobody)
        return;
    QTimer::singleShot(silenceExplained, this, [this, id] {
        const auto found = m_searches.find(id);
        if (found == m_searches.end())
            return;
        found->announced = true;
        Q_EMIT lookingUp(Prompt(found->prompt));
    });
}

/// Nothing: it was too late, nobody waits any longer, or it is open.
std::optional<Prompt> LoginPrompts::endSearch(quint64 id)
{
    const auto found = m_searches.find(id);
    if (found == m_searches.end())
        return std::nullopt;
    const Search ended = *found;
    m_searches.erase(found);
    if (ended.announced)
        Q_EMIT closed(id);
    return ended.prompt;
}

void LoginPrompts::askMeanwhile(quint64 id)
{
    if (const auto waiting = endSearch(id))
        present(*waiting);
}

void LoginPrompts::remember(quint64 id, const Given &given)
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    m_given.removeIf([&now](QHash<quint64, Given>::iterator old) { return old.value().until.addSecs(60) < now; });
    m_given.insert(id, given);
}

void LoginPrompts::tellFailure(const Error &why)
{
    if (why.what == std::exchange(m_toldFailure, why.what))
        return;
    Q_EMIT keychainFailed(why);
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
    (void)endSearch(id);
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
    const auto asked = withId(m_open, id);
    if (asked != m_open.end() && mayBeKept(*asked) && answers.size() == 1) {
        const QString keyFile = asked->keyFile;
        // What was given of the older one says nothing about this one.
        m_given.removeIf([&keyFile](QHash<quint64, Given>::iterator old) { return old.value().keyFile == keyFile; });
        remember(id, { keyFile, Source::Typed, asked->validUntil });
        m_keychain->store(Keychain::entryForKeyFile(keyFile), Secret(answers.front().view()), this,
                          [this, id, keyFile](const Result<void> &stored) { keepEnded(id, keyFile, stored); });
    }
    answer(id, std::move(answers));
}

void LoginPrompts::keepEnded(quint64 id, const QString &keyFile, const Result<void> &outcome)
{
    if (outcome) {
        Q_EMIT kept(keyFile);
        return;
    }
    m_keychainProblem = outcome.error();
    Error error = outcome.error();
    if (error.code == ErrorCode::DeadlineExceeded) {
        error.what = tr("Whether the passphrase of %1 was kept is not known: %2").arg(keyFile, error.what);
    } else {
        m_given.remove(id);
        error.what = tr("The passphrase of %1 was not kept: %2").arg(keyFile, error.what);
    }
    Q_EMIT keepFailed(error);
}

void LoginPrompts::cancel(quint64 id)
{
    m_sessions->pool()->cancelPrompt(id);
    drop(id);
}

} // namespace Helmclaw
