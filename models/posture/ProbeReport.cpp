// SPDX-License-Identifier: MIT
#include "models/posture/ProbeReport.h"

#include <QCoreApplication>

#include <algorithm>
#include <optional>

namespace Helmclaw {

namespace {

tl::unexpected<Error> bad(const QString &what)
{
    return failure(
        ErrorCode::BadServerData,
        QCoreApplication::translate("ProbeReport", "the probe's answer was not understood: %1").arg(what),
        QCoreApplication::translate(
            "ProbeReport",
            "Refresh again; if it stays, check that a plain \"ssh HOST true\" prints nothing and that sh on the "
            "server is a POSIX shell"));
}

/// Reads the output from front to back; every step says whether it found exactly what it expected.
class Reader
{
public:
    explicit Reader(const QByteArray &bytes)
        : m_bytes(bytes)
    {
    }

    [[nodiscard]] bool atEnd() const { return m_position == m_bytes.size(); }
    [[nodiscard]] qsizetype position() const { return m_position; }
    void seek(qsizetype position) { m_position = position; }

    /// The next line without its line end; none when no line end follows within @p maxLength bytes.
    std::optional<QByteArray> line(qsizetype maxLength = 128)
    {
        const QByteArrayView window =
            QByteArrayView(m_bytes).sliced(m_position).first(std::min(maxLength + 1, m_bytes.size() - m_position));
        const qsizetype end = window.indexOf('\n');
        if (end < 0)
            return std::nullopt;
        m_position += end + 1;
        return window.first(end).toByteArray();
    }

    /// @p count bytes and the line end after them.
    std::optional<QByteArray> block(qsizetype count)
    {
        if (count >= m_bytes.size() - m_position || m_bytes.at(m_position + count) != '\n')
            return std::nullopt;
        const QByteArray text = m_bytes.mid(m_position, count);
        m_position += count + 1;
        return text;
    }

private:
    const QByteArray &m_bytes;
    qsizetype m_position = 0;
};

/// Decimal digits only (QByteArray::toInt takes signs and blanks), at most @p highest.
std::optional<int> number(const QByteArray &text, int highest)
{
    const bool digits = !text.isEmpty() && text.size() <= 7
        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || text.toInt() > highest)
        return std::nullopt;
    return text.toInt();
}

bool isName(const QByteArray &text)
{
    return !text.isEmpty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

} // namespace

QStringList ProbeSection::lines() const
{
    QStringList printableLines;
    for (const QByteArray &line : text.split('\n')) {
        QByteArray content = line.endsWith('\r') ? line.chopped(1) : line;
        if (!content.trimmed().isEmpty())
            printableLines.append(printable(content.replace('\t', ' ')));
    }
    return printableLines;
}

Result<ProbeReport> ProbeReport::parse(const QByteArray &output, const QByteArray &nonce)
{
    if (output.size() > maxBytes)
        return bad(QStringLiteral("longer than %1 bytes").arg(maxBytes));
    if (nonce.isEmpty())
        return bad(QStringLiteral("no nonce"));

    const QByteArray header = "HELMCLAW-PROBE 1 " + nonce + '\n';
    const qsizetype start = output.startsWith(header) ? 0 : output.indexOf('\n' + header) + 1;
    if (start > maxPreface || (start == 0 && !output.startsWith(header))) {
        return bad(output.isEmpty() ? QStringLiteral("it is empty")
                                    : QStringLiteral("no header with this probe's number; it begins with \"%1\"")
                                          .arg(printable(output, 80)));
    }

    ProbeReport report;
    report.m_nonce = nonce;
    Reader reader(output);
    reader.seek(start + header.size());
    const QByteArray begin = nonce + " begin ";
    const QByteArray end = nonce + " end ";
    const QByteArray done = nonce + " done ";
    for (;;) {
        const std::optional<QByteArray> line = reader.line();
        if (!line)
            return bad(QStringLiteral("it ends after %1 sections, without an end mark").arg(report.m_sections.size()));
        if (line->startsWith(done)) {
            const std::optional<int> count = number(line->mid(done.size()), maxSections);
            if (!count || *count != report.m_sections.size())
                return bad(QStringLiteral("it has %1 sections, but says another number").arg(report.m_sections.size()));
            if (!reader.atEnd())
                return bad(QStringLiteral("%1 bytes follow its end").arg(output.size() - reader.position()));
            return report;
        }
        const QByteArray name = line->startsWith(begin) ? line->mid(begin.size()) : QByteArray();
        if (!isName(name))
            return bad(QStringLiteral("\"%1\" where a section should begin").arg(printable(*line, 80)));
        if (report.m_sections.contains(name))
            return bad(QStringLiteral("section %1 came twice").arg(printable(name)));
        if (report.m_sections.size() == maxSections)
            return bad(QStringLiteral("more than %1 sections").arg(maxSections));

        const std::optional<QByteArray> length = reader.line(8);
        const std::optional<int> count = length ? number(*length, maxBytes) : std::nullopt;
        if (!count)
            return bad(QStringLiteral("section %1 has no length").arg(printable(name)));
        const std::optional<QByteArray> text = reader.block(*count);
        if (!text)
            return bad(
                QStringLiteral("section %1 is not as long as it says (%2 bytes)").arg(printable(name)).arg(*count));
        const std::optional<QByteArray> last = reader.line();
        const QByteArray word = last && last->startsWith(end) ? last->mid(end.size()) : QByteArray();
        const std::optional<int> status = number(word, 255);
        const bool absent = word == "absent";
        if (!status && !absent)
            return bad(QStringLiteral("section %1 has no end").arg(printable(name)));
        if (absent && !text->isEmpty())
            return bad(QStringLiteral("section %1 is absent, but has text").arg(printable(name)));
        report.m_sections.insert(name, ProbeSection { *text, status.value_or(0), absent });
    }
}

const ProbeSection *ProbeReport::find(const char *name) const
{
    const auto it = m_sections.constFind(QByteArray::fromRawData(name, qsizetype(qstrlen(name))));
    return it == m_sections.constEnd() ? nullptr : &*it;
}

} // namespace Helmclaw
