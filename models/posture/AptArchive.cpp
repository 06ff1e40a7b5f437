// SPDX-License-Identifier: MIT
#include "models/posture/AptArchive.h"

#include <QRegularExpression>
#include <QUrl>

namespace Helmclaw {

namespace {

/// Python's string.Template as unattended-upgrades uses it.
std::optional<QString> substitute(QString text, const QHash<QString, QString> &variables)
{
    for (auto it = variables.begin(); it != variables.end(); ++it) {
        text.replace(QStringLiteral("${%1}").arg(it.key()), it.value());
        text.replace(QRegularExpression(QStringLiteral("\\$%1\\b").arg(it.key())), it.value());
    }
    if (text.contains(u'$'))
        return std::nullopt;
    return text;
}

/// fnmatch.fnmatch: case-sensitive on Unix, "*" crosses every character. None for its bracket expressions, which nobody
/// uses here.
std::optional<bool> globMatches(const QString &glob, const QString &text)
{
    if (glob.contains(u'['))
        return std::nullopt;
    QString pattern = QRegularExpression::escape(glob);
    pattern.replace(QStringLiteral("\\*"), QStringLiteral(".*")).replace(QStringLiteral("\\?"), QStringLiteral("."));
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern),
                              QRegularExpression::DotMatchesEverythingOption)
        .match(text)
        .hasMatch();
}

} // namespace

bool AptArchive::isSecurity() const
{
    return label.endsWith(u"-Security", Qt::CaseInsensitive) || archive.endsWith(u"-security")
        || codename.endsWith(u"-security");
}

QString AptArchive::releaseText() const
{
    return QStringLiteral("o=%1,a=%2,n=%3,l=%4").arg(origin, archive, codename, label);
}

QList<AptArchive> AptArchive::parse(const QStringList &lines)
{
    QList<AptArchive> archives;
    for (const QString &line : lines) {
        QStringList fields = line.split(u'|');
        if (fields.size() != 6)
            continue;
        for (QString &field : fields) {
            if (field.startsWith(u"$(") && field.endsWith(u')'))
                field.clear();
        }
        const QString host = QUrl(fields.at(0).section(u' ', 0, 0)).host();
        archives.append(
            AptArchive { fields.at(0), fields.at(1), fields.at(2), fields.at(3), fields.at(4), fields.at(5), host });
    }
    return archives;
}

std::optional<OriginPattern> OriginPattern::fromAllowedOrigin(const QString &text)
{
    static const QRegularExpression separator(QStringLiteral("(?<!\\\\):"));
    static const QRegularExpression blanks(QStringLiteral("\\s+"));
    QStringList parts = text.contains(separator) ? text.split(separator) : text.trimmed().split(blanks);
    if (parts.size() != 2)
        return std::nullopt;
    parts[0].replace(QStringLiteral("\\:"), QStringLiteral(":"));
    OriginPattern pattern;
    pattern.m_terms = { Term { &AptArchive::origin, parts[0] }, Term { &AptArchive::archive, parts[1] } };
    return pattern;
}

std::optional<OriginPattern> OriginPattern::fromPattern(const QString &text)
{
    static const QHash<QString, QString AptArchive::*> fields {
        { QStringLiteral("o"), &AptArchive::origin },
        { QStringLiteral("origin"), &AptArchive::origin },
        { QStringLiteral("l"), &AptArchive::label },
        { QStringLiteral("label"), &AptArchive::label },
        { QStringLiteral("a"), &AptArchive::archive },
        { QStringLiteral("suite"), &AptArchive::archive },
        { QStringLiteral("archive"), &AptArchive::archive },
        { QStringLiteral("c"), &AptArchive::component },
        { QStringLiteral("component"), &AptArchive::component },
        { QStringLiteral("site"), &AptArchive::site },
        { QStringLiteral("n"), &AptArchive::codename },
        { QStringLiteral("codename"), &AptArchive::codename },
    };
    static const QRegularExpression comma(QStringLiteral("(?<!\\\\),"));
    OriginPattern pattern;
    for (const QString &token : text.trimmed().split(comma)) {
        const auto field = fields.constFind(token.section(u'=', 0, 0).trimmed());
        if (token.count(u'=') != 1 || field == fields.constEnd())
            return std::nullopt;
        pattern.m_terms.append(
            Term { *field, token.section(u'=', 1).trimmed().replace(QStringLiteral("\\,"), QStringLiteral(",")) });
    }
    return pattern;
}

std::optional<bool> OriginPattern::matches(const AptArchive &archive, const QHash<QString, QString> &variables) const
{
    bool matched = !m_terms.isEmpty();
    for (const Term &term : m_terms) {
        const std::optional<QString> glob = substitute(term.glob, variables);
        const std::optional<bool> match = glob ? globMatches(*glob, archive.*(term.field)) : std::nullopt;
        if (!match)
            return std::nullopt;
        matched = matched && *match;
    }
    return matched;
}

} // namespace Helmclaw
