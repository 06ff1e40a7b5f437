// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <QStringList>

namespace Helmclaw {

/// What "ssh -v" writes to standard error, read as it comes: for texts that people see, never for a decision about
/// trust, because a server's banner stands among the lines. Memory is bounded.
class SshMasterLog
{
public:
    void add(QByteArrayView bytes);

    [[nodiscard]] const QString &keyExchange() const { return m_keyExchange; }
    [[nodiscard]] const QString &cipher() const { return m_cipher; }
    /// "identity file /home/me/.ssh/id_ed25519 SHA256:…", or the method ("password"); empty before the login.
    [[nodiscard]] const QString &authenticatedBy() const { return m_authenticatedBy; }
    [[nodiscard]] const QStringList &offered() const { return m_offered; } ///< keys, as texts
    [[nodiscard]] int planned() const { return m_planned; } ///< keys that ssh has to offer
    [[nodiscard]] const QStringList &methods() const { return m_methods; } ///< that the server accepts
    /// Key files that could not be used, each with ssh's reason.
    [[nodiscard]] const QStringList &unusable() const { return m_unusable; }
    [[nodiscard]] bool bannerSeen() const { return m_bannerSeen; } ///< it is an SSH server
    [[nodiscard]] bool hostKeyRefused() const { return m_hostKeyRefused; } ///< by ssh itself: a certificate
    [[nodiscard]] bool loginRefused() const { return m_loginRefused; }
    [[nodiscard]] bool timedOut() const { return m_timedOut; } ///< the server was silent for too long
    /// No algorithm in common: ssh's sentence with the server's offer; empty otherwise.
    [[nodiscard]] const QByteArray &noCommonAlgorithm() const { return m_noCommonAlgorithm; }
    /// A setting that this ssh does not know; empty when it knew all.
    [[nodiscard]] const QByteArray &unknownOption() const { return m_unknownOption; }
    /// Why a channel was refused last, in libssh's words; once.
    [[nodiscard]] QByteArray takeRefusal();
    /// The last lines that are no debugging output, unchecked, for people.
    [[nodiscard]] QByteArray lastWords() const;

private:
    void line(QByteArrayView text);
    void debugLine(QByteArrayView text);

    QByteArray m_rest; ///< the beginning of a line
    QByteArrayList m_words;
    QString m_keyExchange;
    QString m_cipher;
    QString m_acceptedKey;
    QString m_authenticatedBy;
    int m_planned = 0;
    QStringList m_offered;
    QStringList m_methods;
    QStringList m_unusable;
    QByteArray m_noCommonAlgorithm;
    QByteArray m_unknownOption;
    QByteArray m_refusal;
    bool m_bannerSeen = false;
    bool m_hostKeyRefused = false;
    bool m_loginRefused = false;
    bool m_timedOut = false;
};

} // namespace Helmclaw
