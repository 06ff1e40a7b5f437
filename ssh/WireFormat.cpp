// SPDX-License-Identifier: MIT
#include "ssh/WireFormat.h"

#include <QtEndian>

namespace Helmclaw {

namespace {

template <class Number> void appendNumber(QByteArray &to, Number value)
{
    const Number big = qToBigEndian(value);
    to.append(reinterpret_cast<const char *>(&big), sizeof big);
}

} // namespace

WireWriter &WireWriter::number32(quint32 value)
{
    appendNumber(m_bytes, value);
    return *this;
}

WireWriter &WireWriter::number64(quint64 value)
{
    appendNumber(m_bytes, value);
    return *this;
}

WireWriter &WireWriter::string(QByteArrayView value)
{
    return number32(static_cast<quint32>(value.size())).append(value);
}

WireWriter &WireWriter::append(QByteArrayView raw)
{
    m_bytes.append(raw.data(), raw.size());
    return *this;
}

QByteArrayView WireReader::take(quint32 size)
{
    if (m_broken || size > static_cast<quint64>(m_rest.size())) {
        m_broken = true;
        m_rest = {};
        return {};
    }
    const QByteArrayView taken = m_rest.first(static_cast<qsizetype>(size));
    m_rest = m_rest.sliced(static_cast<qsizetype>(size));
    return taken;
}

quint32 WireReader::number32()
{
    const QByteArrayView bytes = take(sizeof(quint32));
    return bytes.isEmpty() ? 0 : qFromBigEndian<quint32>(bytes.data());
}

quint64 WireReader::number64()
{
    const QByteArrayView bytes = take(sizeof(quint64));
    return bytes.isEmpty() ? 0 : qFromBigEndian<quint64>(bytes.data());
}

QByteArrayView WireReader::string()
{
    return take(number32());
}

} // namespace Helmclaw
