// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/KeyCertificate.h"
#include "ssh/Secret.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace Helmclaw {

/// A private key file, looked into before libssh sees it: libssh 0.10 cannot say whether a key is encrypted without
/// trying to decrypt it. OpenSSH's own format (PROTOCOL.key) shows its public half even when it is encrypted; for PEM
/// files the ".pub" beside them is read.
struct IdentityFile
{
    enum class State {
        Plain, ///< usable as it is
        Encrypted, ///< needs its passphrase
        Missing, ///< neither the file nor its ".pub" is there
        PublicOnly, ///< only a public key: names a key that the agent may hold
        Unusable, ///< reason says why
    };
    QString path; ///< as configured
    State state = State::Missing;
    QString reason;
    QByteArray publicBlob; ///< RFC 4253 §6.6; empty when it cannot be told
    QByteArray comment;
    Secret privateText; ///< the file's text; Plain only
    QByteArray textHash; ///< SHA-256 of the file's text; Encrypted only: which key a passphrase is for
    std::optional<KeyCertificate> certificate; ///< of "<path>-cert.pub", as ssh(1) looks for it

    /// Reads at most 64 KiB. Blocks for the disk only.
    [[nodiscard]] static IdentityFile read(const QString &path);
    /// Whether @p passphrase is that of the private key in @p path. Blocks for some 0.1 s, as such keys want it.
    [[nodiscard]] static bool opensWith(const QString &path, const Secret &passphrase);
    /// "~" as the user wrote it: for texts.
    [[nodiscard]] static QString shown(const QString &path);
};

/// "SHA256:…" of a public key blob.
[[nodiscard]] QString keyFingerprint(const QByteArray &blob);
/// The key type that a public key blob names first; empty when it is malformed.
[[nodiscard]] QByteArray keyAlgorithm(const QByteArray &blob);

} // namespace Helmclaw
