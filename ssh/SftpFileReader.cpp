// SPDX-License-Identifier: MIT
#include "ssh/SftpFileReader.h"

#include "ssh/Secret.h"

#include <algorithm>

namespace Helmclaw {

SftpFileReader::SftpFileReader(SftpClient &client, SftpDepth &depth, QByteArray handle, const Range &range,
                               quint32 largestChunk, Events events)
    : m_client(client)
    , m_depth(depth)
    , m_handle(std::move(handle))
    , m_range(range)
    , m_largestChunk(largestChunk)
    , m_events(std::move(events))
    , m_next(range.from)
    , m_delivered(range.from)
{
}

SftpFileReader::~SftpFileReader()
{
    for (auto &[offset, part] : m_parts)
        wipe(part); // it may have been a secret
}

void SftpFileReader::request(quint64 limit)
{
    const quint64 end = std::min(limit, m_range.to);
    while (!m_over && !m_fileEnded && m_next < end) {
        const bool known = m_next < m_range.knownEnd;
        if (!m_pending.empty() && (!known || m_underWay >= m_depth.limit()))
            break;
        // Behind the known end a small request does: most often the answer is that there is no more.
        const quint32 size = static_cast<quint32>(
            std::min<quint64>(known ? m_depth.chunk(m_largestChunk) : SftpDepth::smallChunk, end - m_next));
        requestChunk(m_next, size);
        m_next += size;
    }
    if (!m_over && m_pending.empty() && (m_fileEnded || m_delivered >= m_range.to)) {
        stop();
        if (m_parts.empty())
            m_events.end();
        else // there is something behind the end: half a content is none
            m_events.changed();
    }
}

void SftpFileReader::requestChunk(quint64 offset, quint32 size)
{
    const quint64 key = ++m_lastKey;
    m_pending[key] = { offset, size, EventLoop::Clock::now() };
    m_underWay += size;
    m_client.request(Sftp::Read, SftpWriter().string(m_handle).number64(offset).number32(size),
                     [this, key](const SftpAnswer &answer) { answered(key, answer); });
}

void SftpFileReader::answered(quint64 key, const SftpAnswer &answer)
{
    if (m_over)
        return;
    const auto found = m_pending.find(key);
    const Chunk chunk = found->second;
    m_pending.erase(found);
    m_underWay -= chunk.size;
    m_depth.answered(EventLoop::Clock::now() - chunk.sent, chunk.size);
    if (const auto status = answer.status()) {
        if (status->code != Sftp::Eof) {
            stop();
            m_events.failed(*status);
            return;
        }
        m_fileEnded = true;
        return;
    }
    SftpReader fields(answer.body);
    const QByteArrayView data = fields.string();
    if (answer.type != Sftp::Data || fields.isBroken() || data.isEmpty() || data.size() > qsizetype(chunk.size)) {
        stop();
        m_events.malformed();
        return;
    }
    m_parts[chunk.offset] = data.toByteArray();
    const auto got = static_cast<quint32>(data.size());
    if (got < chunk.size) // a short read: the rest, or the end, follows
        requestChunk(chunk.offset + got, chunk.size - got);
    handOut();
}

void SftpFileReader::handOut()
{
    while (!m_over && !m_parts.empty() && m_parts.begin()->first == m_delivered) {
        QByteArray part = std::move(m_parts.begin()->second);
        m_parts.erase(m_parts.begin());
        m_delivered += static_cast<quint64>(part.size());
        m_events.data(std::move(part));
    }
}

} // namespace Helmclaw
