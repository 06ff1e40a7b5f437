// SPDX-License-Identifier: MIT
#include "ssh/KeyCertificate.h"

#include "ssh/IdentityFile.h"

#include <QCoreApplication>
#include <QFile>
#include <QHash>
#include <QLocale>
#include <QtEndian>

namespace Helmclaw {

namespace {

constexpr auto suffix = "-cert-v01@openssh.com";
constexpr quint32 userCertificate = 1; // SSH_CERT_TYPE_USER

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(KeyCertificate)
};

/// How many fields the public key has behind its type; 0 for a type that is not known.
int keyFields(const QByteArray &algorithm)
{
    static const QHash<QByteArray, int> fields {
        { "ssh-ed25519", 1 },
        { "ssh-rsa", 2 },
        { "ecdsa-sha2-nistp256", 2 },
        { "ecdsa-sha2-nistp384", 2 },
        { "ecdsa-sha2-nistp521", 2 },
        { "sk-ssh-ed25519@openssh.com", 2 },
        { "sk-ecdsa-sha2-nistp256@openssh.com", 3 },
    };
    return fields.value(algorithm);
}

template <class Number> bool take(QByteArrayView &rest, Number &value)
{
    if (rest.size() < qsizetype(sizeof value))
        return false;
    value = qFromBigEndian<Number>(rest.data());
    rest = rest.sliced(qsizetype(sizeof value));
    return true;
}

bool take(QByteArrayView &rest, QByteArray &value)
{
    quint32 length = 0;
    if (!take(rest, length) || qsizetype(length) > rest.size())
        return false;
    value = rest.first(length).toByteArray();
    rest = rest.sliced(length);
    return true;
}

void append(QByteArray &to, const QByteArray &value)
{
    const quint32 size = qToBigEndian(static_cast<quint32>(value.size()));
    to.append(reinterpret_cast<const char *>(&size), sizeof size).append(value);
}

} // namespace

QByteArray plainAlgorithm(const QByteArray &algorithm)
{
    if (!algorithm.endsWith(suffix))
        return algorithm;
    const QByteArray name = algorithm.chopped(qsizetype(qstrlen(suffix)));
    return name.startsWith("sk-") ? name + "@openssh.com" : name;
}

std::optional<KeyCertificate> KeyCertificate::parse(const QByteArray &blob)
{
    KeyCertificate result;
    result.blob = blob;
    QByteArrayView rest(blob);
    QByteArray algorithm;
    QByteArray nonce;
    if (!take(rest, algorithm) || !algorithm.endsWith(suffix) || !take(rest, nonce))
        return std::nullopt;
    const QByteArray plain = plainAlgorithm(algorithm);
    const int fields = keyFields(plain);
    append(result.key, plain);
    for (int i = 0; i < fields; ++i) {
        QByteArray field;
        if (!take(rest, field))
            return std::nullopt;
        append(result.key, field);
    }
    quint64 serial = 0;
    quint32 type = 0;
    QByteArray principals;
    quint64 validAfter = 0;
    quint64 validBefore = 0;
    if (fields == 0 || !take(rest, serial) || !take(rest, type) || !take(rest, result.keyId) || !take(rest, principals)
        || !take(rest, validAfter) || !take(rest, validBefore))
        return std::nullopt;
    QByteArray skipped; // critical options, extensions, reserved
    for (int i = 0; i < 3; ++i) {
        if (!take(rest, skipped))
            return std::nullopt;
    }
    if (!take(rest, result.authority))
        return std::nullopt;
    result.isUser = type == userCertificate;
    constexpr quint64 representable = 253402300799; // the year 9999; "forever" is 2^64-1
    if (validBefore <= representable)
        result.validBefore = QDateTime::fromSecsSinceEpoch(qint64(validBefore), Qt::UTC);
    return result;
}

std::optional<KeyCertificate> KeyCertificate::read(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QList<QByteArray> words = file.read(qint64(64) * 1024).simplified().split(' ');
    return words.size() > 1 ? parse(QByteArray::fromBase64(words[1])) : std::nullopt;
}

QString KeyCertificate::expiryNote() const
{
    if (validBefore.isNull() || validBefore > QDateTime::currentDateTimeUtc())
        return {};
    return Text::tr(", expired on %1").arg(QLocale().toString(validBefore.toLocalTime(), QLocale::ShortFormat));
}

} // namespace Helmclaw
