// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <QStringList>

#include <utility>

namespace Helmclaw {

/// What "ssh -v" writes to standard error, read as it comes: for texts that people see, never for a decision about
/// trust, because a server's banner stands among the lines. Memory is bounded.
class SshMasterLog
{
public:
    void add(QByteArrayView bytes);

    [[nodiscard]] const QString &keyExchange() const { return m_keyExchange; }
    [[nodiscard]] const QString &cipher() const { return m_cipher; }
    /// "identity file /home/me/.ssh/id_ed25519 SHA256:…", or the method ("password"), or several one after the other;
    /// empty before the login.
    [[nodiscard]] const QString &authenticatedBy() const { return m_authenticatedBy; }
    [[nodiscard]] const QStringList &offered() const { return m_offered; } ///< keys, as texts
    /// Those of them that the server has said no to: not the ones that it would have taken, had ssh been able to sign.
    [[nodiscard]] QStringList refusedKeys() const;
    /// What was right, but not enough.
    [[nodiscard]] const QStringList &accepted() const { return m_accepted; }
    [[nodiscard]] int failures() const { return m_failures; } ///< how often the server has said no, to "none" as well
    /// The key at hand, which the server would take, when it is this file; empty otherwise.
    [[nodiscard]] QString fingerprintOf(const QString &file) const;
    /// Key files that the server said yes to and that ssh could not unlock: paths.
    [[nodiscard]] const QStringList &lockedKeys() const { return m_lockedKeys; }
    [[nodiscard]] int planned() const { return m_planned; } ///< keys that ssh has to offer
    [[nodiscard]] const QStringList &methods() const { return m_methods; } ///< that the server accepts
    /// It has asked its agent, if it has one, for its keys or for a signature, and got no answer yet.
    [[nodiscard]] bool waitsForAgent() const;
    /// Keys that could not be used, each with ssh's reason.
    [[nodiscard]] const QStringList &unusable() const { return m_unusable; }
    [[nodiscard]] bool bannerSeen() const { return m_bannerSeen; } ///< it is an SSH server
    /// Since forgetProof() ssh has checked the server's signature by its host key, and derived the session's keys.
    [[nodiscard]] bool hostKeyProved() const { return m_hostKeyProved; }
    void forgetProof() { m_hostKeyProved = false; }
    [[nodiscard]] bool hostKeyRefused() const { return m_hostKeyRefused; } ///< by ssh itself: a certificate
    [[nodiscard]] bool loginRefused() const { return m_loginRefused; }
    /// ssh has seen the end of its connection, and will end.
    [[nodiscard]] bool connectionEnded() const { return m_connectionEnded; }
    [[nodiscard]] bool timedOut() const { return m_timedOut; } ///< the server was silent for too long
    /// No algorithm in common: ssh's sentence with the server's offer; empty otherwise.
    [[nodiscard]] const QByteArray &noCommonAlgorithm() const { return m_noCommonAlgorithm; }
    /// A setting that this ssh does not know; empty when it knew all.
    [[nodiscard]] const QByteArray &unknownOption() const { return m_unknownOption; }
    /// Why channels were refused, in libssh's words, the oldest first; each once.
    [[nodiscard]] QByteArray takeRefusal();
    /// The last lines that stand behind the last debugging output: what ssh says to a user whom it asks something.
    [[nodiscard]] QStringList takeJustSaid() { return std::exchange(m_justSaid, {}); }
    /// The last lines that are no debugging output, unchecked, for people; after the login only what came behind it.
    [[nodiscard]] QByteArray lastWords() const;

private:
    void line(QByteArrayView text);
    void debugLine(QByteArrayView text);
    void endOfAcceptedKey();
    [[nodiscard]] QString proofIn(QByteArrayView text) const;

    QByteArray m_rest; ///< the beginning of a line
    QByteArrayList m_words;
    QStringList m_justSaid;
    QString m_keyExchange;
    QString m_cipher;
    QString m_acceptedKey;
    QStringList m_notRefused; ///< accepted in vain
    QStringList m_accepted;
    bool m_partial = false; ///< the next refusal is none
    int m_failures = 0;
    QByteArray m_unsigned; ///< accepted as ssh describes it, and nothing has been signed with it yet
    QByteArray m_signingProblem;
    QStringList m_lockedKeys;
    QString m_authenticatedBy;
    int m_planned = 0;
    QStringList m_offered;
    QStringList m_methods;
    QStringList m_unusable;
    QByteArray m_noCommonAlgorithm;
    QByteArray m_unknownOption;
    QByteArrayList m_refusals;
    bool m_keysListed = false; ///< ssh knows which keys it has
    bool m_bannerSeen = false;
    bool m_hostKeyProved = false;
    bool m_hostKeyRefused = false;
    bool m_loginRefused = false;
    bool m_timedOut = false;
    bool m_connectionEnded = false;
};

} // namespace Helmclaw
