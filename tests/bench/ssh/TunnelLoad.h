// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

namespace Helmclaw::Bench {

/// A service for tunnels to lead to, on 127.0.0.1, in threads of this process: a connection that first sends an
/// eight-byte number N (big endian) gets N bytes, or, when N is 0, every 200 bytes it sends answered by 1,000.
class LoadService
{
public:
    LoadService();
    ~LoadService();
    LoadService(const LoadService &) = delete;
    LoadService &operator=(const LoadService &) = delete;
    [[nodiscard]] quint16 port() const { return m_port; }

private:
    int m_listener = -1;
    quint16 m_port = 0;
};

/// Megabytes per second that @p connections connections to 127.0.0.1:@p port receive together, @p megabytes in all.
/// Negative when one of them broke.
[[nodiscard]] double bulkRate(quint16 port, int connections, int megabytes);

/// Median time in microseconds from a small request to its whole answer, over @p connections connections at once, each
/// with @p requests requests one after the other. Negative when one broke.
[[nodiscard]] double requestTime(quint16 port, int connections, int requests);

} // namespace Helmclaw::Bench
