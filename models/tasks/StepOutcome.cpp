// SPDX-License-Identifier: MIT
#include "models/tasks/StepOutcome.h"

#include "ssh/SshReply.h"

#include <QCoreApplication>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(StepOutcome)
};

/// Whether what was asked may have been begun on the server although it came to this.
bool mayHaveBegun(ErrorCode code)
{
    switch (code) {
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::ConnectionLost:
    case ErrorCode::OutputTooLarge:
    case ErrorCode::Internal:
        return true;
    default:
        return false;
    }
}

StepRun ended(TaskState state, const QString &problem, const TaskStep &step)
{
    StepRun run;
    run.state = state;
    run.problem = problem;
    if (state == TaskState::Failed && !step.remedy.isEmpty())
        run.problem = asSentences(problem, step.remedy);
    return run;
}

QString lastLine(const QString &text)
{
    return text.trimmed().section(u'\n', -1);
}

} // namespace

QString goesOnText()
{
    return Text::tr("no longer waited for; it cannot be cancelled and goes on on the server. Find out later what has "
                    "become of it");
}

QString printableLines(QByteArrayView text, int limit)
{
    constexpr int longestLine = 4096;
    const bool cut = text.size() > limit;
    if (cut) {
        text = text.last(limit);
        const qsizetype end = text.indexOf('\n'); // the rest of a line would look like one
        text = text.sliced(end < 0 ? 0 : end + 1);
    }
    QStringList lines;
    if (cut)
        lines += Text::tr("(what came before is not kept)");
    for (const QByteArray &line : text.toByteArray().split('\n'))
        lines += printable(line.endsWith('\r') ? line.chopped(1) : line, longestLine);
    return lines.join(u'\n');
}

StepRun outcomeOf(const TaskStep &step, const Error &error)
{
    if (error.code == ErrorCode::Cancelled && step.goesOn)
        return ended(TaskState::Unknown, goesOnText(), step);
    if (error.code == ErrorCode::Cancelled)
        return ended(TaskState::Cancelled, Text::tr("cancelled while it ran; what it had done until then stays"), step);
    const bool unknown =
        step.kind != TaskStep::Kind::Precondition && (step.kind != TaskStep::Kind::Change || mayHaveBegun(error.code));
    const QString what = asSentences(error.what, error.remedy);
    return ended(unknown ? TaskState::Unknown : TaskState::Failed, what, unknown ? TaskStep() : step);
}

StepRun outcomeOf(const TaskStep &step, const ExecReply &reply)
{
    StepRun run;
    if (reply.error()) {
        run = outcomeOf(step, *reply.error());
    } else if (reply.isTruncated()) {
        run =
            outcomeOf(step, Error { ErrorCode::OutputTooLarge, Text::tr("it printed too much and was ended"), {}, {} });
    } else if (reply.exitStatus() != 0) {
        const QString said = lastLine(printableLines(reply.standardError(), TaskRun::outputLimit));
        const QString how = reply.exitStatus() < 0 ? Text::tr("ended by SIG%1").arg(printable(reply.exitSignal(), 20))
                                                   : Text::tr("exit status %1").arg(reply.exitStatus());
        run = ended(TaskState::Failed, said.isEmpty() ? how : how + u": "_s + said, step);
    } else if (!step.expected.isEmpty()
               && !QRegularExpression(step.expected, QRegularExpression::MultilineOption)
                       .match(QString::fromUtf8(reply.standardOutput()))
                       .hasMatch()) {
        run = ended(TaskState::Failed, Text::tr("it ran, but its output is not what it should be"), step);
    } else {
        run.state = TaskState::Succeeded;
    }
    run.exitStatus = reply.exitStatus();
    run.output = printableLines(reply.standardOutput(), TaskRun::outputLimit);
    run.errors = printableLines(reply.standardError(), TaskRun::outputLimit);
    return run;
}

StepRun outcomeOf(const TaskStep &step, const HostKeyReply &reply)
{
    if (reply.error() && reply.error()->code == ErrorCode::Cancelled)
        return outcomeOf(step, *reply.error());
    if (reply.error())
        return ended(TaskState::Failed, reply.error()->what, step);
    if (reply.report().verdict != HostKeyVerdict::Match)
        return ended(TaskState::Failed, Text::tr("another host key than the pinned one answers there"), step);
    StepRun run;
    run.state = TaskState::Succeeded;
    run.output = Text::tr("a new connection shows the pinned host key %1").arg(reply.report().offered.fingerprint());
    return run;
}

} // namespace Helmclaw
