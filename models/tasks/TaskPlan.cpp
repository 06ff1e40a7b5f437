// SPDX-License-Identifier: MIT
#include "models/tasks/TaskPlan.h"

#include "ssh/CommandLine.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QRegularExpression>
#include <QUuid>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TaskPlan)
};

constexpr std::array kinds { std::pair { TaskStep::Kind::Precondition, "precondition" },
                             std::pair { TaskStep::Kind::Change, "change" },
                             std::pair { TaskStep::Kind::Proof, "proof" }, std::pair { TaskStep::Kind::Reach, "reach" },
                             std::pair { TaskStep::Kind::Return, "return" } };

QJsonObject stepToJson(const TaskStep &step)
{
    const auto *const kind =
        std::find_if(kinds.begin(), kinds.end(), [&step](const auto &entry) { return entry.first == step.kind; });
    QJsonObject json { { u"kind"_s, QLatin1StringView(kind->second) },
                       { u"title"_s, step.title },
                       { u"argv"_s, QJsonArray::fromStringList(step.argv) },
                       { u"asRoot"_s, step.asRoot },
                       { u"expected"_s, step.expected },
                       { u"remedy"_s, step.remedy },
                       { u"timeout"_s, step.timeout },
                       { u"goesOn"_s, step.goesOn } };
    if (step.file) {
        json.insert(u"file"_s,
                    QJsonObject { { u"path"_s, step.file->path },
                                  { u"existed"_s, step.file->existed },
                                  { u"before"_s, step.file->before },
                                  { u"after"_s, step.file->after } });
    }
    return json;
}

tl::unexpected<Error> broken(const QString &what)
{
    return failure(ErrorCode::InvalidInput, Text::tr("not a task: %1").arg(what));
}

Result<TaskStep> stepFromJson(const QJsonObject &json)
{
    const QString word = json[u"kind"].toString();
    const auto *const kind = std::find_if(
        kinds.begin(), kinds.end(), [&word](const auto &entry) { return word == QLatin1StringView(entry.second); });
    if (kind == kinds.end())
        return broken(Text::tr("there is no kind of step \"%1\"").arg(printable(word.toUtf8(), 40)));
    TaskStep step;
    step.kind = kind->first;
    step.title = json[u"title"].toString();
    for (const QJsonValue &value : json[u"argv"].toArray())
        step.argv += value.toString();
    step.asRoot = json[u"asRoot"].toBool();
    step.expected = json[u"expected"].toString();
    step.remedy = json[u"remedy"].toString();
    step.timeout = json[u"timeout"].toInt();
    step.goesOn = json[u"goesOn"].toBool();
    if (const QJsonObject file = json[u"file"].toObject(); !file.isEmpty())
        step.file = FileChange { file[u"path"].toString(), file[u"existed"].toBool(), file[u"before"].toString(),
                                 file[u"after"].toString() };
    if (step.timeout < 1 || step.argv.isEmpty() != (step.kind == TaskStep::Kind::Reach)
        || !QRegularExpression(step.expected).isValid())
        return broken(Text::tr("a step of it is not usable"));
    return step;
}

} // namespace

QString TaskStep::commandText() const
{
    if (kind == Kind::Reach)
        return Text::tr("(a new SSH connection)");
    if (file && file->existed)
        return Text::tr("(replaces %1 in one step, unless it has changed meanwhile; keeps the present one)")
            .arg(file->path);
    if (file)
        return Text::tr("(makes %1 in one step, unless there is one meanwhile)").arg(file->path);
    CommandLine line(asRoot ? u"sudo"_s : argv.value(0), asRoot ? argv : argv.mid(1));
    return line.toDisplay();
}

QString TaskPlan::newId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

QList<QList<int>> TaskPlan::waves() const
{
    QList<QList<int>> waves;
    const auto all = static_cast<int>(servers.size());
    // A canary beside nobody else is no canary.
    int size = rollout.canaries > 0 && rollout.canaries < all ? rollout.canaries : std::max(1, rollout.waveSize);
    for (int next = 0; next < all; size = std::max(1, rollout.waveSize)) {
        QList<int> wave;
        for (const int end = std::min(all, next + size); next < end; ++next)
            wave += next;
        waves += wave;
    }
    return waves;
}

QJsonObject TaskPlan::toJson() const
{
    QJsonArray list;
    for (const ServerPlan &server : servers) {
        QJsonArray steps;
        for (const TaskStep &step : server.steps)
            steps.append(stepToJson(step));
        list.append(
            QJsonObject { { u"id"_s, server.serverId }, { u"name"_s, server.serverName }, { u"steps"_s, steps } });
    }
    return { { u"id"_s, id },
             { u"title"_s, title },
             { u"subject"_s, subject },
             { u"before"_s, before },
             { u"rollout"_s,
               QJsonObject { { u"canaries"_s, rollout.canaries },
                             { u"waveSize"_s, rollout.waveSize },
                             { u"atOnce"_s, rollout.atOnce },
                             { u"stopAfter"_s, rollout.stopAfter } } },
             { u"servers"_s, list } };
}

Result<TaskPlan> TaskPlan::fromJson(const QJsonObject &json)
{
    TaskPlan plan;
    plan.id = json[u"id"].toString();
    plan.title = json[u"title"].toString();
    plan.subject = json[u"subject"].toString();
    plan.before = json[u"before"].toString();
    const QJsonObject rollout = json[u"rollout"].toObject();
    plan.rollout = { rollout[u"canaries"].toInt(), rollout[u"waveSize"].toInt(), rollout[u"atOnce"].toInt(),
                     rollout[u"stopAfter"].toInt() };
    for (const QJsonValue &value : json[u"servers"].toArray()) {
        ServerPlan server { value[u"id"].toString(), value[u"name"].toString(), {} };
        for (const QJsonValue &entry : value[u"steps"].toArray()) {
            auto step = stepFromJson(entry.toObject());
            if (!step)
                return tl::unexpected(step.error());
            server.steps += *std::move(step);
        }
        if (server.serverId.isEmpty() || server.steps.isEmpty())
            return broken(Text::tr("a server of it has no steps"));
        plan.servers += server;
    }
    if (QUuid::fromString(plan.id).isNull())
        return broken(Text::tr("it has no id"));
    if (plan.servers.isEmpty())
        return broken(Text::tr("it has no servers"));
    return plan;
}

} // namespace Helmclaw
