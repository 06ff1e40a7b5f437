// SPDX-License-Identifier: MIT
#include "app/ctl/StatusCommand.h"

#include "models/fleet/SessionLabel.h"
#include "models/fleet/SshSettings.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureJson.h"

#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void StatusCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl status [NAME…]: probes the servers (all without a name) and prints their checks.\n"
           "Exit code: 0 no check failed, 1 a check failed, 3 a server could not be reached or understood, 2 usage."));
    parser.addOption({ u"json"_s, tr("Everything as JSON.") });
    parser.addOption({ u"all-checks"_s, tr("Also the checks that pass.") });
}

void StatusCommand::start(Console &console, const QCommandLineParser &parser)
{
    const auto servers = select(console.fleet, parser.positionalArguments());
    if (!servers)
        return fail(servers.error(), ExitUsage);
    const bool json = parser.isSet(u"json"_s);
    const bool verbose = parser.isSet(u"all-checks"_s);
    if (servers->isEmpty()) {
        report(console, {}, json, verbose);
        return;
    }
    QStringList ids;
    for (const Server &server : *servers)
        ids.append(server.id);
    connect(&console.refresher, &PostureRefresher::idle, this,
            [this, &console, list = *servers, json, verbose] { report(console, list, json, verbose); });
    console.refresher.refresh(ids);
}

void StatusCommand::report(const Console &console, const QList<Server> &servers, bool json, bool verbose)
{
    bool failedCheck = false;
    bool failedServer = false;
    QJsonArray array;
    for (const Server &server : servers) {
        const ServerPosture posture = console.posture.posture(server.id);
        failedServer |= posture.lastError.has_value() || posture.results.isEmpty();
        for (const CheckResult &result : posture.results)
            failedCheck |= result.verdict == Verdict::Fail;
        if (json) {
            QJsonObject object = postureToJson(posture);
            object.insert(u"id"_s, server.id);
            object.insert(u"name"_s, server.name);
            object.insert(u"host"_s, server.host);
            object.insert(u"sshConfig"_s, sshRemarksToJson(console.sessions.sshRemarks(server.id)));
            if (server.isOnTailnet())
                object.insert(u"tailnet"_s, console.sessions.tailnet()->toJson(server));
            const SessionStatus session = console.sessions.status(server.id);
            object.insert(u"sshBackend"_s, sshBackendName(session.backend));
            object.insert(u"sshBackendReason"_s, session.backendReason);
            array.append(object);
            continue;
        }
        writeOut(
            u"%1: %2\n"_s.arg(server.name, posture.lastError ? tr("unknown") : verdictLabel(posture.worst())).toUtf8());
        if (posture.lastError)
            writeOut(u"  %1\n"_s.arg(posture.lastError->toString()).toUtf8());
        if (server.isOnTailnet())
            writeOut(tr("  tailnet: %1\n").arg(console.sessions.tailnet()->summary(server)).toUtf8());
        if (const QString through = backendLabel(console.sessions.status(server.id)); !through.isEmpty())
            writeOut(u"  %1\n"_s.arg(through).toUtf8());
        for (const SshConfigRemark &remark : console.sessions.sshRemarks(server.id)) {
            if (remark.weight != SshConfigRemark::Weight::NoEffect)
                writeOut(tr("  ssh_config, %1: %2\n").arg(sshRemarkLabel(remark.weight), toString(remark)).toUtf8());
        }
        for (const CheckResult &result : posture.results) {
            if (!verbose && (result.verdict == Verdict::Pass || result.verdict == Verdict::NotApplicable))
                continue;
            writeOut(u"  %1  %2: %3\n"_s.arg(verdictLabel(result.verdict), -8)
                         .arg(checkInfo(result.checkId).title, result.summary)
                         .toUtf8());
            if (!result.remedy.isEmpty() && result.verdict != Verdict::Pass)
                writeOut(u"            %1\n"_s.arg(result.remedy).toUtf8());
        }
    }
    if (json)
        writeJson(QJsonDocument(QJsonObject { { u"servers"_s, array } }));
    finish(failedServer ? ExitServerFailed : failedCheck ? ExitCheckFailed : ExitOk);
}

} // namespace Helmclaw
