// SPDX-License-Identifier: MIT
#include "views/tasks/TaskDetails.h"

#include "models/tasks/TaskManager.h"
#include "models/tasks/TaskTranscript.h"
#include "views/overview/TimeText.h"
#include "views/theme/Colors.h"
#include "views/theme/Glyphs.h"
#include "views/theme/Typography.h"
#include "views/widgets/ElidedLabel.h"
#include "views/widgets/GlyphLabel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

namespace Helmclaw {

TaskDetails::TaskDetails(TaskManager *manager, QWidget *parent)
    : QWidget(parent)
    , m_manager(manager)
    , m_title(new ElidedLabel)
    , m_state(new GlyphLabel(GlyphLabel::Shape::Pill))
    , m_meta(new ElidedLabel)
    , m_problem(makeLabel(TextStyle::Body))
    , m_transcript(new QPlainTextEdit)
    , m_stop(new QPushButton(tr("Stop")))
    , m_findOut(new QPushButton(tr("Find out…")))
    , m_retry(new QPushButton(tr("Repeat…")))
{
    m_title->setObjectName(QStringLiteral("taskTitle"));
    m_title->setFont(fontFor(TextStyle::Heading));
    m_state->setObjectName(QStringLiteral("taskState"));
    m_meta->setObjectName(QStringLiteral("taskMeta"));
    m_meta->setForegroundRole(QPalette::PlaceholderText);
    m_problem->setObjectName(QStringLiteral("taskProblem"));
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_transcript->setObjectName(QStringLiteral("taskTranscript"));
    m_transcript->setAccessibleName(tr("What ran and what it printed"));
    m_transcript->setReadOnly(true);
    m_transcript->setFont(fontFor(TextStyle::Mono));
    m_transcript->setUndoRedoEnabled(false);
    m_transcript->document()->setDocumentMargin(8);
    m_stop->setObjectName(QStringLiteral("taskStop"));
    m_findOut->setObjectName(QStringLiteral("taskFindOut"));
    m_findOut->setToolTip(tr("Look only: run the proofs where nobody knows how it ended"));
    m_retry->setObjectName(QStringLiteral("taskRetry"));
    m_retry->setToolTip(tr("The same steps again, on the servers where it did not succeed"));

    auto *head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(m_title, 1);
    head->addWidget(m_stop);
    head->addWidget(m_findOut);
    head->addWidget(m_retry);
    auto *facts = new QHBoxLayout;
    facts->setSpacing(10);
    facts->addWidget(m_state);
    facts->addWidget(m_meta, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addLayout(facts);
    layout->addWidget(m_problem);
    layout->addWidget(m_transcript, 1);

    // The range changes with the text, and with the room there is for it.
    QScrollBar *bar = m_transcript->verticalScrollBar();
    connect(bar, &QScrollBar::rangeChanged, this, &TaskDetails::scrollToFollow);
    connect(bar, &QScrollBar::valueChanged, this, [this, bar](int value) {
        if (!m_scrolling)
            m_follow = value >= bar->maximum() - 1;
    });
    connect(m_manager, &TaskManager::changed, this, [this](const QString &id) {
        if (id == m_taskId)
            update();
    });
    connect(m_manager, &TaskManager::outputAdded, this, [this](const QString &id, int server, const QString &lines) {
        const TaskRun *run = id == m_taskId ? m_manager->run(id) : nullptr;
        if (run != nullptr && shownServer(*run) == server && m_step < 0)
            addLines(lines);
    });
    connect(m_stop, &QPushButton::clicked, this, [this] {
        if (m_server < 0)
            m_manager->cancel(m_taskId);
        else
            m_manager->cancelServer(m_taskId, m_server);
    });
    const auto propose = [this](const std::optional<TaskPlan> &plan) {
        if (plan)
            Q_EMIT proposed(*plan);
    };
    connect(m_findOut, &QPushButton::clicked, this, [this, propose] {
        if (const TaskRun *run = m_manager->run(m_taskId))
            propose(run->findOut());
    });
    connect(m_retry, &QPushButton::clicked, this, [this, propose] {
        if (const TaskRun *run = m_manager->run(m_taskId))
            propose(run->retry());
    });
    update();
}

void TaskDetails::showTask(const QString &taskId, int server, int step)
{
    if (taskId == m_taskId && server == m_server && step == m_step)
        return;
    m_taskId = taskId;
    m_server = server;
    m_step = step;
    m_transcript->clear();
    // Of what runs, the newest; of what has run, the beginning.
    const TaskRun *run = m_manager->run(taskId);
    m_follow = run != nullptr && !isFinal(run->state);
    update();
}

int TaskDetails::shownServer(const TaskRun &run) const
{
    return m_server < 0 && run.plan.servers.size() == 1 ? 0 : m_server;
}

void TaskDetails::update()
{
    const TaskRun *run = m_manager->run(m_taskId);
    for (QWidget *part : { static_cast<QWidget *>(m_title), static_cast<QWidget *>(m_state),
                           static_cast<QWidget *>(m_meta), static_cast<QWidget *>(m_transcript) })
        part->setVisible(run != nullptr);
    if (run == nullptr) {
        for (QWidget *part : { static_cast<QWidget *>(m_problem), static_cast<QWidget *>(m_stop),
                               static_cast<QWidget *>(m_findOut), static_cast<QWidget *>(m_retry) })
            part->hide();
        return;
    }
    updateHead(*run);
    updateButtons(*run);
    updateTranscript(*run);
}

void TaskDetails::updateHead(const TaskRun &run)
{
    QString title = run.plan.title;
    TaskState state = run.state;
    QString problem = run.problem;
    QStringList meta;
    if (m_server < 0 && run.plan.servers.size() > 1)
        meta += run.countsLabel();
    if (const int server = shownServer(run); server >= 0) {
        title = tr("%1: %2").arg(run.plan.servers.at(server).serverName, title);
        state = run.servers.at(server).state;
        if (problem.isEmpty())
            problem = run.servers.at(server).problem;
        if (m_step >= 0) {
            const StepRun &step = run.servers.at(server).steps.at(m_step);
            state = step.state;
            problem = step.problem;
            meta += tr("step %1 of %2").arg(m_step + 1).arg(run.servers.at(server).steps.size());
        }
    }
    if (run.started.isValid())
        meta += tr("begun %1").arg(shortTime(run.started));
    if (!isFinal(run.state) && !m_manager->isOurs(m_taskId))
        meta += tr("by another program of yours");
    m_title->setText(title);
    m_state->setGlyph(glyphOf(state));
    m_meta->setText(meta.join(QStringLiteral("  ·  ")));
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void TaskDetails::updateButtons(const TaskRun &run)
{
    const bool ours = m_manager->isOurs(m_taskId);
    const bool going = !isFinal(m_server < 0 ? run.state : run.servers.at(m_server).state);
    m_stop->setVisible(ours && going);
    m_stop->setText(m_server < 0 ? tr("Stop") : tr("Stop on this server"));
    const bool ended = isFinal(run.state);
    m_findOut->setVisible(ended && run.findOut().has_value());
    m_retry->setVisible(ended && run.retry().has_value());
}

void TaskDetails::updateTranscript(const TaskRun &run)
{
    const int server = shownServer(run);
    const QString text = server < 0 ? foldedTranscript(run)
                                    : serverTranscript(run, server, m_step, m_manager->liveOutput(m_taskId, server));
    if (text == m_transcript->toPlainText())
        return;
    QScrollBar *bar = m_transcript->verticalScrollBar();
    const int place = bar->value();
    m_scrolling = true;
    m_transcript->setPlainText(text);
    bar->setValue(place);
    m_scrolling = false;
    scrollToFollow();
}

void TaskDetails::addLines(const QString &lines)
{
    // The text ends with a line end; appendPlainText() would leave an empty line there.
    QTextCursor end(m_transcript->document());
    end.movePosition(QTextCursor::End);
    end.insertText(lines + QLatin1Char('\n'));
    scrollToFollow();
}

void TaskDetails::scrollToFollow()
{
    if (!m_follow)
        return;
    QScrollBar *bar = m_transcript->verticalScrollBar();
    m_scrolling = true;
    bar->setValue(bar->maximum());
    m_scrolling = false;
}

void TaskDetails::paintEvent(QPaintEvent * /*event*/)
{
    QPainter(this).fillRect(rect(), Colors::of(palette()).base);
}

} // namespace Helmclaw
