// SPDX-License-Identifier: MIT
#include "ssh/IdentityFile.h"

#include "ssh/Error.h"
#include "ssh/HostKey.h"
#include "ssh/KeyRing.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QtEndian>

namespace Helmclaw {

namespace {

constexpr qint64 maxSize = 64 * 1024;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(IdentityFile)
};

/// A length-prefixed string (RFC 4251 §5) off the front of @p rest; null when there is none.
QByteArray takeString(QByteArrayView &rest)
{
    if (rest.size() < 4)
        return {};
    const quint32 length = qFromBigEndian<quint32>(rest.data());
    if (length > static_cast<quint32>(rest.size() - 4))
        return {};
    const QByteArray value = rest.sliced(4, length).toByteArray();
    rest = rest.sliced(4 + qsizetype(length));
    return value.isNull() ? QByteArray("") : value;
}

/// What libssh 0.10 can decrypt (its table of ciphers without those that also authenticate).
const QList<QByteArray> &readableCiphers()
{
    static const QList<QByteArray> ciphers { "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-cbc",
                                             "aes192-cbc", "aes256-cbc", "3des-cbc" };
    return ciphers;
}

QByteArray publicFromSibling(const QString &path, QByteArray &comment)
{
    QFile file(path + QStringLiteral(".pub"));
    if (!QFileInfo(file.fileName()).isFile() || !file.open(QIODevice::ReadOnly))
        return {};
    const QList<QByteArray> words = file.read(maxSize).simplified().split(' ');
    if (words.size() < 2)
        return {};
    comment = words.mid(2).join(' ');
    const QByteArray blob = QByteArray::fromBase64(words[1]);
    return keyAlgorithm(blob) == words[0] ? blob : QByteArray();
}

/// PROTOCOL.key: "openssh-key-v1" NUL, cipher, kdf, kdf options, number of keys, public key, private part.
bool inspectOpenSsh(const QByteArray &text, IdentityFile &result)
{
    const QByteArray begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
    const qsizetype from = text.indexOf(begin);
    const qsizetype to = text.indexOf("-----END OPENSSH PRIVATE KEY-----");
    if (from < 0 || to < from)
        return false;
    QByteArray decoded = QByteArray::fromBase64(text.mid(from + begin.size(), to - from - begin.size()));
    const QByteArray magic("openssh-key-v1\0", 15);
    bool encrypted = false;
    if (decoded.startsWith(magic)) {
        QByteArrayView rest = QByteArrayView(decoded).sliced(magic.size());
        const QByteArray cipher = takeString(rest);
        encrypted = cipher != "none";
        if (encrypted && !readableCiphers().contains(cipher)) {
            result.reason =
                Text::tr("its cipher %1 cannot be read; change it with \"ssh-keygen -p -Z aes256-ctr -f %2\"")
                    .arg(printable(cipher, 40), IdentityFile::shown(result.path));
        }
        takeString(rest);
        takeString(rest);
        if (rest.size() >= 4) {
            rest = rest.sliced(4);
            result.publicBlob = takeString(rest);
        }
    }
    wipe(decoded);
    if (keyAlgorithm(result.publicBlob).startsWith("sk-"))
        result.reason = Text::tr("a security key is used through ssh-agent only; add it with \"ssh-add %1\"")
                            .arg(IdentityFile::shown(result.path));
    result.state = encrypted ? IdentityFile::State::Encrypted : IdentityFile::State::Plain;
    if (!result.reason.isEmpty())
        result.state = IdentityFile::State::Unusable;
    return true;
}

} // namespace

IdentityFile IdentityFile::read(const QString &path)
{
    IdentityFile result;
    result.path = path;
    result.publicBlob = publicFromSibling(path, result.comment);
    result.certificate = KeyCertificate::read(path + QStringLiteral("-cert.pub"));
    const QFileInfo info(path);
    if (!info.exists()) {
        result.state = result.publicBlob.isEmpty() ? State::Missing : State::PublicOnly;
        return result;
    }
    QFile file(path);
    if (!info.isFile() || !file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        result.state = State::Unusable;
        result.reason = info.isFile() ? file.errorString() : Text::tr("not a file");
        return result;
    }
    QByteArray text = file.read(maxSize);
    const QByteArray siblingBlob = result.publicBlob;
    if (!inspectOpenSsh(text, result)) {
        if (text.contains("PRIVATE KEY-----")) {
            result.state = text.contains("ENCRYPTED") ? State::Encrypted : State::Plain;
        } else if (text.startsWith("ssh-") || text.startsWith("ecdsa-") || text.startsWith("sk-")) {
            // A public key as IdentityFile: "use this one from the agent", ssh_config(5).
            const QList<QByteArray> words = text.simplified().split(' ');
            const QByteArray blob = words.size() > 1 ? QByteArray::fromBase64(words[1]) : QByteArray();
            result.state = keyAlgorithm(blob) == words[0] ? State::PublicOnly : State::Unusable;
            result.publicBlob = blob;
        } else {
            result.state = State::Unusable;
        }
        if (result.state == State::Unusable)
            result.reason = Text::tr("not a private key");
    }
    if (result.publicBlob.isEmpty())
        result.publicBlob = siblingBlob;
    if (result.state == State::Encrypted)
        result.textHash = QCryptographicHash::hash(text, QCryptographicHash::Sha256);
    if (result.state == State::Plain)
        result.privateText = Secret::takeFrom(text);
    else
        wipe(text);
    return result;
}

bool IdentityFile::opensWith(const QString &path, const Secret &passphrase)
{
    return KeyRing::decrypt(path, passphrase) != nullptr;
}

QString IdentityFile::shown(const QString &path)
{
    const QString home = QDir::homePath() + QLatin1Char('/');
    return path.startsWith(home) ? QStringLiteral("~/") + path.mid(home.size()) : path;
}

QString keyFingerprint(const QByteArray &blob)
{
    return HostKey { {}, blob }.fingerprint();
}

QByteArray keyAlgorithm(const QByteArray &blob)
{
    QByteArrayView rest(blob);
    return takeString(rest);
}

} // namespace Helmclaw
