// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/ServerSessions.h"

#include <QDialog>
#include <QList>

class QLabel;
class QPushButton;
class QTimer;

namespace Helmclaw {

/// Asks, for one server after the other, whether a host key that is pinned nowhere may be pinned. Not modal (see
/// bringUp()): everything else goes on. Cancel is the default; closing the window is Cancel for the shown question.
/// Changed keys never come here: they are a hard stop.
class HostKeyDialog : public QDialog
{
    Q_OBJECT
public:
    /// How long "Pin" stays disabled when another question appears, so that a second click meant for the first
    /// cannot answer it.
    static constexpr int guardMilliseconds = 600;

    /// Not owned; questions that are open already are taken up.
    explicit HostKeyDialog(ServerSessions *sessions, QWidget *parent = nullptr);

    /// Shows the window when there are questions; with @p serverId that server's question first.
    void showQuestions(const QString &serverId = {});
    /// While another question has the keyboard (a login's prompt), this window does not come up.
    void setHeld(bool held);
    [[nodiscard]] int count() const { return static_cast<int>(m_questions.size()); }
    void reject() override;

Q_SIGNALS:
    /// The user asks for these questions while another has the keyboard.
    void turnWanted();
    /// The number of open questions changed.
    void countChanged(int count);

private:
    void add(const HostKeyQuestion &question);
    void remove(quint64 questionId);
    void answer(bool accept);
    void showCurrent();

    ServerSessions *m_sessions;
    QList<HostKeyQuestion> m_questions; ///< the first one is shown
    quint64 m_shown = 0;
    bool m_held = false;
    QLabel *m_lead;
    QLabel *m_counter;
    QLabel *m_target;
    QLabel *m_algorithm;
    QLabel *m_pinnedAs;
    QLabel *m_fingerprint;
    QLabel *m_command;
    QPushButton *m_pin;
    QPushButton *m_cancel;
    QTimer *m_guard;
};

/// "SHA256:" and the base64 in groups of four, for comparing by eye.
[[nodiscard]] QString groupedFingerprint(const QString &fingerprint);

} // namespace Helmclaw
