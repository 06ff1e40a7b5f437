// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/LoginPrompts.h"

#include <QDialog>
#include <QElapsedTimer>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTimer;
class QCheckBox;

namespace Helmclaw {

/// Puts the questions of logins to the user, one after the other. Not modal (see bringUp()): every other server goes
/// on. Closing the window is Cancel for the shown question. What is typed is hidden unless the server asks for it
/// openly.
class PromptDialog : public QDialog
{
    Q_OBJECT
public:
    /// How long a question that appears by itself takes no keys: what was being typed was meant for something else.
    static constexpr int guardMilliseconds = 600;

    /// Not owned; questions that are open already are taken up.
    explicit PromptDialog(LoginPrompts *prompts, QWidget *parent = nullptr);

    /// While another window of the queue is being answered (a host key's), this one does not appear.
    void setHeld(bool held);
    /// Something else is answered first: the shown question goes from the screen and stays open, what was typed is
    /// dropped. It comes back with setHeld(false).
    void setAside();
    void reject() override;

protected:
    void keyPressEvent(QKeyEvent *event) override;

Q_SIGNALS:
    /// A question is on the screen, or no longer.
    void activeChanged(bool active);
    /// The user wants the page that a login is confirmed at in the browser.
    void pageRequested(const QUrl &page);
    /// A question came up while none of the program's windows was active.
    void attentionWanted();

private:
    void showCurrent();
    void leave();
    [[nodiscard]] bool isExpected(const Prompt &prompt) const;
    void fill(const Prompt &prompt);
    void fitSays();
    void describe(const Prompt &prompt);
    void makeFields(const Prompt &prompt);
    void accept() override;
    void returnPressed(const QLineEdit *field);
    void setUsable(bool usable);
    void tick();

    LoginPrompts *m_prompts;
    quint64 m_shown = 0;
    bool m_held = false;
    bool m_active = false; ///< the window is there, maybe between two questions
    QElapsedTimer m_answered; ///< since the last answer
    QString m_answeredServer;
    Prompt m_prompt;
    QLabel *m_lead;
    QLabel *m_target;
    QLabel *m_method;
    QLabel *m_keyName;
    QLabel *m_key;
    QLabel *m_others;
    QLabel *m_problem;
    QLabel *m_saysName;
    QPlainTextEdit *m_says;
    QFormLayout *m_form;
    QList<QLineEdit *> m_edits;
    QCheckBox *m_reveal;
    QCheckBox *m_keep;
    QLabel *m_keepProblem;
    QLabel *m_time;
    QLabel *m_counter;
    QPushButton *m_copy;
    QPushButton *m_continue;
    QPushButton *m_cancel;
    QTimer *m_guard;
    QTimer *m_clock;
    QTimer *m_linger;
};

} // namespace Helmclaw
