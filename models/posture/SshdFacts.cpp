// SPDX-License-Identifier: MIT
#include "models/posture/SshdFacts.h"

#include "models/posture/ProbeReport.h"

#include <QRegularExpression>
#include <QSet>

namespace Helmclaw {

namespace {

constexpr qsizetype maxLine = 16 * 1024;
/// What every sshd -T since OpenSSH 6 says; without these the text is not sshd's.
const QStringList always { QStringLiteral("permitrootlogin"),
                           QStringLiteral("passwordauthentication"),
                           QStringLiteral("maxauthtries"),
                           QStringLiteral("ciphers"),
                           QStringLiteral("macs"),
                           QStringLiteral("kexalgorithms"),
                           QStringLiteral("permitemptypasswords"),
                           QStringLiteral("x11forwarding"),
                           QStringLiteral("allowtcpforwarding") };
/// These come once a value; sshd says everything else once.
const QStringList repeated { QStringLiteral("port"),
                             QStringLiteral("listenaddress"),
                             QStringLiteral("hostkey"),
                             QStringLiteral("hostcertificate"),
                             QStringLiteral("acceptenv"),
                             QStringLiteral("allowusers"),
                             QStringLiteral("allowgroups"),
                             QStringLiteral("denyusers"),
                             QStringLiteral("denygroups"),
                             QStringLiteral("subsystem"),
                             QStringLiteral("setenv"),
                             QStringLiteral("logverbose"),
                             QStringLiteral("permituserenvironment") };

bool isKeyword(const QString &text)
{
    static const QRegularExpression keyword(QStringLiteral("\\A[a-z0-9]{2,40}\\z"));
    return keyword.match(text).hasMatch();
}

/// "KEYWORD VALUE" of sshd -T; false: sshd does not write such a line, or not twice.
bool addEffective(const QString &line, QHash<QString, QString> &settings)
{
    const QString keyword = line.section(u' ', 0, 0);
    if (!isKeyword(keyword) || line.size() > maxLine)
        return false;
    if (repeated.contains(keyword))
        return true;
    if (settings.contains(keyword))
        return false;
    settings.insert(keyword, line.section(u' ', 1).trimmed());
    return true;
}

/// "Keyword value", "keyword=value", "keyword \"value\"".
SshdConfigLine configLine(const QString &file, const QString &match, const QString &line)
{
    static const QRegularExpression part(QStringLiteral("[ =]+"));
    const QRegularExpressionMatch gap = part.match(line);
    SshdConfigLine result { file, match, {}, {} };
    result.keyword = (gap.hasMatch() ? line.left(gap.capturedStart()) : line).toLower();
    if (gap.hasMatch())
        result.value = line.mid(gap.capturedEnd()).remove(u'"').trimmed();
    return result;
}

} // namespace

QString SshdConfigLine::evidence() const
{
    return match.isEmpty() ? QStringLiteral("%1: %2 %3").arg(file, keyword, value)
                           : QStringLiteral("%1: %2: %3 %4").arg(file, match, keyword, value);
}

QString SshdFacts::setting(const QString &keyword) const
{
    return effective ? settings.value(keyword) : QString();
}

QList<SshdConfigLine> SshdFacts::lines(const QStringList &keywords, bool underMatch) const
{
    QList<SshdConfigLine> found;
    for (const SshdConfigLine &line : configured) {
        if (keywords.contains(line.keyword) && line.match.isEmpty() != underMatch)
            found.append(line);
    }
    return found;
}

SshdFacts SshdFacts::parse(const ProbeReport &report)
{
    SshdFacts facts;
    const ProbeSection *section = report.find("sshd");
    if (!section || section->status != 0)
        return facts;
    facts.installed = !section->absent;
    if (section->absent)
        return facts;

    std::optional<int> status;
    bool understood = true;
    bool complete = false;
    bool includesElsewhere = false;
    QStringList said;
    for (const QByteArray &raw : section->text.split('\n')) {
        const QList<QByteArray> fields = raw.split('\t');
        const QByteArray &key = fields.first();
        understood = understood && !complete && raw.size() <= maxLine;
        if (key == "config" && fields.size() == 4) {
            const SshdConfigLine line =
                configLine(printable(fields.at(1)), printable(fields.at(2)), printable(fields.at(3)));
            // The probe follows Include of the main file only.
            includesElsewhere =
                includesElsewhere || (line.keyword == u"include" && line.file != u"/etc/ssh/sshd_config");
            facts.configured.append(line);
        } else if (key == "unreadable" && fields.size() == 2) {
            facts.unreadable.append(printable(fields.at(1)));
        } else if (key == "status" && fields.size() == 2 && !status) {
            bool ok = false;
            status = fields.at(1).toInt(&ok);
            understood = understood && ok;
        } else if (key == "effective" && fields.size() == 2 && status) {
            if (said.size() < 5)
                said.append(printable(fields.at(1)));
            if (status == 0)
                understood = addEffective(printable(fields.at(1)), facts.settings) && understood;
        } else if (raw == "complete") {
            complete = true;
        } else {
            understood = false;
        }
    }
    understood = understood && complete;
    facts.configRead = understood && facts.unreadable.isEmpty() && !includesElsewhere && !facts.configured.isEmpty();
    for (const QString &keyword : always)
        understood = understood && (status != 0 || !facts.settings.value(keyword).isEmpty());
    facts.effective = understood && status == 0;
    if (status && !facts.effective)
        facts.problem = status == 0 ? QStringLiteral("not understood: %1").arg(said.value(0))
                                    : QStringLiteral("exit status %1: %2").arg(*status).arg(said.join(u' '));
    return facts;
}

} // namespace Helmclaw
