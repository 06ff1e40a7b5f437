// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

class QWidget;

namespace Helmclaw {

class HostKeyDialog;
class PromptDialog;
class ServerSessions;

/// One queue for all questions of logins: host keys and prompts are never on the screen together, the one that came
/// first keeps the keyboard. Draws attention to the program when a question comes up while it is in the background.
class QuestionQueue : public QObject
{
    Q_OBJECT
public:
    /// None is owned. Makes the window answer prompts as long as it lives; @p window is also the dialogs' parent.
    QuestionQueue(ServerSessions *sessions, HostKeyDialog *hostKeys, QWidget *window);

private:
    HostKeyDialog *m_hostKeys;
    PromptDialog *m_prompts;
};

} // namespace Helmclaw
