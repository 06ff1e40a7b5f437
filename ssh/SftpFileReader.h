// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/SftpClient.h"
#include "ssh/SftpDepth.h"

#include <QByteArray>

#include <functional>
#include <map>

namespace Helmclaw {

/// Reads a part of an open file with many requests under way, and hands it out in order.
class SftpFileReader
{
public:
    struct Range
    {
        quint64 from = 0;
        quint64 to = 0; ///< the first byte not wanted
        quint64 knownEnd =
            0; ///< as the server said; behind it one request at a time until the server says that it ends
    };
    struct Events
    {
        std::function<void(QByteArray part)> data;
        std::function<void()> end; ///< the range, or the file, is at its end
        std::function<void(const SftpAnswer::StatusText &status)> failed;
        std::function<void()> changed; ///< the file became shorter while it was read
        std::function<void()> malformed;
    };

    /// @p depth has seen the answers that came before. All that is given must outlive this object.
    SftpFileReader(SftpClient &client, SftpDepth &depth, QByteArray handle, const Range &range, quint32 largestChunk,
                   Events events);
    ~SftpFileReader();

    /// Asks for as much as may be under way, up to (not including) @p limit of the file: the caller takes no more.
    void request(quint64 limit);
    [[nodiscard]] bool isWaiting() const { return !m_pending.empty(); }

private:
    struct Chunk
    {
        quint64 offset = 0;
        quint32 size = 0;
        EventLoop::Clock::time_point sent;
    };
    void requestChunk(quint64 offset, quint32 size);
    void answered(quint64 key, const SftpAnswer &answer);
    void handOut();
    void stop() { m_over = true; }

    SftpClient &m_client;
    SftpDepth &m_depth;
    QByteArray m_handle;
    Range m_range;
    quint32 m_largestChunk;
    Events m_events;
    std::map<quint64, Chunk> m_pending; ///< by a number of ours
    std::map<quint64, QByteArray> m_parts; ///< by offset: arrived before their turn
    quint64 m_lastKey = 0;
    quint64 m_next; ///< the first byte not asked for
    quint64 m_delivered; ///< the first byte not handed out
    qint64 m_underWay = 0;
    bool m_fileEnded = false;
    bool m_over = false;
};

} // namespace Helmclaw
