// SPDX-License-Identifier: MIT
#include "models/tasks/TaskJson.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

static QJsonValue timeValue(const QDateTime &time)
{
    return time.isValid() ? QJsonValue(time.toString(Qt::ISODateWithMs)) : QJsonValue();
}

QJsonObject taskToJson(const TaskRun &run)
{
    QJsonArray servers;
    for (int i = 0; i < run.servers.size(); ++i) {
        const ServerPlan &plan = run.plan.servers.at(i);
        const ServerRun &server = run.servers.at(i);
        QJsonArray steps;
        for (int n = 0; n < server.steps.size(); ++n) {
            const StepRun &step = server.steps.at(n);
            const TaskStep &planned = plan.steps.at(n);
            steps.append(
                QJsonObject { { u"title"_s, planned.title },
                              { u"command"_s, planned.commandText() },
                              { u"argv"_s, QJsonArray::fromStringList(planned.argv) },
                              { u"asRoot"_s, planned.asRoot },
                              { u"diff"_s, planned.file ? QJsonValue(planned.file->unifiedDiff()) : QJsonValue() },
                              { u"state"_s, taskStateName(step.state) },
                              { u"started"_s, timeValue(step.started) },
                              { u"ended"_s, timeValue(step.ended) },
                              { u"exitStatus"_s, step.exitStatus },
                              { u"output"_s, step.output },
                              { u"errors"_s, step.errors },
                              { u"problem"_s, step.problem } });
        }
        servers.append(QJsonObject { { u"id"_s, plan.serverId },
                                     { u"name"_s, plan.serverName },
                                     { u"state"_s, taskStateName(server.state) },
                                     { u"problem"_s, server.problem },
                                     { u"steps"_s, steps } });
    }
    return { { u"id"_s, run.plan.id },
             { u"title"_s, run.plan.title },
             { u"subject"_s, run.plan.subject },
             { u"before"_s, run.plan.before },
             { u"state"_s, taskStateName(run.state) },
             { u"problem"_s, run.problem },
             { u"started"_s, timeValue(run.started) },
             { u"ended"_s, timeValue(run.ended) },
             { u"servers"_s, servers } };
}

} // namespace Helmclaw
