// SPDX-License-Identifier: MIT
#include "ssh/FileReplies.h"

namespace Helmclaw {

QByteArray ReadRangeReply::read(qsizetype maxSize)
{
    QByteArray result;
    if (maxSize <= 0 || m_parts.isEmpty())
        return result;
    if (m_parts.first().size() <= maxSize)
        result = m_parts.takeFirst(); // most often that is all, and nothing is copied
    while (!m_parts.isEmpty() && result.size() < maxSize) {
        QByteArray &part = m_parts.first();
        const qsizetype size = std::min(maxSize - result.size(), part.size());
        result.append(part.constData(), size);
        if (size == part.size())
            m_parts.removeFirst();
        else
            part.remove(0, size);
    }
    m_available -= static_cast<quint64>(result.size());
    taken(static_cast<quint64>(result.size()));
    return result;
}

} // namespace Helmclaw
