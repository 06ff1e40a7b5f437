// SPDX-License-Identifier: MIT
#include "app/ctl/ExplainCommand.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/CheckHow.h"
#include "models/tasks/FixCatalogue.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void ExplainCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(tr(
        "helmclawctl explain: lists the checks.\n"
        "helmclawctl explain CHECK: what it is, why it matters, how it is judged, whether there is a fix.\n"
        "helmclawctl explain CHECK NAME…: probes the servers, too, and tells what it says of each, what it read, and\n"
        "what to do.\n"
        "Exit code: 0; 1 the check fails on one of the servers; 3 a server could not be reached or understood;\n"
        "2 usage."));
    parser.addOption({ u"json"_s, tr("As JSON.") });
}

void ExplainCommand::start(Console &console, const QCommandLineParser &parser)
{
    const QStringList words = parser.positionalArguments();
    m_json = parser.isSet(u"json"_s);
    if (words.isEmpty())
        return list();
    m_check = checkInfo(words.constFirst());
    if (m_check.id.isEmpty())
        return fail({ ErrorCode::InvalidInput,
                      tr("there is no check \"%1\"").arg(printable(words.constFirst().toUtf8(), 60)),
                      tr("List the checks with: helmclawctl explain"),
                      {} },
                    ExitUsage);
    if (words.size() == 1)
        return report(console);
    const auto servers = select(console.fleet, words.mid(1));
    if (!servers)
        return fail(servers.error(), ExitUsage);
    m_servers = *servers;
    QStringList ids;
    for (const Server &server : std::as_const(m_servers))
        ids += server.id;
    connect(
        &console.refresher, &PostureRefresher::idle, this, [this, &console] { report(console); },
        Qt::SingleShotConnection);
    console.refresher.refresh(ids);
}

void ExplainCommand::list()
{
    const QList<CheckInfo> catalogue = checkCatalogue();
    QJsonArray array;
    qsizetype width = 0;
    for (const CheckInfo &check : catalogue)
        width = std::max(width, check.id.size());
    for (const CheckInfo &check : catalogue) {
        if (m_json)
            array.append(QJsonObject { { u"id"_s, check.id }, { u"title"_s, check.title } });
        else
            writeOut(u"%1  %2\n"_s.arg(check.id.leftJustified(width), check.title).toUtf8());
    }
    if (m_json)
        writeJson(QJsonDocument(QJsonObject { { u"checks"_s, array } }));
    finish(ExitOk);
}

void ExplainCommand::report(const Console &console)
{
    if (m_json)
        writeJson(QJsonDocument(toJson(console)));
    else
        writeText(console);
    bool failedServer = false;
    bool failedCheck = false;
    for (const Server &server : std::as_const(m_servers)) {
        const ServerPosture posture = console.posture.posture(server.id);
        const CheckResult *result = posture.find(m_check.id);
        failedServer |= posture.lastError.has_value() || !result;
        failedCheck |= result && result->verdict == Verdict::Fail;
    }
    finish(failedServer ? ExitServerFailed : failedCheck ? ExitCheckFailed : ExitOk);
}

void ExplainCommand::writeText(const Console &console) const
{
    const QString fix = FixCatalogue::title(m_check.id);
    const QString how = howItIsJudged(m_check.id);
    const auto line = [](const QString &text) { writeOut((text + u'\n').toUtf8()); };
    line(u"%1: %2"_s.arg(m_check.id, m_check.title));
    line(tr("  Category: %1. Risk while it does not pass: %2.")
             .arg(categoryName(m_check.category), severityName(m_check.severity)));
    line(tr("  Why: %1").arg(m_check.why));
    if (!how.isEmpty())
        line(tr("  How it is judged: %1").arg(how));
    line(fix.isEmpty() ? tr("  Helmclaw has no fix for it; what to do is told with the finding.")
                       : tr("  Fix: %1 (helmclawctl fix %2 NAME…)").arg(fix, m_check.id));
    for (const Server &server : m_servers) {
        const ServerPosture posture = console.posture.posture(server.id);
        const CheckResult *result = posture.find(m_check.id);
        if (posture.lastError || !result) {
            line(tr("%1: not known. %2")
                     .arg(server.name, posture.lastError ? posture.lastError->toString() : QString())
                     .trimmed());
            continue;
        }
        line(u"%1: %2. %3"_s.arg(server.name, verdictLabel(result->verdict), result->summary));
        for (const QString &evidence : result->evidence)
            line(u"    "_s + evidence);
        if (!result->remedy.isEmpty())
            line(tr("  What to do: %1").arg(result->remedy));
    }
}

QJsonObject ExplainCommand::toJson(const Console &console) const
{
    QJsonArray servers;
    for (const Server &server : m_servers) {
        const ServerPosture posture = console.posture.posture(server.id);
        const CheckResult *result = posture.find(m_check.id);
        servers.append(QJsonObject {
            { u"name"_s, server.name },
            { u"verdict"_s, result ? QJsonValue(verdictName(result->verdict)) : QJsonValue() },
            { u"summary"_s, result ? result->summary : QString() },
            { u"evidence"_s, result ? QJsonArray::fromStringList(result->evidence) : QJsonArray() },
            { u"remedy"_s, result ? result->remedy : QString() },
            { u"error"_s, posture.lastError ? QJsonValue(errorToJson(*posture.lastError)) : QJsonValue() } });
    }
    const QString fix = FixCatalogue::title(m_check.id);
    return { { u"id"_s, m_check.id },
             { u"title"_s, m_check.title },
             { u"area"_s, m_check.area },
             { u"category"_s, categoryName(m_check.category) },
             { u"severity"_s, severityName(m_check.severity) },
             { u"why"_s, m_check.why },
             { u"how"_s, howItIsJudged(m_check.id) },
             { u"fix"_s, fix.isEmpty() ? QJsonValue() : QJsonValue(fix) },
             { u"servers"_s, servers } };
}

} // namespace Helmclaw
