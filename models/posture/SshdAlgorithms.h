// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

namespace Helmclaw {

/// What is known of an algorithm's strength.
enum class AlgorithmStrength {
    Fine,
    Weak, ///< no break in use, but outgrown: SHA-1 as HMAC, 64-bit tags, CBC
    Broken, ///< RC4, DES, MD5, DSA, SHA-1 in signatures, groups of 1024 bits
};

/// By its name in sshd_config(5): Ciphers, MACs, KexAlgorithms, HostKeyAlgorithms, PubkeyAcceptedAlgorithms.
[[nodiscard]] AlgorithmStrength algorithmStrength(const QString &name);
/// Those of a comma-separated list.
[[nodiscard]] QStringList algorithmsOf(const QString &list, AlgorithmStrength strength);
/// Whether every name in the list could be an algorithm's; a list that has none is no answer.
[[nodiscard]] bool isAlgorithmList(const QString &list);

} // namespace Helmclaw
