// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKeyReport.h"

#include <QHash>
#include <QList>
#include <QString>

#include <memory>

namespace Helmclaw {

/// An index over known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): plain names, wildcards and negation, hashed
/// names (HMAC-SHA1), "@revoked", "@cert-authority". Parsed once and looked up in memory, because libssh reads the
/// files again for every connection and knows neither mark. Malformed lines are skipped and counted, never fatal.
/// Thread: const after loading, so any number of readers.
class KnownHosts
{
public:
    using Verdict = HostKeyVerdict;
    using Entry = KnownHostsLine;
    struct Lookup
    {
        Verdict verdict = Verdict::Unknown;
        QList<Entry> pinned; ///< the keys that are pinned for the name (for Changed: what was expected)
        QList<Entry> marked; ///< the @revoked or @cert-authority lines that decided
    };

    /// Adds the lines of @p file; a missing file is fine, an unreadable one is an error.
    [[nodiscard]] Result<void> addFile(const QString &file);
    void addLines(const QByteArray &text, const QString &fileForMessages);

    /// @p name is SshTarget::knownHostsName(). As OpenSSH does, "[host]:22" is the same as "host", and a name with
    /// another port for which nothing is pinned is looked up without its port: only a Match or Revoked counts then.
    [[nodiscard]] Lookup lookup(const QString &name, const HostKey &key) const;
    /// Algorithms of the keys pinned for @p name, to ask the server for a key type that can match.
    [[nodiscard]] QList<QByteArray> pinnedAlgorithms(const QString &name) const;
    /// The lines that pin a key for exactly @p name, marks left out.
    [[nodiscard]] QList<Entry> pinnedFor(const QString &name) const;
    /// The @cert-authority lines for @p name or, as OpenSSH falls back, for it without its port.
    [[nodiscard]] QList<Entry> authoritiesFor(const QString &name) const;
    /// Lines that are neither empty nor a comment and could not be used.
    [[nodiscard]] int skippedLines() const { return m_skippedLines; }

    /// As the lookup compares names: lower case, and without a port that says nothing.
    [[nodiscard]] static QByteArray normalisedName(const QString &name);

private:
    struct Line
    {
        enum class Mark { None, Revoked, CertificateAuthority } mark = Mark::None;
        QList<QByteArray> patterns; ///< empty when hashed
        QByteArray salt;
        QByteArray hash;
        Entry entry;
    };
    struct HashedNames; // which hashed lines a name matches, remembered: each answer costs one HMAC per line

    [[nodiscard]] bool parseLine(QByteArrayView text, Line &line) const;
    [[nodiscard]] QList<qsizetype> hashedLinesFor(const QByteArray &name) const;
    [[nodiscard]] QList<const Line *> linesFor(const QByteArray &name) const;
    [[nodiscard]] Lookup lookupExactly(const QByteArray &name, const HostKey &key) const;

    QList<Line> m_lines;
    QMultiHash<QByteArray, qsizetype> m_plain; ///< exact names, lower case → index into m_lines
    QList<qsizetype> m_patterned; ///< lines with wildcards or negation
    QList<qsizetype> m_hashed;
    std::shared_ptr<HashedNames> m_hashedNames;
    int m_skippedLines = 0;
};

} // namespace Helmclaw
