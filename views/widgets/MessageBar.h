// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PostureStore.h"
#include "views/theme/Colors.h"

#include <QList>
#include <QWidget>

#include <functional>

class QVBoxLayout;

namespace Helmclaw {

/// What one bar says.
struct Message
{
    /// A button of the bar. Pressing it closes the bar first.
    struct Button
    {
        QString text;
        std::function<void()> action;
    };

    QString key; ///< a new message with the same key replaces the old one
    Tone tone = Tone::Info;
    QString icon; ///< name for Icons
    QString text; ///< what happened; plain text
    QString remedy; ///< what to do next; plain text, may be empty
    QList<Button> buttons;
};

/// Messages inside the window instead of dialogs: newest on top, at most maxShown at a time, the rest counted.
class MessageBar : public QWidget
{
    Q_OBJECT
public:
    static constexpr int maxShown = 3;

    explicit MessageBar(QWidget *parent = nullptr);

    void showMessage(const Message &message);
    void closeMessage(const QString &key);
    [[nodiscard]] bool contains(const QString &key) const;
    [[nodiscard]] const QList<Message> &messages() const { return m_messages; }

    /// @p error as a message: its text, its remedy, the glyph of its kind.
    [[nodiscard]] static Message fromError(const QString &key, const Error &error);

private:
    void rebuild();

    QList<Message> m_messages; ///< newest first
    QVBoxLayout *m_layout;
};

} // namespace Helmclaw
