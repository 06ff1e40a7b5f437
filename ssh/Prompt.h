// SPDX-License-Identifier: MIT
#pragma once

#include <QDateTime>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QUrl>

namespace Helmclaw {

/// What logins may ask. One does not begin what it may not ask for: a method that is begun and given up counts as a
/// failed login at the server.
enum class MayAsk {
    Nothing, ///< there is nobody
    KeptPassphrases, ///< passphrases of key files, which a keychain may have; before the server hears of the key
    Everything,
};

/// One line that is asked for.
struct PromptField
{
    QString label; ///< what the server calls it ("Password:"), already printable()
    bool echo = false; ///< the typed text may be seen
    friend bool operator==(const PromptField &, const PromptField &) = default;
};

/// A question of a login that waits for a person. A value; all texts are plain text, and what came from the server in
/// them was made printable(): it is to be shown as the server's words, never as ours.
struct Prompt
{
    enum class Kind {
        KeyPassphrase, ///< of the private key in keyFile; asked once for all servers that need the key
        KeyboardInteractive, ///< RFC 4256: whatever the server asks, one-time codes for example
        Password, ///< the user's password on the server
        TouchKey, ///< no fields: the security key behind ssh-agent waits to be touched; closes by itself
        VisitPage, ///< no fields: the login is to be confirmed at page (Tailscale SSH in check mode); closes by itself
    };
    quint64 id = 0; ///< hand it back in SshPool::answerPrompt and SshPool::cancelPrompt
    quint64 follows = 0; ///< KeyPassphrase: the prompt whose answer was wrong, so that it is asked again; else 0
    Kind kind = Kind::Password;
    QString serverId;
    QString serverName;
    QString target; ///< "user@host:port"
    int otherServers = 0; ///< KeyPassphrase: how many more servers wait for the same answer
    QString title; ///< the server's words, may be empty (RFC 4256 "name")
    QString instruction; ///< the server's words, may be empty; lines are separated by '\n'
    QString problem; ///< our words: why it is asked again; empty the first time
    QList<PromptField> fields; ///< one answer is wanted for each
    QUrl page; ///< VisitPage: https, named by the server; open it only when the user says so
    QString keyFile; ///< as configured, "~" for the home folder; empty when it is not about a file
    QString keyFingerprint; ///< "SHA256:…"; empty when unknown
    QString keyComment; ///< printable(); empty when unknown
    QDateTime validUntil; ///< UTC; then the server (LoginGraceTime of its sshd) would hang up, and the prompt closes
    friend bool operator==(const Prompt &, const Prompt &) = default;
};

/// Lower-case stable word ("key-passphrase").
[[nodiscard]] QString promptKindName(Prompt::Kind kind);

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::Prompt)
