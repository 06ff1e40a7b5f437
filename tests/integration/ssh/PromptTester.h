// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshPool.h"

#include <QObject>

#include <functional>
#include <vector>

namespace Helmclaw::Test {

/// A user for a pool's prompts: remembers them, and answers what answerWith() said.
class PromptTester : public QObject
{
public:
    explicit PromptTester(SshPool *pool)
        : m_pool(pool)
    {
        connect(pool, &SshPool::promptRequested, this, [this](const Prompt &prompt) {
            bool again = false;
            for (Prompt &known : shown) {
                again = again || known.id == prompt.id;
                if (known.id == prompt.id)
                    known = prompt;
            }
            if (again)
                return;
            shown += prompt;
            open += prompt.id;
            if (m_script)
                m_script(prompt);
        });
        connect(pool, &SshPool::promptClosed, this, [this](quint64 id) {
            open.removeAll(id);
            closed += id;
        });
    }
    /// Called with every new prompt.
    void onPrompt(std::function<void(const Prompt &)> script) { m_script = std::move(script); }
    /// Gives the nth prompt the nth answer, and cancels what comes after the last one.
    void answerWith(const QList<QByteArray> &answers)
    {
        onPrompt([this, answers](const Prompt &prompt) {
            const qsizetype number = shown.size() - 1;
            if (number < answers.size())
                answer(prompt.id, { answers.at(number) });
            else
                m_pool->cancelPrompt(prompt.id);
        });
    }
    void answer(quint64 id, const QList<QByteArray> &texts)
    {
        std::vector<Secret> secrets;
        for (const QByteArray &text : texts)
            secrets.emplace_back(QByteArrayView(text));
        m_pool->answerPrompt(id, std::move(secrets));
    }

    QList<Prompt> shown; ///< each as it was last
    QList<quint64> open;
    QList<quint64> closed;

private:
    SshPool *m_pool;
    std::function<void(const Prompt &)> m_script;
};

} // namespace Helmclaw::Test
