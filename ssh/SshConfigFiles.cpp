// SPDX-License-Identifier: MIT
#include "ssh/SshConfigFiles.h"

#include "ssh/HostPattern.h"
#include "ssh/LocalUser.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

#include <glob.h>
#include <unistd.h>

namespace Helmclaw {

namespace {
constexpr int MaxDepth = 16; // OpenSSH's READCONF_MAX_DEPTH
constexpr int MaxFiles = 4096; // files that include one another twice would read 2^16
constexpr qint64 MaxFileSize = 16 * 1024 * 1024;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

/// Cuts the keyword off @p line: it ends at a blank or at one '=' (strdelim() in OpenSSH).
QByteArray takeKeyword(QByteArrayView &line)
{
    const auto begin = std::find_if_not(line.begin(), line.end(), isBlank);
    const auto end = std::find_if(begin, line.end(), [](char c) { return isBlank(c) || c == '='; });
    auto rest = std::find_if_not(end, line.end(), isBlank);
    if (rest != line.end() && *rest == '=')
        ++rest;
    QByteArray keyword = QByteArrayView(begin, end).toByteArray().toLower();
    if (keyword.size() > 1 && keyword.startsWith('"') && keyword.endsWith('"'))
        keyword = keyword.sliced(1, keyword.size() - 2);
    line = QByteArrayView(rest, line.end());
    return keyword;
}
} // namespace

QList<QByteArray> SshConfigFiles::words(QByteArrayView line)
{
    QList<QByteArray> result;
    qsizetype i = 0;
    while (true) {
        while (i < line.size() && isBlank(line[i]))
            ++i;
        if (i == line.size() || line[i] == '#')
            return result;
        QByteArray word;
        char quote = 0;
        for (; i < line.size(); ++i) {
            const char c = line[i];
            const char next = i + 1 < line.size() ? line[i + 1] : '\0';
            if (c == '\\' && (next == '"' || next == '\'' || next == '\\' || (!quote && next == ' '))) {
                word += next;
                ++i;
            } else if (quote ? c == quote : (c == '"' || c == '\'')) {
                quote = quote ? '\0' : c;
            } else if (!quote && isBlank(c)) {
                break;
            } else {
                word += c;
            }
        }
        if (quote)
            return {};
        result.append(word);
    }
}

QString SshConfigFiles::homeFolder()
{
    const auto user = LocalUser::current();
    return user ? user->homeFolder : QDir::homePath();
}

QString SshConfigFiles::expandTilde(const QString &path)
{
    if (!path.startsWith(QLatin1Char('~')))
        return path;
    qsizetype end = path.indexOf(QLatin1Char('/'));
    if (end < 0)
        end = path.size();
    if (end == 1)
        return homeFolder() + path.sliced(1);
    const auto user = LocalUser::named(path.sliced(1, end - 1));
    return user ? user->homeFolder + path.sliced(end) : path;
}

void SshConfigFiles::addAlias(const QByteArray &alias, const QList<Patterns> &enclosing)
{
    // A pattern names no server; what begins with "-" ssh takes for an option.
    if (alias.isEmpty() || alias.startsWith('-') || alias.startsWith('!') || alias.contains('*') || alias.contains('?'))
        return;
    if (std::any_of(alias.begin(), alias.end(), [](char c) { return (c >= 0 && c <= ' ') || c == 0x7f; }))
        return;
    // In a file that a Host block includes, a name counts only when the block is for it, too.
    if (!std::all_of(enclosing.begin(), enclosing.end(),
                     [&](const Patterns &patterns) { return hostPatternListMatches(alias, patterns); }))
        return;
    const QString name = QString::fromUtf8(alias);
    const QString key = QLatin1Char('=') + name;
    if (m_known.contains(key))
        return;
    m_known.insert(key);
    m_aliases.append(name);
}

void SshConfigFiles::addInput(const QString &path)
{
    if (m_known.contains(path))
        return;
    m_known.insert(path);
    m_inputs.append(path);
}

Result<void> SshConfigFiles::include(const QByteArray &pattern, const QList<Patterns> &enclosing, int depth)
{
    QString path = expandTilde(QFile::decodeName(pattern));
    if (!path.startsWith(QLatin1Char('/')))
        path = m_base + QLatin1Char('/') + path;
    addInput(QFileInfo(path).path());
    glob_t found {};
    const int outcome = ::glob(QFile::encodeName(path).constData(), 0, nullptr, &found);
    QStringList files;
    if (outcome == 0) {
        for (std::size_t i = 0; i < found.gl_pathc; ++i)
            files.append(QFile::decodeName(found.gl_pathv[i]));
    }
    ::globfree(&found);
    for (const QString &file : std::as_const(files)) {
        auto done = read(file, enclosing, depth + 1);
        // Only what is wrong with the whole is an error: ssh, too, goes on when an included file cannot be read.
        if (!done && done.error().code == ErrorCode::InvalidInput)
            return done;
    }
    return {};
}

Result<void> SshConfigFiles::read(const QString &file, const QList<Patterns> &enclosing, int depth)
{
    addInput(file);
    const QFileInfo info(file);
    const QString identity = info.canonicalFilePath();
    if (!info.exists())
        return failure(ErrorCode::FileNotFound, Text::tr("there is no file %1").arg(file),
                       Text::tr("Choose the file that your ssh uses"));
    if (!info.isFile()) // a pipe would block
        return failure(depth == 0 ? ErrorCode::InvalidInput : ErrorCode::FileNotFound,
                       Text::tr("%1 is not a file").arg(file), Text::tr("Choose the file that your ssh uses"));
    if (m_open.contains(identity) || depth > MaxDepth || ++m_filesRead > MaxFiles)
        return failure(ErrorCode::InvalidInput,
                       m_open.contains(identity) ? Text::tr("%1 includes itself").arg(file)
                                                 : Text::tr("too many files include one another, at last %1").arg(file),
                       Text::tr("Correct the Include lines; ssh refuses this configuration, too"));
    QFile source(file);
    if (!source.open(QIODevice::ReadOnly))
        return failure(ErrorCode::PermissionDenied, Text::tr("%1 cannot be read: %2").arg(file, source.errorString()),
                       Text::tr("Make the file readable for you"));
    if (source.size() > MaxFileSize)
        return failure(ErrorCode::InvalidInput, Text::tr("%1 is larger than 16 MiB").arg(file),
                       Text::tr("Check that it is an ssh configuration file"));

    const QByteArray content = source.readAll();
    m_open.append(identity);
    QList<Patterns> conditions = enclosing;
    bool inMatch = false;
    for (const QByteArray &line : content.split('\n')) {
        QByteArrayView rest(line);
        const QByteArray keyword = takeKeyword(rest);
        if (keyword == "host") {
            inMatch = false;
            const Patterns patterns = words(rest);
            conditions = enclosing;
            conditions.append(patterns);
            for (const QByteArray &pattern : patterns) {
                if (hostPatternListMatches(pattern, patterns)) // "Host a !a" is for nobody
                    addAlias(pattern, enclosing);
            }
        } else if (keyword == "match") {
            conditions = enclosing;
            inMatch = words(rest) != Patterns { "all" };
        } else if (keyword == "include" && !inMatch) {
            for (const QByteArray &pattern : words(rest)) {
                if (auto done = include(pattern, conditions, depth); !done)
                    return done;
            }
        }
    }
    m_open.removeLast();
    return {};
}

} // namespace Helmclaw
