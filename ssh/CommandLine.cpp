// SPDX-License-Identifier: MIT
#include "ssh/CommandLine.h"

#include "ssh/Error.h"

#include <algorithm>

namespace Helmclaw {

namespace {
bool isSafe(QChar c)
{
    // '=' is left out: "a=b" as the first word would be an assignment. '~' and '%' mean something at a word's start.
    const char16_t u = c.unicode();
    return (u >= u'a' && u <= u'z') || (u >= u'A' && u <= u'Z') || (u >= u'0' && u <= u'9')
        || QStringView(u"_@+:,./-").contains(c);
}

/// Words of letters that a shell takes as syntax where a command's name is expected (POSIX 2.4, bash, zsh, fish).
bool isReservedWord(const QString &word)
{
    static const QStringList words =
        QStringLiteral("and begin case coproc do done elif else end esac fi for foreach function if "
                       "in nocorrect not or repeat select switch then time until while")
            .split(QLatin1Char(' '));
    return words.contains(word);
}

/// Single quotes; quotes and backslashes stand outside them, where every shell reads them alike (fish takes
/// backslashes inside single quotes as escapes).
QString quoteAlways(const QString &word)
{
    constexpr auto isOutside = [](QChar c) { return c == QLatin1Char('\'') || c == QLatin1Char('\\'); };
    QString out;
    out.reserve(word.size() + 2);
    for (auto at = word.begin(); at != word.end();) {
        if (isOutside(*at)) {
            out += QLatin1Char('\\');
            out += *at++;
            continue;
        }
        const auto end = std::find_if(at, word.end(), isOutside);
        out += QLatin1Char('\'');
        out += QStringView(at, end);
        out += QLatin1Char('\'');
        at = end;
    }
    return out.isEmpty() ? QStringLiteral("''") : out;
}
} // namespace

CommandLine::CommandLine(QString program, const QStringList &arguments)
{
    m_words.append({ std::move(program), false });
    add(arguments);
}

CommandLine &CommandLine::add(const QString &argument)
{
    m_words.append({ argument, false });
    return *this;
}

CommandLine &CommandLine::add(const QStringList &arguments)
{
    for (const QString &argument : arguments)
        m_words.append({ argument, false });
    return *this;
}

CommandLine &CommandLine::addMasked(const QString &argument)
{
    m_words.append({ argument, true });
    return *this;
}

QStringList CommandLine::argv() const
{
    QStringList words;
    words.reserve(m_words.size());
    for (const Word &word : m_words)
        words.append(word.text);
    return words;
}

QByteArray CommandLine::toShell() const
{
    if (!isValid())
        return {};
    QByteArray text;
    for (const Word &word : m_words) {
        const bool first = text.isEmpty();
        if (!first)
            text += ' ';
        text += (first && isReservedWord(word.text) ? quoteAlways(word.text) : quote(word.text)).toUtf8();
    }
    return text;
}

QString CommandLine::toDisplay() const
{
    QStringList words;
    words.reserve(m_words.size());
    for (const Word &word : m_words)
        words.append(word.masked ? QStringLiteral("***") : printable(quote(word.text).toUtf8()));
    return words.join(QLatin1Char(' '));
}

bool CommandLine::isValid() const
{
    return std::none_of(m_words.begin(), m_words.end(),
                        [](const Word &word) { return word.text.contains(QChar::Null) || !word.text.isValidUtf16(); });
}

QString CommandLine::quote(const QString &word)
{
    if (!word.isEmpty() && std::all_of(word.begin(), word.end(), isSafe))
        return word;
    return quoteAlways(word);
}

} // namespace Helmclaw
