// SPDX-License-Identifier: MIT
#include "ssh/RandomArt.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <algorithm>
#include <array>

namespace Helmclaw {

namespace {

constexpr int Width = 17;
constexpr int Height = 9;
constexpr QByteArrayView Characters = " .o+=*BOX@%&#/^SE"; // visits 0…14, then start and end
constexpr int Start = 15;
constexpr int End = 16;

QString shortName(const QByteArray &algorithm)
{
    if (algorithm == "ssh-ed25519")
        return QStringLiteral("ED25519");
    if (algorithm == "ssh-rsa")
        return QStringLiteral("RSA");
    if (algorithm == "ssh-dss")
        return QStringLiteral("DSA");
    if (algorithm.startsWith("ecdsa-sha2-"))
        return QStringLiteral("ECDSA");
    if (algorithm.startsWith("sk-ssh-ed25519"))
        return QStringLiteral("ED25519-SK");
    if (algorithm.startsWith("sk-ecdsa"))
        return QStringLiteral("ECDSA-SK");
    return QStringLiteral("unknown");
}

/// The field with number @p index (from 0) of the blob's strings; empty when there is none.
QByteArrayView fieldOf(QByteArrayView blob, int index)
{
    for (;; --index) {
        if (blob.size() < 4)
            return {};
        const auto length = qsizetype(qFromBigEndian<quint32>(blob.data()));
        if (length > blob.size() - 4)
            return {};
        if (index == 0)
            return blob.sliced(4, length);
        blob = blob.sliced(4 + length);
    }
}

int bitsOf(QByteArrayView number)
{
    while (!number.isEmpty() && number.front() == 0)
        number = number.sliced(1);
    if (number.isEmpty())
        return 0;
    int bits = int(number.size() - 1) * 8;
    for (auto top = quint8(number.front()); top != 0; top >>= 1)
        ++bits;
    return bits;
}

QString border(const QString &label)
{
    const auto left = (Width - label.size()) / 2;
    return QLatin1Char('+') + (QString(left, QLatin1Char('-')) + label).leftJustified(Width, QLatin1Char('-'))
        + QLatin1Char('+');
}

} // namespace

int keyBits(const HostKey &key)
{
    if (key.algorithm.endsWith("nistp384"))
        return 384;
    if (key.algorithm.endsWith("nistp521"))
        return 521;
    if (key.algorithm.contains("ed25519") || key.algorithm.contains("nistp256"))
        return 256;
    if (key.algorithm == "ssh-rsa") // type, e, n
        return bitsOf(fieldOf(key.blob, 2));
    if (key.algorithm == "ssh-dss") // type, p …
        return bitsOf(fieldOf(key.blob, 1));
    return 0;
}

QString randomArt(const HostKey &key)
{
    std::array<std::array<int, Width>, Height> field {};
    int x = Width / 2;
    int y = Height / 2;
    for (const char byte : QCryptographicHash::hash(key.blob, QCryptographicHash::Sha256)) {
        auto rest = static_cast<unsigned char>(byte);
        for (int move = 0; move < 4; ++move) {
            x = std::clamp(x + ((rest & 1) != 0 ? 1 : -1), 0, Width - 1);
            y = std::clamp(y + ((rest & 2) != 0 ? 1 : -1), 0, Height - 1);
            int &visits = field.at(std::size_t(y)).at(std::size_t(x));
            visits = std::min(visits + 1, Start - 1);
            rest >>= 2;
        }
    }
    field[Height / 2][Width / 2] = Start;
    field.at(std::size_t(y)).at(std::size_t(x)) = End;

    QString title = QStringLiteral("[%1 %2]").arg(shortName(key.algorithm)).arg(keyBits(key));
    if (title.size() > Width)
        title = QStringLiteral("[%1]").arg(shortName(key.algorithm));
    QString art = border(title) + QLatin1Char('\n');
    for (const auto &row : field) {
        art += QLatin1Char('|');
        for (const int value : row)
            art += QLatin1Char(Characters.at(value));
        art += QLatin1String("|\n");
    }
    return art + border(QStringLiteral("[SHA256]"));
}

} // namespace Helmclaw
