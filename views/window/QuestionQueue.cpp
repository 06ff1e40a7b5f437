// SPDX-License-Identifier: MIT
#include "views/window/QuestionQueue.h"

#include "views/dialogs/HostKeyDialog.h"
#include "views/dialogs/PromptDialog.h"

#include <QApplication>

namespace Helmclaw {

QuestionQueue::QuestionQueue(ServerSessions *sessions, Keychain *keychain, HostKeyDialog *hostKeys, QWidget *window)
    : QObject(window)
    , m_hostKeys(hostKeys)
    , m_questions(new LoginPrompts(sessions, keychain, this))
{
    m_prompts = new PromptDialog(m_questions, window);
    connect(m_prompts, &PromptDialog::pageRequested, this, &QuestionQueue::pageRequested);
    connect(m_prompts, &PromptDialog::activeChanged, m_hostKeys, &HostKeyDialog::setHeld);
    connect(m_hostKeys, &HostKeyDialog::countChanged, m_prompts,
            [this] { m_prompts->setHeld(m_hostKeys->isVisible()); });
    connect(m_hostKeys, &HostKeyDialog::turnWanted, m_prompts, &PromptDialog::setAside);
    const auto alert = [window] {
        if (QApplication::activeWindow() == nullptr)
            QApplication::alert(window);
    };
    connect(m_prompts, &PromptDialog::attentionWanted, window, alert);
    connect(m_hostKeys, &HostKeyDialog::countChanged, window, [alert](int count) {
        if (count > 0)
            alert();
    });
}

} // namespace Helmclaw
