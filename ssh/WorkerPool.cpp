// SPDX-License-Identifier: MIT
#include "ssh/WorkerPool.h"

#include <algorithm>
#include <csignal>

#include <pthread.h>

namespace Helmclaw {

WorkerPool::WorkerPool(int threads)
{
    const int count = std::clamp(threads, 2, 4);
    m_patientLimit = count - 1;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (int i = 0; i < count; ++i) {
        m_threads.emplace_back([this] { work(); });
        pthread_setname_np(m_threads.back().native_handle(), "ssh-dial");
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

WorkerPool::~WorkerPool()
{
    stop();
}

void WorkerPool::run(Task task, bool mayWaitForUser)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping)
            return;
        (mayWaitForUser ? m_patient : m_quick).push_back(std::move(task));
    }
    m_wake.notify_one();
}

void WorkerPool::stop()
{
    std::deque<Task> dropped;
    std::deque<Task> droppedToo;
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        dropped.swap(m_quick);
        droppedToo.swap(m_patient);
    }
    m_wake.notify_all();
    for (std::thread &thread : m_threads)
        thread.join();
    m_threads.clear();
}

void WorkerPool::work()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] {
            return m_stopping || !m_quick.empty() || (!m_patient.empty() && m_patientRunning < m_patientLimit);
        });
        if (m_stopping)
            return;
        const bool patient = m_quick.empty();
        auto &queue = patient ? m_patient : m_quick;
        Task task = std::move(queue.front());
        queue.pop_front();
        m_patientRunning += patient ? 1 : 0;
        lock.unlock();
        task();
        task = nullptr;
        lock.lock();
        if (patient) {
            --m_patientRunning;
            m_wake.notify_one(); // somebody may have been held back by the limit
        }
    }
}

} // namespace Helmclaw
