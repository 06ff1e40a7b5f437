// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKey.h"

#include <QHash>
#include <QList>
#include <QString>

namespace Helmclaw {

/// An index over known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): plain names, wildcards and negation, hashed
/// names (HMAC-SHA1), "@revoked", "@cert-authority". Parsed once and looked up in memory, because libssh reads the
/// files again for every connection and knows neither mark. Malformed lines are skipped and counted, never fatal.
/// Thread: const after loading, so any number of readers.
class KnownHosts
{
public:
    enum class Verdict {
        Match, ///< this key is pinned for the name
        Unknown, ///< no key at all is pinned for the name
        Changed, ///< keys are pinned for the name, but not this one (another type counts as changed, too)
        Revoked, ///< the key is marked @revoked for the name
        CertificateAuthority, ///< only @cert-authority lines are there: libssh cannot verify host certificates
    };
    struct Entry
    {
        HostKey key;
        QString file;
        int line = 0; ///< from 1
    };
    struct Lookup
    {
        Verdict verdict = Verdict::Unknown;
        QList<Entry> pinned; ///< the keys that are pinned for the name (for Changed: what was expected)
    };

    /// Adds the lines of @p file; a missing file is fine, an unreadable one is an error.
    [[nodiscard]] Result<void> addFile(const QString &file);
    void addLines(const QByteArray &text, const QString &fileForMessages);

    /// @p name is SshTarget::knownHostsName(). As OpenSSH does, "[host]:22" is the same as "host".
    [[nodiscard]] Lookup lookup(const QString &name, const HostKey &key) const;
    /// Algorithms of the keys pinned for @p name, to ask the server for a key type that can match.
    [[nodiscard]] QList<QByteArray> pinnedAlgorithms(const QString &name) const;
    [[nodiscard]] int skippedLines() const { return m_skippedLines; }

    /// Appends one line for @p key to @p file (created 0600 in a 0700 folder) under a lock, fsynced.
    [[nodiscard]] static Result<void> append(const QString &file, const QString &name, const HostKey &key);

private:
    struct Line
    {
        enum class Mark { None, Revoked, CertificateAuthority } mark = Mark::None;
        QList<QByteArray> patterns; ///< empty when hashed
        QByteArray salt;
        QByteArray hash;
        Entry entry;
    };
    [[nodiscard]] bool matches(const Line &line, const QByteArray &name) const;
    [[nodiscard]] QList<const Line *> linesFor(const QByteArray &name) const;

    QList<Line> m_lines;
    QMultiHash<QByteArray, qsizetype> m_plain; ///< exact names → index into m_lines
    QList<qsizetype> m_patterned; ///< lines with wildcards or negation
    QList<qsizetype> m_hashed;
    int m_skippedLines = 0;
};

} // namespace Helmclaw
