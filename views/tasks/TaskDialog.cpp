// SPDX-License-Identifier: MIT
#include "views/tasks/TaskDialog.h"

#include "views/tasks/TaskStepRow.h"
#include "views/theme/Typography.h"
#include "views/widgets/CodePanel.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace Helmclaw {

TaskDialog::TaskDialog(const TaskPlan &plan, ServerSessions *sessions, const QString &journalFolder, QWidget *parent)
    : QDialog(parent)
    , m_plan(plan)
    , m_sessions(sessions)
    , m_journalFolder(journalFolder)
    , m_lead(makeLabel(TextStyle::Heading))
    , m_text(makeSecondaryLabel(TextStyle::Body))
    , m_output(new QPlainTextEdit)
    , m_go(new QPushButton(plan.title))
    , m_cancel(new QPushButton(tr("Cancel")))
{
    setObjectName(QStringLiteral("taskDialog"));
    setWindowModality(Qt::WindowModal);
    const ServerPlan &server = plan.servers.constFirst();
    setWindowTitle(plan.title);
    m_lead->setObjectName(QStringLiteral("taskLead"));
    m_lead->setText(tr("%1 on %2?").arg(plan.title, server.serverName));
    m_lead->setWordWrap(true);
    m_text->setObjectName(QStringLiteral("taskText"));
    m_text->setText(tr("These steps run one after the other on the server; the first that fails ends them. Each is "
                       "recorded on this computer before it begins. Afterwards the server is checked again."));
    m_text->setWordWrap(true);

    auto *panel = new CodePanel;
    auto *steps = new QVBoxLayout(panel);
    steps->setContentsMargins(16, 12, 16, 12);
    steps->setSpacing(10);
    for (const TaskStep &step : server.steps) {
        m_rows += new TaskStepRow(step);
        steps->addWidget(m_rows.constLast());
    }
    steps->addStretch(1);
    auto *scroll = new QScrollArea;
    scroll->setWidget(panel);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_output->setObjectName(QStringLiteral("taskOutput"));
    m_output->setAccessibleName(tr("What the server prints"));
    m_output->setReadOnly(true);
    m_output->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_output->setMaximumBlockCount(10000);
    m_output->setMinimumHeight(140);
    m_output->hide();

    m_go->setObjectName(QStringLiteral("taskGo"));
    m_go->setAutoDefault(false);
    m_cancel->setObjectName(QStringLiteral("taskCancel"));
    m_cancel->setDefault(true);
    connect(m_go, &QPushButton::clicked, this, &TaskDialog::begin);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_task && !isFinal(m_task->run().state))
            m_task->cancel();
        else
            reject();
    });
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_go);
    buttons->addWidget(m_cancel);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addWidget(m_lead);
    layout->addWidget(m_text);
    layout->addWidget(scroll, 3);
    layout->addWidget(m_output, 2);
    layout->addLayout(buttons);
    setMinimumWidth(640);
    const int wanted = 150 + static_cast<int>(server.steps.size()) * 54;
    resize(720, std::min(wanted, 640));
    m_cancel->setFocus();
}

void TaskDialog::begin()
{
    const QString server = m_plan.servers.constFirst().serverName;
    m_lead->setText(tr("%1 on %2").arg(m_plan.title, server));
    m_go->hide();
    m_cancel->setText(tr("Stop"));
    m_output->show();
    resize(width(), std::max(height(), 560));
    m_task = new Task(m_plan, m_sessions, m_journalFolder, this);
    connect(m_task, &Task::changed, this, &TaskDialog::showRun);
    connect(m_task, &Task::outputAdded, this,
            [this](int, const QString &lines, bool) { m_output->appendPlainText(lines); });
    connect(m_task, &Task::finished, this, &TaskDialog::finish);
    m_text->setText(tr("Recorded in %1").arg(m_task->journalFile()));
    m_task->start();
}

void TaskDialog::showRun()
{
    const ServerRun &server = m_task->run().servers.constFirst();
    for (int i = 0; i < m_rows.size(); ++i)
        m_rows.at(i)->showRun(server.steps.at(i));
}

void TaskDialog::finish()
{
    showRun();
    const TaskRun &run = m_task->run();
    const QString server = m_plan.servers.constFirst().serverName;
    m_lead->setText(tr("%1 on %2: %3").arg(m_plan.title, server, taskStateLabel(run.state)));
    const QString why = run.problem.isEmpty() ? run.servers.constFirst().problem : run.problem;
    m_text->setText(run.state == TaskState::Succeeded ? tr("Every step has succeeded. The server is checked again.")
                                                      : why);
    m_cancel->setText(tr("Close"));
    Q_EMIT ended();
    if (m_closing)
        QDialog::reject();
}

void TaskDialog::reject()
{
    if (m_task == nullptr || isFinal(m_task->run().state)) {
        QDialog::reject();
        return;
    }
    m_closing = true;
    m_task->cancel();
}

} // namespace Helmclaw
