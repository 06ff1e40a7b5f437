// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"

#include "tests/support/SourceDir.h"

#include <QFile>

namespace Helmclaw {

ReportBuilder ReportBuilder::recorded(const QByteArray &name)
{
    QFile file(Test::sourcePath("tests/fixtures/posture/%1.txt").arg(QString::fromLatin1(name)));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no fixture %s", name.constData());
    ReportBuilder builder;
    file.readLine(); // header
    for (;;) {
        const QByteArray begin = file.readLine().trimmed();
        if (!begin.startsWith(nonce + " begin "))
            break;
        const qsizetype length = file.readLine().trimmed().toInt();
        const QByteArray text = file.read(length);
        file.readLine();
        const QByteArray end = file.readLine().trimmed();
        builder.set(begin.mid(nonce.size() + 7), text, end.mid(nonce.size() + 5));
    }
    if (builder.bytes() != [&] {
            file.seek(0);
            return file.readAll();
        }())
        qFatal("fixture %s is not framed as it should be", name.constData());
    return builder;
}

ReportBuilder &ReportBuilder::set(const QByteArray &name, const QByteArray &text, const QByteArray &status)
{
    for (Section &section : m_sections) {
        if (section.name == name) {
            section.text = text;
            section.status = status;
            return *this;
        }
    }
    m_sections.append(Section { name, text, status });
    return *this;
}

ReportBuilder &ReportBuilder::remove(const QByteArray &name)
{
    m_sections.removeIf([&](const Section &section) { return section.name == name; });
    return *this;
}

ReportBuilder &ReportBuilder::replace(const QByteArray &name, const QByteArray &before, const QByteArray &after)
{
    for (Section &section : m_sections) {
        if (section.name != name)
            continue;
        if (!section.text.contains(before))
            qFatal("section %s has no \"%s\"", name.constData(), before.constData());
        section.text.replace(before, after);
    }
    return *this;
}

QList<QByteArray> ReportBuilder::names() const
{
    QList<QByteArray> all;
    for (const Section &section : m_sections)
        all.append(section.name);
    return all;
}

QByteArray ReportBuilder::text(const QByteArray &name) const
{
    for (const Section &section : m_sections) {
        if (section.name == name)
            return section.text;
    }
    return {};
}

QByteArray ReportBuilder::bytes() const
{
    QByteArray bytes = "HELMCLAW-PROBE 1 " + nonce + '\n';
    for (const Section &section : m_sections) {
        bytes += nonce + " begin " + section.name + '\n' + QByteArray::number(section.text.size()) + '\n' + section.text
            + '\n' + nonce + " end " + section.status + '\n';
    }
    return bytes + nonce + " done " + QByteArray::number(m_sections.size()) + '\n';
}

} // namespace Helmclaw
