// SPDX-License-Identifier: MIT
#include "models/gateway/ScriptBlocks.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

QList<ScriptBlock> ScriptBlock::read(const ProbeReport &report, const char *section, QLatin1StringView firstKey)
{
    QList<ScriptBlock> blocks;
    const ProbeSection *text = report.find(section);
    if (!text || text->absent)
        return blocks;
    for (const QString &line : text->lines()) {
        const qsizetype equals = line.indexOf(u'=');
        if (equals < 1)
            continue;
        const Line parsed { line.first(equals), line.sliced(equals + 1) };
        if (parsed.key == firstKey)
            blocks.append(ScriptBlock());
        if (!blocks.isEmpty())
            blocks.last().m_lines.append(parsed);
    }
    return blocks;
}

QString ScriptBlock::value(QLatin1StringView key) const
{
    const auto it = std::find_if(m_lines.begin(), m_lines.end(), [&](const Line &line) { return line.key == key; });
    return it == m_lines.end() ? QString() : it->value;
}

std::optional<uint> ScriptBlock::number(const QString &text, uint highest)
{
    const bool digits =
        !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    bool ok = false;
    const uint value = text.toUInt(&ok);
    return digits && ok && value <= highest ? std::optional(value) : std::nullopt;
}

quint16 ScriptBlock::portOrZero(const QString &text)
{
    return quint16(number(text, 65535).value_or(0));
}

QString ScriptBlock::pathOrEmpty(const QString &text)
{
    const bool fits = text.startsWith(u'/') && text.size() <= 1024 && !text.contains(u'\\')
        && !text.contains(QChar::ReplacementCharacter);
    return fits ? text : QString();
}

QString ScriptBlock::wordOrEmpty(const QString &text)
{
    static const QRegularExpression Word(u"\\A[A-Za-z0-9._-]{1,64}\\z"_s);
    return Word.match(text).hasMatch() ? text : QString();
}

} // namespace Helmclaw
