// SPDX-License-Identifier: MIT
#include "app/ctl/ExposureCommand.h"

#include "models/posture/ExposureProbe.h"
#include "ssh/SshTarget.h"

#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void ExposureCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(tr(
        "helmclawctl exposure [NAME…]: who can reach which port of the servers (all without a name), by their "
        "sockets,\n"
        "redirected ports and packet filters. \"anyone\" is anyone who has a route: what stands between is not known.\n"
        "Exit code: 0 only SSH and Tailscale are open to anyone, 1 more is, or --probe contradicts the server,\n"
        "3 a server could not be reached or its table is not complete, 2 usage."));
    parser.addOption({ u"json"_s, tr("Everything as JSON.") });
    parser.addOption(
        { u"probe"_s,
          tr("Also connect from this computer to the TCP ports that the server itself names (%1 at the most, "
             "nothing is sent), and say whether that confirms the table.")
              .arg(ExposureProbe::maxPorts) });
}

void ExposureCommand::start(Console &console, const QCommandLineParser &parser)
{
    const auto servers = select(console.fleet, parser.positionalArguments());
    if (!servers)
        return fail(servers.error(), ExitUsage);
    m_servers = *servers;
    m_json = parser.isSet(u"json"_s);
    m_probe = parser.isSet(u"probe"_s);
    if (m_servers.isEmpty())
        return report(console);
    QStringList ids;
    for (const Server &server : std::as_const(m_servers))
        ids.append(server.id);
    connect(&console.refresher, &PostureRefresher::idle, this, [this, &console] { probed(console); });
    console.refresher.refresh(ids);
}

void ExposureCommand::probed(Console &console)
{
    if (m_probe)
        m_waiting = m_servers;
    tryNext(console);
}

/// One server after the other: a connect to every port of a fleet at once would look like what it is not.
void ExposureCommand::tryNext(Console &console)
{
    while (!m_waiting.isEmpty()) {
        const Server server = m_waiting.takeFirst();
        const ServerPosture posture = console.posture.posture(server.id);
        const std::optional<SshTarget> target = console.sessions.target(server.id);
        if (!target || posture.lastError || posture.exposure.rows.isEmpty())
            continue;
        if (!target->jumpHosts.isEmpty() || !target->proxyCommand.isEmpty()) {
            m_notTried.insert(server.id, tr("the server is not reached directly, but through another one"));
            continue;
        }
        auto *probe = new ExposureProbe(target->host, posture.exposure, this);
        m_probes.insert(server.id, probe);
        connect(probe, &ExposureProbe::finished, this, [this, &console] { tryNext(console); });
        probe->start();
        return;
    }
    report(console);
}

void ExposureCommand::report(const Console &console)
{
    bool open = false;
    bool contradicted = false;
    bool unknown = false;
    QJsonArray array;
    for (const Server &server : std::as_const(m_servers)) {
        const ServerPosture posture = console.posture.posture(server.id);
        const Exposure &exposure = posture.exposure;
        const bool fresh = !posture.lastError && !posture.results.isEmpty();
        unknown |= !fresh || !exposure.isComplete();
        const ExposureProbe *probe = m_probes.value(server.id);
        QJsonArray rows;
        if (!m_json) {
            writeOut(u"%1:\n"_s.arg(server.name).toUtf8());
            if (posture.lastError)
                writeOut(u"  %1\n"_s.arg(posture.lastError->toString()).toUtf8());
            else if (!exposure.problem.isEmpty())
                writeOut(tr("  not complete: %1\n").arg(exposure.problem).toUtf8());
            for (const QString &rule : fresh ? exposure.notUnderstood : QStringList())
                writeOut(tr("  not understood: %1\n").arg(rule).toUtf8());
            if (m_notTried.contains(server.id))
                writeOut(tr("  not tried from here: %1\n").arg(m_notTried.value(server.id)).toUtf8());
        }
        for (const ExposureRow &row : fresh ? exposure.rows : QList<ExposureRow>()) {
            open |= row.from == ExposureRow::From::Anyone && !row.expected;
            unknown |= row.from == ExposureRow::From::Unknown;
            ExposureProbe::Answer answer;
            answer.detail = m_notTried.value(server.id);
            if (probe)
                answer = probe->answer(row);
            contradicted |= answer.finding == ExposureProbe::Finding::Contradicted;
            if (m_json) {
                QJsonObject object = Exposure::toJson(row);
                if (m_probe) {
                    object.insert(u"probe"_s, ExposureProbe::findingName(answer.finding));
                    object.insert(u"probeDetail"_s, answer.detail);
                }
                rows.append(object);
                continue;
            }
            QString line = u"  %1"_s.arg(Exposure::rowText(row));
            if (probe)
                line += u" – %1 (%2)"_s.arg(ExposureProbe::findingLabel(answer.finding), answer.detail);
            writeOut(line.toUtf8() + '\n');
        }
        if (m_json) {
            array.append(QJsonObject {
                { u"id"_s, server.id },
                { u"name"_s, server.name },
                { u"complete"_s, fresh && exposure.isComplete() },
                { u"problem"_s, exposure.problem },
                { u"notUnderstood"_s, QJsonArray::fromStringList(exposure.notUnderstood) },
                { u"error"_s, posture.lastError ? QJsonValue(errorToJson(*posture.lastError)) : QJsonValue() },
                { u"ports"_s, rows },
            });
        }
    }
    if (m_json)
        writeJson(QJsonDocument(QJsonObject { { u"servers"_s, array } }));
    finish(unknown ? ExitServerFailed : open || contradicted ? ExitCheckFailed : ExitOk);
}

} // namespace Helmclaw
