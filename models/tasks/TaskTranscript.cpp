// SPDX-License-Identifier: MIT
#include "models/tasks/TaskTranscript.h"

#include "models/tasks/OutputFold.h"

#include <QCoreApplication>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TaskTranscript)
};

/// @p text in whole lines; nothing for an empty one.
QString block(const QString &text)
{
    if (text.trimmed().isEmpty())
        return {};
    return text.endsWith(u'\n') ? text : text + u'\n';
}

QString ending(TaskState state, const QString &problem)
{
    const QString word = taskStateLabel(state);
    return (problem.isEmpty() ? word : u"%1: %2"_s.arg(word, problem)) + u'\n';
}

} // namespace

QString serverTranscript(const TaskRun &run, int server, int step, const QString &live)
{
    const ServerPlan &plan = run.plan.servers.at(server);
    const ServerRun &its = run.servers.at(server);
    QString text;
    for (int number = 0; number < its.steps.size(); ++number) {
        const StepRun &done = its.steps.at(number);
        const bool begun = done.state != TaskState::Waiting && done.state != TaskState::Skipped;
        if (step >= 0 ? number != step : !begun)
            continue;
        if (!text.isEmpty())
            text += u'\n';
        const TaskStep &what = plan.steps.at(number);
        text += u"# %1\n"_s.arg(what.title);
        if (const QString command = what.commandText(); !command.isEmpty())
            text += u"$ %1\n"_s.arg(command);
        if (done.state == TaskState::Running) {
            text += block(live);
            continue;
        }
        text += block(done.output) + block(done.errors);
        if (done.state != TaskState::Succeeded)
            text += ending(done.state, done.problem);
    }
    if (text.isEmpty())
        text = ending(its.state, its.problem);
    return text;
}

QString foldedTranscript(const TaskRun &run)
{
    QString text;
    for (const OutputFold &fold : foldOutputs(run)) {
        if (!text.isEmpty())
            text += u'\n';
        text += Text::tr("# %n server(s): %1", nullptr, static_cast<int>(fold.servers.size()))
                    .arg(fold.servers.join(u", "_s))
            + u'\n';
        if (fold.step >= 0 && fold.state != TaskState::Succeeded)
            text += fold.stepTitle + u'\n';
        text += block(fold.output) + block(fold.errors) + ending(fold.state, fold.problem);
    }
    return text;
}

} // namespace Helmclaw
