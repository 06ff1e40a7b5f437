// SPDX-License-Identifier: MIT
#include "ssh/Resolver.h"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include <netdb.h>
#include <pthread.h>

namespace Helmclaw {

namespace {

constexpr int maxThreads = 8;

struct Request
{
    QByteArray host;
    QByteArray port;
    EventLoop *loop = nullptr;
    std::function<void(Resolution)> done;
};

Resolution lookUp(const QByteArray &host, const QByteArray &port, int flags)
{
    addrinfo hints {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo *list = nullptr;
    Resolution result;
    result.error = ::getaddrinfo(host.constData(), port.constData(), &hints, &list);
    for (const addrinfo *entry = list; result.error == 0 && entry != nullptr; entry = entry->ai_next) {
        SocketAddress address;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.size = entry->ai_addrlen;
        result.addresses.push_back(address);
    }
    if (list != nullptr)
        ::freeaddrinfo(list);
    return result;
}

} // namespace

struct Resolver::State
{
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Request> requests;
    int threads = 0;
    int idle = 0;
    bool stopping = false;
};

Resolver::Resolver()
    : m_state(std::make_shared<State>())
{
}

Resolver::~Resolver()
{
    std::unique_lock lock(m_state->mutex);
    m_state->stopping = true;
    m_state->requests.clear();
    m_state->wake.notify_all();
    // Threads that are not inside getaddrinfo() end now; for the others nobody waits.
    m_state->wake.wait_for(lock, std::chrono::milliseconds(200), [this] { return m_state->threads == 0; });
}

void Resolver::resolve(const QString &host, quint16 port, EventLoop &loop, std::function<void(Resolution)> done)
{
    Request request { host.toUtf8(), QByteArray::number(port), &loop, std::move(done) };
    Resolution numeric = lookUp(request.host, request.port, AI_NUMERICHOST);
    if (numeric.error == 0) {
        loop.post([done = std::move(request.done), numeric = std::move(numeric)] { done(numeric); });
        return;
    }
    const std::lock_guard lock(m_state->mutex);
    m_state->requests.push_back(std::move(request));
    if (m_state->idle >= static_cast<int>(m_state->requests.size()) || m_state->threads >= maxThreads) {
        m_state->wake.notify_one();
        return;
    }
    ++m_state->threads;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    std::thread thread([state = m_state] { work(state); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread.native_handle(), "ssh-names");
    thread.detach();
}

void Resolver::work(const std::shared_ptr<State> &state)
{
    std::unique_lock lock(state->mutex);
    for (;;) {
        ++state->idle;
        const bool woken = state->wake.wait_for(lock, std::chrono::seconds(10),
                                                [&state] { return state->stopping || !state->requests.empty(); });
        --state->idle;
        if (!woken || state->stopping)
            break;
        Request request = std::move(state->requests.front());
        state->requests.pop_front();
        lock.unlock();
        Resolution result = lookUp(request.host, request.port, AI_ADDRCONFIG);
        if (result.error != 0 && result.error != EAI_AGAIN)
            result = lookUp(request.host, request.port, 0); // a machine with nothing but loopback
        lock.lock();
        // Under the lock: while it is held and nobody is stopping, the loop is alive.
        if (!state->stopping)
            request.loop->post([done = std::move(request.done), result = std::move(result)] { done(result); });
    }
    --state->threads;
    state->wake.notify_all();
}

QString resolveErrorText(int error)
{
    return QString::fromLocal8Bit(::gai_strerror(error));
}

} // namespace Helmclaw
