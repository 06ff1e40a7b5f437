// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <deque>
#include <functional>
#include <mutex>

namespace Helmclaw {

/// The one way from the pool's threads to its owner's thread: a queue, and at most one posted event however many
/// letters lie in it, so that a busy server cannot flood the owner's event loop. Lives in the owner's thread.
class Mailbox : public QObject
{
public:
    using Letter = std::function<void()>;
    using QObject::QObject;

    /// Any thread. After close() letters are dropped.
    void post(Letter letter);
    void close();
    /// Called after every batch, in the owner's thread.
    void setAfterBatch(std::function<void()> callback) { m_afterBatch = std::move(callback); }

protected:
    bool event(QEvent *event) override;

private:
    std::mutex m_mutex;
    std::deque<Letter> m_letters; ///< under m_mutex
    bool m_pending = false; ///< under m_mutex: an event is on its way
    bool m_closed = false; ///< under m_mutex
    std::function<void()> m_afterBatch;
};

} // namespace Helmclaw
