// SPDX-License-Identifier: MIT
#include "models/tasks/FixPlanner.h"

#include "models/fleet/ServerSessions.h"
#include "models/posture/ProbeReport.h"
#include "models/posture/ProbeScript.h"
#include "models/tasks/FixCatalogue.h"
#include "models/tasks/FixSurvey.h"
#include "ssh/SshPool.h"

#include <QTimer>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

FixPlanner::FixPlanner(ServerSessions *sessions, const PostureStore *postures, QObject *parent)
    : QObject(parent)
    , m_sessions(sessions)
    , m_postures(postures)
{
}

FixPlanner::~FixPlanner()
{
    qDeleteAll(m_replies);
}

void FixPlanner::start(const FixRequest &request, const QList<Server> &servers)
{
    m_request = request;
    const auto action = FixCatalogue::action(request.actionId);
    m_plan.id = TaskPlan::newId();
    m_plan.title = action ? action->title : QString();
    m_plan.subject = u"fix "_s + (request.forCheck.isEmpty() ? request.actionId : request.forCheck);
    for (auto it = request.values.begin(); it != request.values.end(); ++it)
        m_plan.subject += u" %1=%2"_s.arg(it.key(), it.value());
    for (const Server &server : servers)
        m_places += { server, m_postures->posture(server.id), FixPlan() };
    m_open = static_cast<int>(m_places.size()) + 1;
    for (int place = 0; place < m_places.size(); ++place)
        survey(place);
    QTimer::singleShot(0, this, &FixPlanner::conclude); // later also where nothing is asked
}

void FixPlanner::survey(int place)
{
    const auto &[server, posture, outcome] = m_places.at(place);
    if (const auto refusal = FixCatalogue::refusal(m_request, server, posture)) {
        settle(place, tl::unexpected(*refusal));
        return;
    }
    if (FixCatalogue::survey(m_request.actionId).isEmpty()) {
        settle(place, FixCatalogue::plan(m_request, server, posture, m_plan.id, {}));
        return;
    }
    m_sessions->prepare(server.id, this, [this, place](const Result<void> &ready) {
        if (ready)
            ask(place);
        else
            settle(place, tl::unexpected(ready.error()));
    });
}

void FixPlanner::ask(int place)
{
    const QString nonce = QString::fromLatin1(newProbeNonce());
    const QStringList argv =
        FixSurvey::argv(FixCatalogue::survey(m_request.actionId), nonce, m_request.values.values());
    ExecOptions options;
    options.asRoot = m_places.at(place).posture.withSudo;
    ExecReply *reply =
        m_sessions->pool()->exec(m_places.at(place).server.id, CommandLine(argv.constFirst(), argv.mid(1)), options);
    m_replies += reply;
    connect(reply, &SshReply::finished, this, [this, place, reply, nonce] {
        m_replies.removeOne(reply);
        reply->deleteLater();
        const auto &[server, posture, outcome] = m_places.at(place);
        if (reply->error()) {
            settle(place, tl::unexpected(*reply->error()));
            return;
        }
        const auto report = ProbeReport::parse(reply->standardOutput(), nonce.toLatin1());
        if (!report) {
            const QString said = printable(reply->standardError().trimmed(), 300);
            Error error = report.error();
            if (!said.isEmpty())
                error.what += u": "_s + said;
            settle(place, tl::unexpected(error));
            return;
        }
        settle(place, FixCatalogue::plan(m_request, server, posture, m_plan.id, *report));
    });
}

void FixPlanner::settle(int place, Result<FixPlan> outcome)
{
    if (!outcome && outcome.error().server.isEmpty())
        outcome.error().server = m_places.at(place).server.name;
    m_places[place].outcome = std::move(outcome);
    conclude();
}

void FixPlanner::conclude()
{
    if (--m_open > 0)
        return;
    for (const auto &[server, posture, outcome] : std::as_const(m_places)) {
        if (outcome && !outcome->steps.isEmpty()) {
            m_plan.servers += { server.id, server.name, outcome->steps };
        } else if (outcome) {
            m_left += { server.id, Error { ErrorCode::Unsupported, outcome->nothingToDo, {}, server.name }, true };
        } else {
            const CheckResult *result = posture.find(m_request.forCheck);
            const bool fine = !posture.lastError && result != nullptr
                && (result->verdict == Verdict::Pass || result->verdict == Verdict::NotApplicable);
            m_left += { server.id, outcome.error(), fine };
        }
    }
    Q_EMIT finished();
}

} // namespace Helmclaw
