// SPDX-License-Identifier: MIT
#include "app/ctl/ChecksCommand.h"

#include "models/posture/CheckCatalogue.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

/// A cell: one word.
QString word(const ServerPosture &posture, const QString &checkId)
{
    const CheckResult *result = posture.find(checkId);
    if (!result)
        return u"?"_s;
    switch (result->verdict) {
    case Verdict::NotApplicable:
        return u"-"_s;
    case Verdict::Pass:
        return u"pass"_s;
    case Verdict::Unknown:
        return u"unknown"_s;
    case Verdict::Warn:
        return u"warn"_s;
    case Verdict::Fail:
        return u"FAIL"_s;
    }
    Q_UNREACHABLE();
}

bool needsAttention(const ServerPosture &posture, const QString &checkId)
{
    const CheckResult *result = posture.find(checkId);
    return result && result->verdict > Verdict::Pass;
}

} // namespace

void ChecksCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl checks [NAME…]: probes the servers (all without a name) and prints a table: a row a check, a\n"
           "column a server. \"-\" means that the check does not apply, \"?\" that the server did not answer.\n"
           "helmclawctl explain CHECK NAME tells what was read, why it matters and what to do.\n"
           "Exit code: 0 no check failed, 1 a check failed, 3 a server could not be reached or understood, 2 usage."));
    parser.addOption({ u"failing"_s, tr("Only checks that do not pass somewhere (Unknown is no pass).") });
    parser.addOption({ u"json"_s, tr("As JSON.") });
}

void ChecksCommand::start(Console &console, const QCommandLineParser &parser)
{
    const auto servers = select(console.fleet, parser.positionalArguments());
    if (!servers)
        return fail(servers.error(), ExitUsage);
    m_servers = *servers;
    m_failing = parser.isSet(u"failing"_s);
    m_json = parser.isSet(u"json"_s);
    if (m_servers.isEmpty())
        return report(console);
    QStringList ids;
    for (const Server &server : std::as_const(m_servers))
        ids += server.id;
    connect(
        &console.refresher, &PostureRefresher::idle, this, [this, &console] { report(console); },
        Qt::SingleShotConnection);
    console.refresher.refresh(ids);
}

void ChecksCommand::report(const Console &console)
{
    QList<ServerPosture> postures;
    bool failedServer = false;
    bool failedCheck = false;
    for (const Server &server : std::as_const(m_servers)) {
        const ServerPosture posture = console.posture.posture(server.id);
        failedServer |= posture.lastError.has_value() || posture.results.isEmpty();
        for (const CheckResult &result : posture.results)
            failedCheck |= result.verdict == Verdict::Fail;
        postures += posture;
    }
    if (m_json)
        writeJson(QJsonDocument(toJson(postures)));
    else
        writeTable(postures);
    finish(failedServer ? ExitServerFailed : failedCheck ? ExitCheckFailed : ExitOk);
}

QStringList ChecksCommand::rows(const QList<ServerPosture> &postures) const
{
    QStringList ids;
    for (const CheckInfo &check : checkCatalogue())
        ids += check.id;
    for (const ServerPosture &posture : postures) {
        for (const CheckResult &result : posture.results) {
            if (!ids.contains(result.checkId))
                ids += result.checkId;
        }
    }
    if (m_failing) {
        ids.removeIf([&](const QString &id) {
            return std::none_of(postures.begin(), postures.end(),
                                [&](const ServerPosture &posture) { return needsAttention(posture, id); });
        });
    }
    return ids;
}

void ChecksCommand::writeTable(const QList<ServerPosture> &postures) const
{
    const QStringList ids = rows(postures);
    qsizetype first = 0;
    for (const QString &id : ids)
        first = std::max(first, id.size());
    // At least as wide as the longest word, "unknown".
    const auto width = [](const Server &server) { return std::max<qsizetype>(server.name.size(), 7); };
    QString line = QString(first, u' ');
    for (const Server &server : m_servers)
        line += u"  "_s + server.name.leftJustified(width(server));
    if (!ids.isEmpty() && !m_servers.isEmpty())
        writeOut(line.trimmed().isEmpty() ? QByteArray() : (line + u'\n').toUtf8());
    for (const QString &id : ids) {
        line = id.leftJustified(first);
        for (qsizetype i = 0; i < m_servers.size(); ++i)
            line += u"  "_s + word(postures.at(i), id).leftJustified(width(m_servers.at(i)));
        writeOut((line + u'\n').toUtf8());
    }
    for (qsizetype i = 0; i < m_servers.size(); ++i) {
        if (postures.at(i).lastError)
            writeErr(postures.at(i).lastError->toString());
    }
}

QJsonObject ChecksCommand::toJson(const QList<ServerPosture> &postures) const
{
    QJsonArray checks;
    for (const QString &id : rows(postures)) {
        const CheckInfo info = checkInfo(id);
        QJsonArray servers;
        for (qsizetype i = 0; i < m_servers.size(); ++i) {
            const CheckResult *result = postures.at(i).find(id);
            servers.append(QJsonObject {
                { u"name"_s, m_servers.at(i).name },
                { u"verdict"_s, result ? QJsonValue(verdictName(result->verdict)) : QJsonValue(QJsonValue::Null) },
                { u"summary"_s, result ? result->summary : QString() } });
        }
        checks.append(QJsonObject { { u"id"_s, id },
                                    { u"title"_s, info.title },
                                    { u"area"_s, info.area },
                                    { u"category"_s, categoryName(info.category) },
                                    { u"severity"_s, severityName(info.severity) },
                                    { u"servers"_s, servers } });
    }
    QJsonArray servers;
    for (qsizetype i = 0; i < m_servers.size(); ++i) {
        const std::optional<Error> &error = postures.at(i).lastError;
        servers.append(QJsonObject { { u"id"_s, m_servers.at(i).id },
                                     { u"name"_s, m_servers.at(i).name },
                                     { u"worst"_s, verdictName(postures.at(i).worst()) },
                                     { u"error"_s, error ? QJsonValue(errorToJson(*error)) : QJsonValue() } });
    }
    return { { u"checks"_s, checks }, { u"servers"_s, servers } };
}

} // namespace Helmclaw
