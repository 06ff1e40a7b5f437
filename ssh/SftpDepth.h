// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <chrono>

namespace Helmclaw {

/// How many bytes of a file may be under way at once. Enough to fill the line, but no more: what is under way beyond
/// that lies in the buffers of the line, and the session's other commands would wait behind it. The time that answers
/// take tells: while it stays near the shortest one seen, the line has room; when it grows by more than maxDelay, less
/// is asked for.
class SftpDepth
{
public:
    using Time = std::chrono::nanoseconds;

    /// An answer to a request of @p bytes came after @p took. Small ones (a stat) tell the line's own delay.
    void answered(Time took, qint64 bytes);
    [[nodiscard]] qint64 limit() const { return m_limit; }
    /// Whether the line's delay alone makes a wider channel window worth its memory.
    [[nodiscard]] bool isLongLine() const;
    /// A good size for one request, of at most @p largest bytes.
    [[nodiscard]] quint32 chunk(quint32 largest) const;

    static constexpr Time maxDelay = std::chrono::milliseconds(150);
    static constexpr Time longLine = std::chrono::milliseconds(10);
    static constexpr quint32 smallChunk = 32 * 1024; ///< what every server must serve
    static constexpr qint64 first = 8 * qint64(smallChunk);
    static constexpr qint64 least = 2 * qint64(smallChunk);
    static constexpr qint64 mostNear = 64 * qint64(smallChunk);
    static constexpr qint64 mostFar = 64 * qint64(255 * 1024);

private:
    qint64 m_limit = first;
    Time m_shortest = Time::max();
    qint64 m_sinceCut = 0; ///< bytes answered since the limit was cut
    bool m_wasCut = false; ///< from then on it grows slowly
};

} // namespace Helmclaw
