// SPDX-License-Identifier: MIT
#include "ssh/SshPoolPrivate.h"

#include <QMetaMethod>

namespace Helmclaw {

PromptBroker::Sink SshPool::Private::makePromptSink()
{
    const auto show = [this](const Prompt &prompt) {
        mailbox.post([this, prompt] {
            // With nobody to ask, waiting would only hide the reason.
            if (!q->isSignalConnected(QMetaMethod::fromSignal(&SshPool::promptRequested)))
                dials->settlePrompt(prompt.id, PromptBroker::Outcome::Nobody);
            else
                Q_EMIT q->promptRequested(prompt);
        });
    };
    const auto close = [this](quint64 id) { mailbox.post([this, id] { Q_EMIT q->promptClosed(id); }); };
    return { show, close };
}

void SshPool::Private::updateMayAsk()
{
    dials->setMayAsk(q->isSignalConnected(QMetaMethod::fromSignal(&SshPool::promptRequested)) ? mostAsked
                                                                                              : MayAsk::Nothing);
}

// There is no disconnectNotify(): QObject's destructor calls it with a lock held that isSignalConnected() wants as
// well. Who has gone is found out before the next operation, and by the sink when a prompt comes up.
void SshPool::connectNotify(const QMetaMethod &signal)
{
    if (d != nullptr && signal == QMetaMethod::fromSignal(&SshPool::promptRequested))
        d->updateMayAsk();
}

void SshPool::setMayAsk(MayAsk most)
{
    d->mostAsked = most;
    d->updateMayAsk();
}

void SshPool::answerPrompt(quint64 id, std::vector<Secret> answers)
{
    d->dials->settlePrompt(id, PromptBroker::Outcome::Answered, std::move(answers));
}

void SshPool::cancelPrompt(quint64 id)
{
    d->dials->settlePrompt(id, PromptBroker::Outcome::Cancelled);
}

void SshPool::declinePrompt(quint64 id)
{
    d->dials->settlePrompt(id, PromptBroker::Outcome::Nobody);
}

} // namespace Helmclaw
