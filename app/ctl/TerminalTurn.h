// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QPointer>
#include <QQueue>

#include <functional>

namespace Helmclaw {

/// Whose question is on the terminal: one at a time, in the order they came. Two readers of one terminal would take
/// each other's answers.
class TerminalTurn : public QObject
{
public:
    using QObject::QObject;

    /// Calls @p begin when the terminal is free, at once if it is. Dropped when @p asker dies first.
    void request(QObject *asker, std::function<void()> begin)
    {
        m_waiting.enqueue({ asker, std::move(begin) });
        next();
    }
    /// The question is done with; the next one begins.
    void release()
    {
        m_taken = false;
        next();
    }

private:
    struct Waiting
    {
        QPointer<QObject> asker;
        std::function<void()> begin;
    };
    void next()
    {
        while (!m_taken && !m_waiting.isEmpty()) {
            const Waiting waiting = m_waiting.dequeue();
            m_taken = waiting.asker != nullptr;
            if (m_taken)
                waiting.begin();
        }
    }
    QQueue<Waiting> m_waiting;
    bool m_taken = false;
};

} // namespace Helmclaw
