// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Secret.h"

#include <QObject>
#include <QPointer>
#include <QQueue>

#include <functional>
#include <memory>
#include <optional>

#include <termios.h>

class QSocketNotifier;

namespace Helmclaw {

/// The controlling terminal (/dev/tty, whatever standard input is), for one question at a time: two readers of one
/// terminal would take each other's answers. Leaves the terminal as it was, but for a stop in the middle of a question
/// (Ctrl+Z, SIGTSTP): then the echo is as the question has it until the shell sets the terminal anew, as shells do.
/// Thread: the main thread.
class Terminal : public QObject
{
    Q_OBJECT
public:
    /// Null when there is none: then nobody can be asked.
    [[nodiscard]] static std::unique_ptr<Terminal> open();
    ~Terminal() override;

    /// Calls @p begin when the terminal is free, at once if it is. Dropped when @p asker dies first. What began ends
    /// with release().
    void request(QObject *asker, std::function<void()> begin);
    /// The question is done with, or taken back; the next one begins.
    void release();

    /// A line as it was typed, without its end; nothing at the end of the file.
    using Answered = std::function<void(std::optional<Secret> line)>;
    /// Writes @p question and reads one line for it. What was typed before the question is no answer to it and is
    /// thrown away. Only between request() and release().
    void ask(const QString &question, bool echo, Answered answered);
    void write(const QString &text) const;

private:
    explicit Terminal(int tty);
    void next();
    void readLine();
    void stopReading();
    void setEcho(bool on);

    struct Waiting
    {
        QPointer<QObject> asker;
        std::function<void()> begin;
    };
    int m_tty;
    QSocketNotifier *m_input;
    QQueue<Waiting> m_waiting;
    bool m_taken = false;
    Answered m_answered; ///< set while a line is read
    std::optional<termios> m_before; ///< while the echo is off
};

} // namespace Helmclaw
