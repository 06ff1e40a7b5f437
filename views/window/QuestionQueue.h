// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/LoginPrompts.h"

#include <QObject>

class QWidget;

namespace Helmclaw {

class HostKeyDialog;
class Keychain;
class PromptDialog;
class ServerSessions;

/// One queue for all questions of logins: host keys and prompts are never on the screen together, the one that came
/// first keeps the keyboard. Draws attention to the program when a question comes up while it is in the background.
class QuestionQueue : public QObject
{
    Q_OBJECT
public:
    /// None is owned; @p keychain may be null. Makes the window answer prompts as long as it lives; @p window is also
    /// the dialogs' parent.
    QuestionQueue(ServerSessions *sessions, Keychain *keychain, HostKeyDialog *hostKeys, QWidget *window);

    [[nodiscard]] LoginPrompts *prompts() const { return m_questions; }

Q_SIGNALS:
    /// The user wants to confirm a login in the browser.
    void pageRequested(const QUrl &page);

private:
    HostKeyDialog *m_hostKeys;
    LoginPrompts *m_questions;
    PromptDialog *m_prompts;
};

} // namespace Helmclaw
