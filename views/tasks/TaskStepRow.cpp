// SPDX-License-Identifier: MIT
#include "views/tasks/TaskStepRow.h"

#include "views/theme/Glyphs.h"
#include "views/theme/Typography.h"
#include "views/widgets/CodeLabel.h"
#include "views/widgets/GlyphLabel.h"

#include <QGridLayout>
#include <QLabel>

namespace Helmclaw {

namespace {

/// Before it runs: what kind of thing it is.
Glyph glyphOf(TaskStep::Kind kind)
{
    switch (kind) {
    case TaskStep::Kind::Precondition:
        return { QStringLiteral("search"), Tone::Neutral, TaskStepRow::tr("Looks") };
    case TaskStep::Kind::Change:
        return { QStringLiteral("edit"), Tone::Warn, TaskStepRow::tr("Changes") };
    case TaskStep::Kind::Proof:
        return { QStringLiteral("shield"), Tone::Neutral, TaskStepRow::tr("Proves") };
    case TaskStep::Kind::Return:
        return { QStringLiteral("clock"), Tone::Neutral, TaskStepRow::tr("Waits") };
    case TaskStep::Kind::Reach:
        break;
    }
    return { QStringLiteral("connect"), Tone::Neutral, TaskStepRow::tr("Connects") };
}

} // namespace

TaskStepRow::TaskStepRow(const TaskStep &step, QWidget *parent)
    : QWidget(parent)
    , m_kind(step.kind)
    , m_state(new GlyphLabel(GlyphLabel::Shape::Plain))
    , m_problem(makeLabel(TextStyle::Body))
{
    m_state->setObjectName(QStringLiteral("stepState"));
    m_state->setMinimumWidth(110);
    m_problem->setObjectName(QStringLiteral("stepProblem"));
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *title = makeLabel(TextStyle::Body, step.title);
    title->setWordWrap(true);
    auto *command = new CodeLabel;
    command->setObjectName(QStringLiteral("stepCommand"));
    command->setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    command->setText(step.file ? step.commandText() + u'\n' + step.file->unifiedDiff() : step.commandText());

    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(2);
    grid->addWidget(m_state, 0, 0, Qt::AlignTop);
    grid->addWidget(title, 0, 1);
    grid->addWidget(command, 1, 1);
    grid->addWidget(m_problem, 2, 1);
    grid->setColumnStretch(1, 1);
    showRun({});
}

void TaskStepRow::showRun(const StepRun &run)
{
    m_state->setGlyph(run.state == TaskState::Waiting ? glyphOf(m_kind) : Helmclaw::glyphOf(run.state));
    m_problem->setText(run.problem);
    m_problem->setVisible(!run.problem.isEmpty());
}

} // namespace Helmclaw
