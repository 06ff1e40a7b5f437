// SPDX-License-Identifier: MIT
#include "ssh/PromptBroker.h"

#include <memory>
#include <utility>

namespace Helmclaw {

QString promptKindName(Prompt::Kind kind)
{
    switch (kind) {
    case Prompt::Kind::KeyPassphrase:
        return QStringLiteral("key-passphrase");
    case Prompt::Kind::KeyboardInteractive:
        return QStringLiteral("keyboard-interactive");
    case Prompt::Kind::Password:
        return QStringLiteral("password");
    case Prompt::Kind::TouchKey:
        return QStringLiteral("touch-key");
    case Prompt::Kind::VisitPage:
        return QStringLiteral("visit-page");
    }
    return QStringLiteral("unknown");
}

PromptBroker::PromptBroker(EventLoop &loop, Sink sink)
    : m_loop(loop)
    , m_sink(std::move(sink))
{
}

quint64 PromptBroker::ask(Prompt prompt, Done done)
{
    prompt.id = ++m_lastId;
    const Open &open = m_open[prompt.id] = { prompt, std::move(done) };
    if (m_sink.show) {
        m_sink.show(open.prompt);
    } else {
        m_loop.defer([this, id = prompt.id] { settle(id, Outcome::Nobody, {}); });
    }
    return prompt.id;
}

void PromptBroker::update(quint64 id, const std::function<void(Prompt &)> &change)
{
    const auto found = m_open.find(id);
    if (found == m_open.end())
        return;
    const Prompt before = found->second.prompt;
    change(found->second.prompt);
    if (m_sink.show && !(before == found->second.prompt))
        m_sink.show(found->second.prompt);
}

void PromptBroker::withdraw(quint64 &id)
{
    const quint64 gone = std::exchange(id, 0);
    if (m_open.erase(gone) > 0 && m_sink.close)
        m_sink.close(gone);
}

void PromptBroker::settle(quint64 id, Outcome outcome, Answers answers)
{
    const auto found = m_open.find(id);
    if (found == m_open.end())
        return;
    if (outcome == Outcome::Answered && static_cast<qsizetype>(answers.size()) != found->second.prompt.fields.size())
        return;
    const Done done = std::move(found->second.done);
    m_open.erase(found);
    if (m_sink.close)
        m_sink.close(id);
    done(outcome, std::move(answers));
}

} // namespace Helmclaw
