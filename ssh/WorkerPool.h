// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace Helmclaw {

/// The dial lane's few threads. They run steps of many dials; a step never waits for the network, but one that asks the
/// SSH agent may wait for the user (confirmation, a touch), so such steps never take the last thread.
class WorkerPool
{
public:
    using Task = std::function<void()>;
    explicit WorkerPool(int threads); ///< 2…4
    ~WorkerPool();
    WorkerPool(const WorkerPool &) = delete;
    WorkerPool &operator=(const WorkerPool &) = delete;

    /// Any thread. Dropped unrun after stop().
    void run(Task task, bool mayWaitForUser);
    /// Drops what is queued, joins.
    void stop();

private:
    void work();

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Task> m_quick;
    std::deque<Task> m_patient;
    int m_patientRunning = 0;
    int m_patientLimit = 1;
    bool m_stopping = false;
    std::vector<std::thread> m_threads;
};

} // namespace Helmclaw
