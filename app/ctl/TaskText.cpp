// SPDX-License-Identifier: MIT
#include "app/ctl/TaskText.h"

#include "models/tasks/OutputFold.h"
#include "models/tasks/PlanFold.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TaskText)
};

QString kindLabel(TaskStep::Kind kind)
{
    switch (kind) {
    case TaskStep::Kind::Precondition:
        return Text::tr("look");
    case TaskStep::Kind::Change:
        return Text::tr("CHANGE");
    case TaskStep::Kind::Proof:
        return Text::tr("prove");
    case TaskStep::Kind::Return:
        return Text::tr("wait");
    case TaskStep::Kind::Reach:
        break;
    }
    return Text::tr("connect");
}

QString indented(const QString &text)
{
    return u"    "_s + QString(text.trimmed()).replace(u'\n', u"\n    "_s) + u'\n';
}

/// Below a step's title.
QString hanging(QString text)
{
    return text.replace(u'\n', u"\n           "_s);
}

} // namespace

QString taskPreview(const TaskPlan &plan)
{
    QString text = plan.title + u'\n';
    for (const auto &[servers, steps] : foldPlans(plan)) {
        text += Text::tr("On %1:\n").arg(servers.join(u", "_s));
        for (const TaskStep &step : steps) {
            text += u"  %1  %2\n           %3\n"_s.arg(kindLabel(step.kind), -7)
                        .arg(step.title, hanging(step.commandText()));
            if (step.file)
                text += u"           "_s + hanging(step.file->unifiedDiff()) + u'\n';
        }
    }
    const auto waves = plan.waves();
    if (waves.size() > 1) {
        QStringList sizes;
        for (const QList<int> &wave : waves)
            sizes += QString::number(wave.size());
        text += Text::tr("In waves of %1 servers; the first is %2. ")
                    .arg(sizes.join(u", "_s), plan.servers.first().serverName);
    }
    if (plan.servers.size() > 1 && plan.rollout.stopAfter > 0)
        text += Text::tr("Ends after %n server(s) without success.\n", nullptr, plan.rollout.stopAfter);
    return text;
}

QString taskSummary(const TaskRun &run, bool output)
{
    QString text;
    for (const OutputFold &fold : foldOutputs(run)) {
        text += u"%1: %2"_s.arg(fold.servers.join(u", "_s), taskStateLabel(fold.state));
        if (!fold.problem.isEmpty()) {
            if (fold.step >= 0 && fold.state != TaskState::Skipped)
                text += u" (%1)"_s.arg(fold.stepTitle);
            text += u": "_s + fold.problem;
        }
        text += u'\n';
        if (output && !fold.output.trimmed().isEmpty())
            text += indented(fold.output);
        if (output && !fold.errors.trimmed().isEmpty())
            text += indented(fold.errors);
    }
    text += u"%1: %2 (%3)\n"_s.arg(run.plan.title, taskStateLabel(run.state), run.countsLabel());
    if (!run.problem.isEmpty())
        text += run.problem + u'\n';
    return text;
}

QString taskLine(const TaskRun &run)
{
    return u"%1  %2  %3 %4: %5"_s
        .arg(run.plan.id.left(8), QLocale::c().toString(run.started.toLocalTime(), u"yyyy-MM-dd HH:mm"_s))
        .arg(taskStateLabel(run.state), -9)
        .arg(run.plan.title, run.countsLabel());
}

} // namespace Helmclaw
