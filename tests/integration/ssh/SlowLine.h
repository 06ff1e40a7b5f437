// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace Helmclaw::Test {

/// A line between 127.0.0.1:port() and a port of 127.0.0.1: it delays every byte, lets only so many pass per second,
/// and its buffer holds what waits (as a modem's does). Can stop passing anything without closing.
class SlowLine
{
public:
    struct Quality
    {
        std::chrono::milliseconds delay { 0 }; ///< one way
        qint64 bytesPerSecond = 0; ///< 0: as fast as it goes
        qint64 buffer = 32 * 1024 * 1024; ///< per direction and connection
    };
    SlowLine(quint16 target, const Quality &quality);
    ~SlowLine();
    SlowLine(const SlowLine &) = delete;
    SlowLine &operator=(const SlowLine &) = delete;
    [[nodiscard]] quint16 port() const { return m_port; }
    /// Nothing passes any more, and nothing is closed: a pulled plug.
    void freeze(bool frozen) { m_frozen = frozen; }
    /// New connections are closed at once, as those to a server that is starting up.
    void refuse(bool refused) { m_refused = refused; }

private:
    void run();
    int m_listener = -1;
    quint16 m_port = 0;
    quint16 m_target;
    Quality m_quality;
    std::atomic<bool> m_quit { false };
    std::atomic<bool> m_frozen { false };
    std::atomic<bool> m_refused { false };
    std::thread m_thread;
};

} // namespace Helmclaw::Test
