// SPDX-License-Identifier: MIT
#include "ssh/KnownHosts.h"

#include "ssh/HostPattern.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QMutex>

#include <algorithm>
#include <array>
#include <cstring>

namespace Helmclaw {

namespace {
constexpr qint64 MaxFileSize = 64 * 1024 * 1024;
constexpr qsizetype Sha1Size = 20;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(KnownHosts)
};

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

/// Cuts the first word off @p rest.
QByteArrayView takeWord(QByteArrayView &rest)
{
    const auto begin = std::find_if_not(rest.begin(), rest.end(), isBlank);
    const auto end = std::find_if(begin, rest.end(), isBlank);
    const QByteArrayView word(begin, end);
    rest = QByteArrayView(end, rest.end());
    return word;
}

/// "[host]:port" → "host"; empty when there is no port.
QByteArray withoutPort(const QByteArray &name)
{
    const qsizetype end = name.lastIndexOf("]:");
    return name.startsWith('[') && end > 1 ? name.sliced(1, end - 1) : QByteArray();
}
} // namespace

struct KnownHosts::HashedNames
{
    QMutex mutex;
    QHash<QByteArray, QList<qsizetype>> linesByName;
};

Result<void> KnownHosts::addFile(const QString &file)
{
    const QFileInfo info(file);
    if (!info.exists() || file == QLatin1String("/dev/null"))
        return {};
    if (!info.isFile()) // a pipe would block, a device might never end
        return failure(ErrorCode::InvalidInput, Text::tr("%1 is not a file of host keys").arg(file),
                       Text::tr("Correct UserKnownHostsFile in your ssh_config"));
    QFile source(file);
    if (!source.open(QIODevice::ReadOnly))
        return failure(source.error() == QFile::OpenError ? ErrorCode::PermissionDenied : ErrorCode::InvalidInput,
                       Text::tr("the host keys in %1 cannot be read: %2").arg(file, source.errorString()),
                       Text::tr("Make the file readable for you; without it no server's key can be trusted"));
    if (source.size() > MaxFileSize)
        return failure(ErrorCode::InvalidInput, Text::tr("%1 is larger than 64 MiB").arg(file),
                       Text::tr("Check that the file holds host keys and nothing else"));
    const QByteArray content = source.readAll();
    if (source.error() != QFile::NoError)
        return failure(ErrorCode::InvalidInput,
                       Text::tr("the host keys in %1 cannot be read: %2").arg(file, source.errorString()),
                       Text::tr("Check the disk; without the file no server's key can be trusted"));
    addLines(content, file);
    return {};
}

void KnownHosts::addLines(const QByteArray &content, const QString &fileForMessages)
{
    int number = 0;
    for (qsizetype begin = 0; begin < content.size();) {
        qsizetype end = content.indexOf('\n', begin);
        if (end < 0)
            end = content.size();
        QByteArrayView lineText = QByteArrayView(content).sliced(begin, end - begin);
        begin = end + 1;
        ++number;
        if (lineText.endsWith('\r'))
            lineText.chop(1);
        while (!lineText.isEmpty() && isBlank(lineText.front()))
            lineText = lineText.sliced(1);
        if (lineText.isEmpty() || lineText.front() == '#')
            continue;

        Line line;
        line.entry.file = fileForMessages;
        line.entry.line = number;
        if (!parseLine(lineText, line)) {
            ++m_skippedLines;
            continue;
        }
        const qsizetype index = m_lines.size();
        const bool isPatterned = std::any_of(line.patterns.begin(), line.patterns.end(), [](const QByteArray &name) {
            return name.startsWith('!') || name.contains('*') || name.contains('?');
        });
        if (line.patterns.isEmpty()) {
            m_hashed.append(index);
        } else if (isPatterned) {
            m_patterned.append(index);
        } else {
            for (const QByteArray &name : std::as_const(line.patterns))
                m_plain.insert(name, index);
        }
        m_lines.append(std::move(line));
    }
    m_hashedNames = std::make_shared<HashedNames>(); // not cleared: a copy of this object may share the old one
}

bool KnownHosts::parseLine(QByteArrayView lineText, Line &line) const
{
    if (lineText.contains('\0'))
        return false;
    QByteArrayView names = takeWord(lineText);
    if (names.startsWith('@')) {
        if (names == "@revoked")
            line.mark = Line::Mark::Revoked;
        else if (names == "@cert-authority")
            line.mark = Line::Mark::CertificateAuthority;
        else
            return false;
        names = takeWord(lineText);
    }
    if (names.startsWith('|')) {
        // "|1|salt|hash", both base64; 1 stands for HMAC-SHA1 and is the only scheme there is.
        const QList<QByteArray> parts = names.toByteArray().split('|');
        if (parts.size() != 4 || parts.at(1) != "1")
            return false;
        line.salt = QByteArray::fromBase64(parts.at(2));
        line.hash = QByteArray::fromBase64(parts.at(3));
        if (line.salt.size() != Sha1Size || line.hash.size() != Sha1Size)
            return false;
    } else {
        for (const QByteArray &name : names.toByteArray().toLower().split(',')) {
            if (!name.isEmpty())
                line.patterns.append(name);
        }
        if (line.patterns.isEmpty())
            return false;
    }
    line.entry.key.algorithm = takeWord(lineText).toByteArray();
    const auto decoded =
        QByteArray::fromBase64Encoding(takeWord(lineText).toByteArray(), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return false;
    line.entry.key.blob = *decoded;
    return line.entry.key.isWellFormed();
}

QList<qsizetype> KnownHosts::hashedLinesFor(const QByteArray &name) const
{
    if (m_hashed.isEmpty())
        return {};
    {
        const QMutexLocker lock(&m_hashedNames->mutex);
        if (const auto known = m_hashedNames->linesByName.constFind(name);
            known != m_hashedNames->linesByName.constEnd())
            return *known;
    }
    QList<qsizetype> found;
    EVP_MAC *mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    char digestName[] = "SHA1";
    const std::array<OSSL_PARAM, 2> parameters { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digestName, 0),
                                                 OSSL_PARAM_construct_end() };
    const OSSL_PARAM *digest = parameters.data(); // once is enough: the context keeps it
    for (const qsizetype index : m_hashed) {
        const Line &line = m_lines.at(index);
        std::array<unsigned char, Sha1Size> hash {};
        std::size_t length = 0;
        const bool done = context
            && EVP_MAC_init(context, reinterpret_cast<const unsigned char *>(line.salt.constData()),
                            std::size_t(line.salt.size()), digest)
            && EVP_MAC_update(context, reinterpret_cast<const unsigned char *>(name.constData()),
                              std::size_t(name.size()))
            && EVP_MAC_final(context, hash.data(), &length, hash.size());
        if (!done) // no HMAC-SHA1 here: a pinned name would look unknown, a revoked key good
            qFatal("OpenSSL cannot compute HMAC-SHA1, which hashed known_hosts need");
        digest = nullptr;
        if (length == hash.size() && std::memcmp(hash.data(), line.hash.constData(), length) == 0)
            found.append(index);
    }
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    const QMutexLocker lock(&m_hashedNames->mutex);
    m_hashedNames->linesByName.insert(name, found);
    return found;
}

QList<const KnownHosts::Line *> KnownHosts::linesFor(const QByteArray &name) const
{
    QList<qsizetype> indexes = m_plain.values(name);
    for (const qsizetype index : m_patterned) {
        if (hostPatternListMatches(name, m_lines.at(index).patterns))
            indexes.append(index);
    }
    indexes += hashedLinesFor(name);
    std::sort(indexes.begin(), indexes.end());
    indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end()); // "host,host" is one line
    QList<const Line *> lines;
    lines.reserve(indexes.size());
    for (const qsizetype index : std::as_const(indexes))
        lines.append(&m_lines.at(index));
    return lines;
}

KnownHosts::Lookup KnownHosts::lookupExactly(const QByteArray &name, const HostKey &key) const
{
    Lookup result;
    QList<Entry> revoked;
    QList<Entry> authorities;
    bool matched = false;
    for (const Line *line : linesFor(name)) {
        const bool same = line->entry.key.blob == key.blob;
        switch (line->mark) {
        case Line::Mark::None:
            result.pinned.append(line->entry);
            matched = matched || same;
            break;
        case Line::Mark::Revoked:
            if (same)
                revoked.append(line->entry);
            break;
        case Line::Mark::CertificateAuthority:
            authorities.append(line->entry);
            break;
        }
    }
    if (!revoked.isEmpty()) { // wins over a pin, wherever it stands
        result.verdict = Verdict::Revoked;
        result.marked = revoked;
    } else if (matched) {
        result.verdict = Verdict::Match;
    } else if (!result.pinned.isEmpty()) {
        result.verdict = Verdict::Changed;
    } else if (!authorities.isEmpty()) {
        result.verdict = Verdict::CertificateAuthority;
        result.marked = authorities;
    }
    return result;
}

KnownHosts::Lookup KnownHosts::lookup(const QString &name, const HostKey &key) const
{
    const QByteArray exactName = normalisedName(name);
    Lookup result = lookupExactly(exactName, key);
    if (result.verdict == Verdict::Unknown) {
        if (const QByteArray host = withoutPort(exactName); !host.isEmpty()) {
            const Lookup plain = lookupExactly(host, key);
            if (plain.verdict == Verdict::Match || plain.verdict == Verdict::Revoked)
                return plain;
        }
    }
    return result;
}

QList<QByteArray> KnownHosts::pinnedAlgorithms(const QString &name) const
{
    QList<QByteArray> algorithms;
    for (const Line *line : linesFor(normalisedName(name))) {
        if (line->mark == Line::Mark::None && !algorithms.contains(line->entry.key.algorithm))
            algorithms.append(line->entry.key.algorithm);
    }
    return algorithms;
}

QList<KnownHosts::Entry> KnownHosts::pinnedFor(const QString &name) const
{
    QList<Entry> entries;
    for (const Line *line : linesFor(normalisedName(name))) {
        if (line->mark == Line::Mark::None)
            entries.append(line->entry);
    }
    return entries;
}

QList<KnownHosts::Entry> KnownHosts::authoritiesFor(const QString &name) const
{
    QList<Entry> entries;
    const QByteArray exactName = normalisedName(name);
    for (const QByteArray &one : { exactName, withoutPort(exactName) }) {
        for (const Line *line : one.isEmpty() || !entries.isEmpty() ? QList<const Line *>() : linesFor(one)) {
            if (line->mark == Line::Mark::CertificateAuthority)
                entries.append(line->entry);
        }
    }
    return entries;
}

QByteArray KnownHosts::normalisedName(const QString &name)
{
    QByteArray result = name.toLower().toUtf8();
    if (result.startsWith('[') && result.endsWith("]:22"))
        result = result.sliced(1, result.size() - 5);
    return result;
}

} // namespace Helmclaw
