// SPDX-License-Identifier: MIT
#include "ssh/Mailbox.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QPointer>

namespace Helmclaw {

void Mailbox::post(Letter letter)
{
    // Posting stays under the lock: close() must be able to promise that nobody touches this object afterwards.
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return;
    m_letters.push_back(std::move(letter));
    if (!m_pending) {
        m_pending = true;
        QCoreApplication::postEvent(this, new QEvent(QEvent::User));
    }
}

void Mailbox::close()
{
    std::deque<Letter> dropped;
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    dropped.swap(m_letters);
}

bool Mailbox::event(QEvent *event)
{
    if (event->type() != QEvent::User)
        return QObject::event(event);
    // A frame is 16 ms: a big batch is read in slices, and the owner's event loop gets its turn between them.
    constexpr qint64 sliceMilliseconds = 4;
    QElapsedTimer timer;
    timer.start();
    const QPointer<Mailbox> alive(this); // a letter's receiver may delete the pool
    for (;;) {
        Letter letter;
        {
            const std::lock_guard lock(m_mutex);
            if (m_letters.empty()) {
                m_pending = false;
                break;
            }
            if (timer.elapsed() >= sliceMilliseconds) {
                QCoreApplication::postEvent(this, new QEvent(QEvent::User));
                break;
            }
            letter = std::move(m_letters.front());
            m_letters.pop_front();
        }
        letter();
        if (!alive)
            return true;
    }
    if (m_afterBatch)
        m_afterBatch();
    return true;
}

} // namespace Helmclaw
