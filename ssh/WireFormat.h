// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace Helmclaw {

/// Puts the fields of a packet together, in SSH's wire format (RFC 4251 §5).
class WireWriter
{
public:
    WireWriter &number32(quint32 value);
    WireWriter &number64(quint64 value);
    WireWriter &string(QByteArrayView value);
    WireWriter &append(QByteArrayView raw);
    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
};

/// Takes a packet from outside apart. After the first field that does not fit everything is empty and isBroken().
class WireReader
{
public:
    explicit WireReader(QByteArrayView packet)
        : m_rest(packet)
    {
    }
    [[nodiscard]] quint32 number32();
    [[nodiscard]] quint64 number64();
    [[nodiscard]] QByteArrayView string(); ///< points into the packet
    [[nodiscard]] bool isBroken() const { return m_broken; }
    [[nodiscard]] bool isAtEnd() const { return m_rest.isEmpty(); }

private:
    [[nodiscard]] QByteArrayView take(quint32 size);
    QByteArrayView m_rest;
    bool m_broken = false;
};

} // namespace Helmclaw
