// SPDX-License-Identifier: MIT
// The part of Dialer that waits for a person.
#include "ssh/Dialer.h"

#include <sys/epoll.h>

namespace Helmclaw {

void Dialer::unlockKey()
{
    const IdentityFile &file = m_login->lockedKey();
    if (m_prompts.needsPassphrase(file))
        waitForUser();
    m_prompts.unlock(file, [weak = weakSelf()](KeyRing::Outcome outcome, const SharedKey &key) {
        const auto self = weak.lock();
        if (!self || self->m_finished)
            return;
        if (outcome == KeyRing::Outcome::Cancelled) {
            self->fail(self->m_errors.promptCancelled(self->m_prompts.last()));
            return;
        }
        self->m_login->setUnlockedKey(key, outcome == KeyRing::Outcome::Wrong);
        self->goOn();
    });
}

void Dialer::askUser()
{
    waitForUser();
    m_prompts.ask(m_login->prompt(), [weak = weakSelf()](PromptBroker::Outcome outcome, PromptBroker::Answers answers) {
        const auto self = weak.lock();
        if (!self || self->m_finished)
            return;
        switch (outcome) {
        case PromptBroker::Outcome::Cancelled:
            self->fail(self->m_errors.promptCancelled(self->m_prompts.last()));
            return;
        case PromptBroker::Outcome::Nobody:
            self->fail(self->m_login->noAnswers());
            return;
        case PromptBroker::Outcome::Answered:
            self->m_login->setAnswers(std::move(answers));
            break;
        }
        self->goOn();
    });
}

/// A security key behind the agent wants to be touched: that takes the user's time, not the server's.
void Dialer::watchAgent()
{
    if (m_agent == nullptr || !keyAlgorithm(m_login->agentIdentity().blob).startsWith("sk-")
        || m_lane.m_mayAsk != MayAsk::Everything)
        return;
    m_agent->setSigningChanged([weak = weakSelf(), identity = m_login->agentIdentity()] {
        const auto self = weak.lock();
        if (!self || self->m_finished || self->m_agent == nullptr)
            return;
        if (!self->m_agent->isSigning()) {
            self->m_prompts.withdraw();
            if (self->m_asking)
                self->endAsking();
            return;
        }
        self->m_prompts.expectTouch(
            identity,
            [weak] {
                if (const auto dialer = weak.lock())
                    dialer->waitForUser();
            },
            [weak] {
                if (const auto dialer = weak.lock(); dialer && !dialer->m_finished)
                    dialer->fail(dialer->m_errors.promptCancelled(dialer->m_prompts.last()));
            });
    });
}

void Dialer::waitForUser()
{
    beginAsking();
    if (!m_busy)
        watchSocket(EPOLLRDHUP);
}

void Dialer::goOn()
{
    endAsking();
    runStep(false);
}

/// The socket stays watched: the server goes on by itself when the user has been there.
void Dialer::showPage()
{
    m_pageShown = true;
    Prompt prompt;
    prompt.kind = Prompt::Kind::VisitPage;
    prompt.page = m_login->page();
    prompt.instruction = m_login->pageText();
    m_prompts.ask(prompt, [weak = weakSelf()](PromptBroker::Outcome outcome, const PromptBroker::Answers &) {
        const auto self = weak.lock();
        if (!self || self->m_finished)
            return;
        if (outcome == PromptBroker::Outcome::Cancelled)
            self->fail(self->m_errors.promptCancelled(self->m_prompts.last()));
        else
            self->fail(self->m_errors.pageUnvisited(self->m_prompts.last().page));
    });
    waitForUser();
}

void Dialer::closePage()
{
    if (!std::exchange(m_pageShown, false))
        return;
    m_prompts.withdraw();
    endAsking();
}

} // namespace Helmclaw
