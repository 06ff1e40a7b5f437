// SPDX-License-Identifier: MIT
#include "ssh/SftpDepth.h"

#include <algorithm>

namespace Helmclaw {

bool SftpDepth::isLongLine() const
{
    return m_shortest != Time::max() && m_shortest >= longLine;
}

quint32 SftpDepth::chunk(quint32 largest) const
{
    // 64 requests fill the limit: few enough to cost little each, many enough that a slow one does not empty the line.
    return static_cast<quint32>(std::clamp<qint64>(m_limit / 64, smallChunk, std::max(largest, smallChunk)));
}

void SftpDepth::answered(Time took, qint64 bytes)
{
    m_shortest = std::min(m_shortest, took);
    m_sinceCut += bytes;
    if (took > m_shortest + maxDelay) {
        // Once per amount under way: the answers that follow were asked for before the cut.
        if (m_sinceCut >= m_limit) {
            m_limit = std::max(least, m_limit * 3 / 4);
            m_sinceCut = 0;
            m_wasCut = true;
        }
        return;
    }
    // Doubles with every round trip until it was too much once; then by one request per round trip.
    m_limit += m_wasCut ? std::max<qint64>(1, smallChunk * bytes / m_limit) : bytes;
    m_limit = std::min(m_limit, isLongLine() ? mostFar : mostNear);
}

} // namespace Helmclaw
