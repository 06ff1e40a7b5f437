// SPDX-License-Identifier: MIT
#include "models/tasks/TaskPlan.h"
#include "ssh/Error.h"

#include <algorithm>
#include <vector>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

constexpr int context = 3;
/// Longer files are shown as wholly replaced: the table below grows with the product of both.
constexpr qsizetype mostLines = 2000;

struct Edit
{
    QChar mark; ///< ' ', '-' or '+'
    QString line;
};

QStringList linesOf(const QString &text)
{
    QStringList lines = text.split(u'\n');
    if (lines.constLast().isEmpty())
        lines.removeLast();
    else
        lines.last() += u"\n\\ No newline at end of file"_s;
    return lines;
}

/// The longest common subsequence, by the textbook.
QList<Edit> edits(const QStringList &a, const QStringList &b)
{
    QList<Edit> script;
    qsizetype i = 0;
    qsizetype j = 0;
    if (a.size() <= mostLines && b.size() <= mostLines) {
        const auto width = static_cast<size_t>(b.size() + 1);
        std::vector<int> longest((static_cast<size_t>(a.size()) + 1) * width);
        const auto at = [&](qsizetype x, qsizetype y) -> int & {
            return longest[static_cast<size_t>(x) * width + static_cast<size_t>(y)];
        };
        for (qsizetype x = a.size() - 1; x >= 0; --x) {
            for (qsizetype y = b.size() - 1; y >= 0; --y)
                at(x, y) = a.at(x) == b.at(y) ? at(x + 1, y + 1) + 1 : std::max(at(x + 1, y), at(x, y + 1));
        }
        while (i < a.size() && j < b.size()) {
            if (a.at(i) == b.at(j)) {
                script += { u' ', a.at(i++) };
                ++j;
            } else if (at(i + 1, j) >= at(i, j + 1)) {
                script += { u'-', a.at(i++) };
            } else {
                script += { u'+', b.at(j++) };
            }
        }
    }
    while (i < a.size())
        script += { u'-', a.at(i++) };
    while (j < b.size())
        script += { u'+', b.at(j++) };
    return script;
}

/// "12,3"; of an empty range the line before it.
QString range(qsizetype first, qsizetype count)
{
    return u"%1,%2"_s.arg(count == 0 ? first : first + 1).arg(count);
}

} // namespace

QString FileChange::unifiedDiff() const
{
    if (existed && before == after)
        return {};
    const QList<Edit> script = edits(linesOf(before), linesOf(after));
    QStringList text { existed ? u"--- "_s + path : u"--- /dev/null"_s, u"+++ "_s + path };
    qsizetype oldLine = 0;
    qsizetype newLine = 0;
    for (qsizetype n = 0; n < script.size();) {
        // From three lines before a change to three after the last that is near it.
        qsizetype change = n;
        while (change < script.size() && script.at(change).mark == u' ')
            ++change;
        if (change == script.size())
            break;
        const qsizetype begin = std::max(n, change - context);
        oldLine += begin - n;
        newLine += begin - n;
        qsizetype end = change;
        for (qsizetype same = 0, next = change; next < script.size() && same <= 2 * context; ++next) {
            same = script.at(next).mark == u' ' ? same + 1 : 0;
            if (same == 0)
                end = next + 1;
        }
        end = std::min(script.size(), end + context);
        QStringList hunk;
        qsizetype olds = 0;
        qsizetype news = 0;
        for (n = begin; n < end; ++n) {
            const Edit &edit = script.at(n);
            olds += edit.mark == u'+' ? 0 : 1;
            news += edit.mark == u'-' ? 0 : 1;
            const QStringList parts = edit.line.split(u'\n'); // a last line without its end says so below
            hunk += edit.mark + printable(parts.constFirst().toUtf8());
            hunk += parts.mid(1);
        }
        text += u"@@ -%1 +%2 @@"_s.arg(range(oldLine, olds), range(newLine, news));
        text += hunk;
        oldLine += olds;
        newLine += news;
    }
    return text.join(u'\n');
}

} // namespace Helmclaw
