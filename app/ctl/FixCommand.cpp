// SPDX-License-Identifier: MIT
#include "app/ctl/FixCommand.h"

#include "app/ctl/TaskText.h"
#include "models/posture/CheckCatalogue.h"
#include "models/tasks/FixCatalogue.h"
#include "models/tasks/TaskJson.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void FixCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl fix CHECK [NAME…]: does something about a check that does not pass, on the servers (all\n"
           "without a name) where it does not. Shows first what it would run and asks; every step is on record on "
           "this\n"
           "computer (helmclawctl tasks). Afterwards the servers are probed again: the check is the proof.\n"
           "Checks: %1.\n"
           "Exit code: 0 fixed, or nothing to fix; 1 the check still does not pass; 3 a server could not be reached "
           "or\n"
           "did not let itself be fixed; 2 usage.")
            .arg(FixCatalogue::checks().join(u", "_s)));
    addOptions(parser);
}

void FixCommand::start(Console &console, const QCommandLineParser &parser)
{
    const QStringList words = parser.positionalArguments();
    m_checkId = words.value(0);
    if (FixCatalogue::title(m_checkId).isEmpty())
        return fail({ ErrorCode::InvalidInput,
                      words.isEmpty() ? tr("fix wants the id of a check")
                                      : tr("there is no fix for \"%1\"").arg(printable(m_checkId.toUtf8(), 60)),
                      tr("Fixes there are for: %1").arg(FixCatalogue::checks().join(u", "_s)),
                      {} },
                    ExitUsage);
    const auto servers = select(console.fleet, words.mid(1));
    if (!servers)
        return fail(servers.error(), ExitUsage);
    if (!readOptions(console, parser))
        return;
    m_servers = *servers;
    if (m_servers.isEmpty())
        return probed();
    QStringList ids;
    for (const Server &server : std::as_const(m_servers))
        ids += server.id;
    connect(
        &console.refresher, &PostureRefresher::idle, this, [this] { probed(); }, Qt::SingleShotConnection);
    console.refresher.refresh(ids);
}

void FixCommand::probed()
{
    TaskPlan plan;
    plan.id = TaskPlan::newId();
    plan.title = FixCatalogue::title(m_checkId);
    plan.subject = u"fix "_s + m_checkId;
    plan.rollout = rollout();
    for (const Server &server : std::as_const(m_servers)) {
        const ServerPosture posture = console().posture.posture(server.id);
        auto its = FixCatalogue::plan(m_checkId, server, posture, plan.id);
        if (its) {
            plan.servers += *std::move(its);
            continue;
        }
        const CheckResult *result = posture.find(m_checkId);
        const bool fine = !posture.lastError && result != nullptr
            && (result->verdict == Verdict::Pass || result->verdict == Verdict::NotApplicable);
        m_serverFailed |= !fine;
        writeErr(its.error().toString());
    }
    if (!plan.servers.isEmpty())
        return propose(plan);
    if (isJson())
        writeJson(QJsonDocument(QJsonObject { { u"servers"_s, QJsonArray() } }));
    finish(m_serverFailed ? ExitServerFailed : ExitOk);
}

void FixCommand::ended(const TaskRun &run)
{
    if (!isJson())
        writeOut(taskSummary(run, false).toUtf8());
    if (run.state == TaskState::Cancelled) {
        if (isJson())
            writeJson(QJsonDocument(taskToJson(run)));
        return finish(exitCodeOf(run));
    }
    // What the tools say of themselves is one thing; the check is the proof.
    QStringList ids;
    for (const ServerPlan &server : run.plan.servers)
        ids += server.serverId;
    connect(
        &console().refresher, &PostureRefresher::idle, this,
        [this, run] {
            bool passes = true;
            QJsonArray checks;
            for (const ServerPlan &server : run.plan.servers) {
                const ServerPosture posture = console().posture.posture(server.serverId);
                const CheckResult *result = posture.lastError ? nullptr : posture.find(m_checkId);
                const Verdict verdict = result != nullptr ? result->verdict : Verdict::Unknown;
                passes &= verdict == Verdict::Pass;
                m_serverFailed |= posture.lastError.has_value();
                checks.append(QJsonObject { { u"name"_s, server.serverName }, { u"verdict"_s, verdictName(verdict) } });
                if (!isJson())
                    writeOut(tr("%1: the check now says %2 (%3)\n")
                                 .arg(server.serverName, verdictLabel(verdict),
                                      posture.lastError ? posture.lastError->what
                                                        : (result != nullptr ? result->summary : QString()))
                                 .toUtf8());
            }
            if (isJson()) {
                QJsonObject json = taskToJson(run);
                json.insert(u"check"_s, m_checkId);
                json.insert(u"verdicts"_s, checks);
                writeJson(QJsonDocument(json));
            }
            if (m_serverFailed || run.state != TaskState::Succeeded)
                finish(ExitServerFailed);
            else
                finish(passes ? ExitOk : ExitCheckFailed);
        },
        Qt::SingleShotConnection);
    console().refresher.refresh(ids);
}

} // namespace Helmclaw
