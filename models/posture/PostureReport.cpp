// SPDX-License-Identifier: MIT
#include "models/posture/PostureReport.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureJson.h"
#include "models/posture/ResidualRisk.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(PostureReport)
};

constexpr const char *style = R"(
:root { color-scheme: light dark; --bg:#fff; --fg:#1b1f24; --dim:#5b6472; --line:#d8dde3; --ok:#11703f; --warn:#8a5a00;
--bad:#b3261e; --badbg:#fbe6e4; --warnbg:#fdf0d0; --unkbg:#eceff3; }
@media (prefers-color-scheme: dark) { :root { --bg:#16181d; --fg:#e8eaed; --dim:#9aa4b2; --line:#343a44; --ok:#59c98f;
--warn:#f0b849; --bad:#ff8177; --badbg:#43201e; --warnbg:#3d300f; --unkbg:#2a2f38; } }
body { background:var(--bg); color:var(--fg); font:15px/1.45 system-ui,sans-serif; margin:2rem auto; max-width:76rem;
padding:0 1.5rem; } h1 { font-size:1.6rem; margin:0 0 .2rem; } h2 { font-size:1.2rem; margin:2.2rem 0 .3rem; }
p { margin:.2rem 0; } .dim, th { color:var(--dim); font-weight:normal; } table { border-collapse:collapse; margin:1rem 0; }
th, td { text-align:left; padding:.3rem .7rem .3rem 0; border-bottom:1px solid var(--line); vertical-align:top; }
.fail { color:var(--bad); } .warn { color:var(--warn); } .pass { color:var(--ok); } .unknown, .not-applicable
{ color:var(--dim); } pre { background:var(--unkbg); padding:.5rem .7rem; border-radius:5px; white-space:pre-wrap;
overflow-wrap:anywhere; margin:.3rem 0; font-size:.85em; } .risk { font-weight:600; } section { break-inside:avoid-page; }
)";

QString escaped(const QString &text)
{
    return text.toHtmlEscaped();
}

QString verdictCell(Verdict verdict, int count)
{
    return u"<td class=\"%1\">%2%3</td>"_s.arg(verdictName(verdict), escaped(verdictLabel(verdict)),
                                               count > 1 ? u" (%1)"_s.arg(count) : QString());
}

QString timeText(const QDateTime &time)
{
    return time.isValid() ? time.toUTC().toString(u"yyyy-MM-dd HH:mm 'UTC'") : Text::tr("never");
}

ResidualRisk riskOf(const QList<PostureReport::Entry> &entries)
{
    QList<ResidualRisk> risks;
    for (const PostureReport::Entry &entry : entries)
        risks += residualRisk(entry.posture);
    return worstOf(risks);
}

/// Per area the worst verdict, and how many checks have it.
QString areaCells(const ServerPosture &posture, const QStringList &areas)
{
    QString cells;
    for (const QString &area : areas) {
        Verdict worst = Verdict::NotApplicable;
        int count = 0;
        bool any = false;
        for (const CheckResult &result : posture.results) {
            if (checkInfo(result.checkId).area != area)
                continue;
            any = true;
            count = result.verdict == worst ? count + 1 : result.verdict > worst ? 1 : count;
            worst = std::max(worst, result.verdict);
        }
        cells += verdictCell(any ? worst : Verdict::Unknown, any && worst > Verdict::Pass ? count : 0);
    }
    return cells;
}

QString findings(const ServerPosture &posture)
{
    QList<CheckResult> open;
    for (const CheckResult &result : posture.results) {
        if (result.verdict > Verdict::Pass)
            open += result;
    }
    std::stable_sort(open.begin(), open.end(),
                     [](const CheckResult &a, const CheckResult &b) { return a.verdict > b.verdict; });
    QString html;
    for (const CheckResult &result : std::as_const(open)) {
        const CheckInfo info = checkInfo(result.checkId);
        html += u"<section><p><strong class=\"%1\">%2</strong> <strong>%3</strong> <span class=\"dim\">%4</span></p>"
                "<p>%5</p>"_s.arg(verdictName(result.verdict), escaped(verdictLabel(result.verdict)),
                                  escaped(info.title), escaped(info.id), escaped(result.summary));
        if (!result.remedy.isEmpty())
            html += u"<p>%1</p>"_s.arg(escaped(result.remedy));
        if (!result.evidence.isEmpty())
            html += u"<pre>%1</pre>"_s.arg(escaped(result.evidence.join(u'\n')));
        html += u"</section>\n"_s;
    }
    return html;
}

QString csvCell(QString text)
{
    if (!text.isEmpty() && u"=+-@\t\r"_s.contains(text.front()))
        text.prepend(u'\'');
    return u'"' + text.replace(u'"', u"\"\""_s) + u'"';
}

} // namespace

QByteArray PostureReport::toHtml() const
{
    QStringList areas;
    for (const CheckInfo &info : checkCatalogue()) {
        if (!areas.contains(info.area))
            areas += info.area;
    }
    QString html = u"<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                   "content=\"width=device-width\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                   "'none'; style-src 'unsafe-inline'\"><title>%1</title><style>%2</style></head><body>\n"_s.arg(
                       escaped(title), QLatin1String(style));
    html += u"<h1>%1</h1><p class=\"dim\">%2</p><p class=\"risk\">%3</p>\n"_s.arg(
        escaped(title), escaped(Text::tr("Posture as known on %1, by Helmclaw").arg(timeText(at))),
        escaped(Text::tr("Residual risk: %1").arg(riskOf(entries).label())));
    html += u"<table><tr><th>%1</th><th>%2</th>"_s.arg(escaped(Text::tr("Server")), escaped(Text::tr("Residual risk")));
    for (const QString &area : std::as_const(areas))
        html += u"<th>%1</th>"_s.arg(escaped(areaTitle(area)));
    html += u"<th>%1</th></tr>\n"_s.arg(escaped(Text::tr("Checked")));
    for (const Entry &entry : entries) {
        html += u"<tr><td>%1</td><td class=\"risk\">%2</td>%3<td class=\"dim\">%4</td></tr>\n"_s.arg(
            escaped(entry.server.name), escaped(residualRisk(entry.posture).label()), areaCells(entry.posture, areas),
            escaped(timeText(entry.posture.probedAt)));
    }
    html += u"</table>\n"_s;
    for (const Entry &entry : entries) {
        html += u"<h2>%1</h2><p class=\"dim\">%2</p>\n"_s.arg(
            escaped(entry.server.name),
            escaped(QStringList { entry.server.host, entry.server.tags.join(u", "_s) }.join(u"  ")));
        if (entry.posture.lastError)
            html += u"<p class=\"fail\">%1</p>\n"_s.arg(escaped(entry.posture.lastError->toString()));
        const QString open = findings(entry.posture);
        if (entry.posture.results.isEmpty())
            html += u"<p class=\"unknown\">%1</p>\n"_s.arg(escaped(Text::tr("Never checked: nothing is known.")));
        else
            html += open.isEmpty() ? u"<p class=\"pass\">%1</p>\n"_s.arg(escaped(Text::tr("No finding."))) : open;
    }
    return (html + u"</body></html>\n"_s).toUtf8();
}

QByteArray PostureReport::toCsv() const
{
    QString csv = u"server,host,check,title,area,category,severity,verdict,summary,remedy,since,checked\r\n"_s;
    for (const Entry &entry : entries) {
        for (const CheckResult &result : entry.posture.results) {
            const CheckInfo info = checkInfo(result.checkId);
            QStringList cells;
            for (const QString &text :
                 { entry.server.name, entry.server.host, result.checkId, info.title, info.area,
                   categoryName(info.category), severityName(info.severity), verdictName(result.verdict),
                   result.summary, result.remedy, result.since.toUTC().toString(Qt::ISODate),
                   entry.posture.probedAt.toUTC().toString(Qt::ISODate) })
                cells += csvCell(text);
            csv += cells.join(u',') + u"\r\n"_s;
        }
        if (entry.posture.results.isEmpty()) // left out, it would look as if there were no such server
            csv += u"%1,%2,,,,,,%3,%4,,,\r\n"_s.arg(
                csvCell(entry.server.name), csvCell(entry.server.host), csvCell(verdictName(Verdict::Unknown)),
                csvCell(entry.posture.lastError ? entry.posture.lastError->what : Text::tr("never checked")));
    }
    return csv.toUtf8();
}

QByteArray PostureReport::toJson() const
{
    QJsonArray servers;
    for (const Entry &entry : entries) {
        QJsonObject server = postureToJson(entry.posture);
        server.insert(u"name"_s, entry.server.name);
        server.insert(u"host"_s, entry.server.host);
        server.insert(u"tags"_s, QJsonArray::fromStringList(entry.server.tags));
        servers.append(server);
    }
    return QJsonDocument(QJsonObject { { u"title"_s, title },
                                       { u"at"_s, at.toUTC().toString(Qt::ISODate) },
                                       { u"risk"_s, riskToJson(riskOf(entries)) },
                                       { u"servers"_s, servers } })
        .toJson();
}

} // namespace Helmclaw
