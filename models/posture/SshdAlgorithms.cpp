// SPDX-License-Identifier: MIT
#include "models/posture/SshdAlgorithms.h"

#include <QRegularExpression>

namespace Helmclaw {

AlgorithmStrength algorithmStrength(const QString &name)
{
    // Broken: RC4 (RFC 8758), DES and 64-bit blocks (Sweet32), MD5, DSA, SHA-1 signatures and SHA-1 in the key exchange
    // (RFC 9142), the 1024-bit group.
    static const QRegularExpression broken(
        QStringLiteral("\\A(?:arcfour.*|3des-.*|des-.*|blowfish-.*|cast128-.*|none|hmac-md5.*|hmac-ripemd160.*|"
                       "ssh-dss.*|ssh-rsa|ssh-rsa-cert-v0[01]@openssh\\.com|diffie-hellman-group1-sha1|"
                       "diffie-hellman-group-exchange-sha1|gss-gex-sha1-.*|gss-group1-sha1-.*)\\z"));
    static const QRegularExpression weak(
        QStringLiteral("\\A(?:aes(?:128|192|256)-cbc|rijndael-cbc@lysator\\.liu\\.se|hmac-sha1.*|umac-64.*|"
                       "diffie-hellman-group14-sha1|gss-group14-sha1-.*)\\z"));
    if (broken.match(name).hasMatch())
        return AlgorithmStrength::Broken;
    return weak.match(name).hasMatch() ? AlgorithmStrength::Weak : AlgorithmStrength::Fine;
}

QStringList algorithmsOf(const QString &list, AlgorithmStrength strength)
{
    QStringList found;
    for (const QString &name : list.split(u',', Qt::SkipEmptyParts)) {
        if (algorithmStrength(name) == strength && !found.contains(name))
            found.append(name);
    }
    return found;
}

bool isAlgorithmList(const QString &list)
{
    static const QRegularExpression names(
        QStringLiteral("\\A[a-zA-Z0-9][a-zA-Z0-9@.+-]{2,63}(?:,[a-zA-Z0-9][a-zA-Z0-9@.+-]{2,63})*\\z"));
    return list.size() < 8192 && names.match(list).hasMatch();
}

} // namespace Helmclaw
