// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

#include <chrono>

namespace Helmclaw {

/// What ssh_config(5) says about how a connection is made, beyond where it goes and with which keys. A value as it is
/// made means "not set": Helmclaw's own choice.
struct SshOptions
{
    enum class AddressFamily { Any, Inet, Inet6 };

    QStringList ciphers; ///< Ciphers, as OpenSSH names them, in order; what libssh lacks is left out
    QStringList kexAlgorithms;
    QStringList macs;
    QStringList hostKeyAlgorithms;
    QStringList pubkeyAlgorithms; ///< PubkeyAcceptedAlgorithms
    AddressFamily addressFamily = AddressFamily::Any;
    QString bindAddress; ///< an address of this computer
    std::chrono::seconds connectTimeout { 0 };
    std::chrono::seconds serverAliveInterval { 0 };
    int serverAliveCountMax = 3;
    bool strictHostKeys = false; ///< StrictHostKeyChecking yes: an unknown key is refused without a question
    bool compression = false;
    quint64 rekeyBytes = 0;
    std::chrono::seconds rekeyInterval { 0 };
    bool tcpKeepAlive = true;
    bool publicKeys = true; ///< PubkeyAuthentication
    bool passwords = true; ///< PasswordAuthentication
    bool keyboardInteractive = true; ///< KbdInteractiveAuthentication
    QStringList preferredAuthentications; ///< in order; empty: ssh's order
    int passwordPrompts = 3; ///< NumberOfPasswordPrompts
    /// Whether a login by "publickey", "keyboard-interactive" or "password" may be tried.
    [[nodiscard]] bool allows(const QString &method) const;
    /// Passwords before keyboard-interactive.
    [[nodiscard]] bool prefersPassword() const;
    friend bool operator==(const SshOptions &, const SshOptions &) = default;
};

} // namespace Helmclaw
