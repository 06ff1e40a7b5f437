// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>

#include <optional>

namespace Helmclaw {

/// An OpenSSH certificate of a user or a host (PROTOCOL.certkeys): a public key with a certificate authority's
/// signature, used in the key's place. The signature is for whoever it is shown to: the server, or ssh.
struct KeyCertificate
{
    QByteArray blob; ///< the whole certificate in wire format
    QByteArray key; ///< the certified public key as a plain blob (RFC 4253 §6.6)
    QByteArray authority; ///< the signing authority's public key as a plain blob
    QByteArray keyId; ///< the authority's note, unchecked text
    bool isUser = false; ///< host certificates do not log in
    QDateTime validBefore; ///< UTC; null: for ever

    /// Nothing when @p blob is not a certificate.
    [[nodiscard]] static std::optional<KeyCertificate> parse(const QByteArray &blob);
    /// Reads "ssh-ed25519-cert-v01@openssh.com AAAA… comment". Blocks for the disk only; at most 64 KiB.
    [[nodiscard]] static std::optional<KeyCertificate> read(const QString &path);
    /// ", expired on …" or nothing: for texts.
    [[nodiscard]] QString expiryNote() const;
    friend bool operator==(const KeyCertificate &, const KeyCertificate &) = default;
};

/// "ssh-ed25519" for "ssh-ed25519-cert-v01@openssh.com"; what is no certificate's name stays as it is.
[[nodiscard]] QByteArray plainAlgorithm(const QByteArray &algorithm);

} // namespace Helmclaw
