// SPDX-License-Identifier: MIT
#include "views/tasks/TaskPreviewDialog.h"

#include "models/tasks/PlanFold.h"
#include "views/tasks/TaskStepRow.h"
#include "views/theme/Typography.h"
#include "views/widgets/CodePanel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>

namespace Helmclaw {

namespace {

QLabel *wrapped(QLabel *label, const char *name)
{
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    return label;
}

} // namespace

TaskPreviewDialog::TaskPreviewDialog(const TaskPlan &plan, const QStringList &left, QWidget *parent)
    : QDialog(parent)
    , m_plan(plan)
    , m_go(new QPushButton(tr("Start")))
    , m_cancel(new QPushButton(tr("Cancel")))
{
    setObjectName(QStringLiteral("taskPreview"));
    setWindowModality(Qt::WindowModal);
    setWindowTitle(plan.title);
    const int servers = static_cast<int>(plan.servers.size());
    auto *lead = wrapped(makeLabel(TextStyle::Heading), "taskLead");
    lead->setText(servers == 1 ? tr("%1: %2?").arg(plan.servers.constFirst().serverName, plan.title)
                               : tr("%n servers: %1?", nullptr, servers).arg(plan.title));
    auto *text = wrapped(makeSecondaryLabel(TextStyle::Body), "taskText");
    text->setText(tr("These steps run one after the other on the server; the first that fails ends them. Each is "
                     "recorded on this computer before it begins. Afterwards the server is checked again."));

    m_go->setObjectName(QStringLiteral("taskGo"));
    m_go->setAutoDefault(false);
    m_cancel->setObjectName(QStringLiteral("taskCancel"));
    m_cancel->setDefault(true);
    connect(m_go, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_go);
    buttons->addWidget(m_cancel);

    auto *scroll = new QScrollArea;
    scroll->setWidget(makeSteps());
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addWidget(lead);
    layout->addWidget(text);
    if (!left.isEmpty()) {
        auto *out = wrapped(makeSecondaryLabel(TextStyle::Small), "taskLeftOut");
        out->setText(tr("Left out:") + u'\n' + left.join(u'\n'));
        layout->addWidget(out);
    }
    layout->addWidget(scroll, 1);
    if (servers > 1)
        layout->addWidget(makeRollout());
    layout->addLayout(buttons);
    setMinimumWidth(640);
    qsizetype rows = 0;
    for (const PlanFold &fold : foldPlans(plan))
        rows += fold.steps.size();
    resize(720, static_cast<int>(std::min<qsizetype>(180 + rows * 56 + (servers > 1 ? 130 : 0), 680)));
    m_cancel->setFocus();
}

QWidget *TaskPreviewDialog::makeSteps() const
{
    auto *panel = new CodePanel;
    auto *steps = new QVBoxLayout(panel);
    steps->setContentsMargins(16, 12, 16, 12);
    steps->setSpacing(10);
    for (const PlanFold &fold : foldPlans(m_plan)) {
        if (m_plan.servers.size() > 1) {
            auto *names = wrapped(makeLabel(TextStyle::Strong), "taskServers");
            names->setText(tr("On %1:").arg(fold.servers.join(QStringLiteral(", "))));
            steps->addWidget(names);
        }
        for (const TaskStep &step : fold.steps)
            steps->addWidget(new TaskStepRow(step));
    }
    steps->addStretch(1);
    return panel;
}

QWidget *TaskPreviewDialog::makeRollout()
{
    const int servers = static_cast<int>(m_plan.servers.size());
    const auto box = [this](const char *name, const QString &label, int from, int to, int value) {
        auto *spin = new QSpinBox;
        spin->setObjectName(QLatin1String(name));
        spin->setAccessibleName(label);
        spin->setRange(from, to);
        spin->setMinimumWidth(spin->fontMetrics().horizontalAdvance(QStringLiteral("never")) + 48);
        spin->setValue(qBound(from, value, to));
        connect(spin, &QSpinBox::valueChanged, this, &TaskPreviewDialog::showWaves);
        return spin;
    };
    m_canaries = box("taskCanaries", tr("Servers to try first"), 0, servers, m_plan.rollout.canaries);
    m_atOnce = box("taskAtOnce", tr("Servers at the same time"), 1, 50, m_plan.rollout.atOnce);
    m_stopAfter = box("taskStopAfter", tr("Failures that end it"), 0, servers, m_plan.rollout.stopAfter);
    m_stopAfter->setSpecialValueText(tr("never"));
    auto *choices = new QHBoxLayout;
    choices->setSpacing(8);
    const auto add = [choices](const QString &before, QSpinBox *spin) {
        auto *label = makeLabel(TextStyle::Body, before);
        label->setBuddy(spin);
        choices->addWidget(label);
        choices->addWidget(spin);
        choices->addSpacing(12);
    };
    add(tr("Try first on"), m_canaries);
    add(tr("At the same time"), m_atOnce);
    add(tr("Stop after failures"), m_stopAfter);
    choices->addStretch(1);
    m_waves = wrapped(makeSecondaryLabel(TextStyle::Small), "taskWaves");
    auto *part = new QWidget;
    auto *layout = new QVBoxLayout(part);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(choices);
    layout->addWidget(m_waves);
    showWaves();
    return part;
}

TaskPlan TaskPreviewDialog::plan() const
{
    TaskPlan its = m_plan;
    if (m_canaries != nullptr) {
        its.rollout.canaries = m_canaries->value();
        its.rollout.atOnce = m_atOnce->value();
        its.rollout.stopAfter = m_stopAfter->value();
    }
    return its;
}

void TaskPreviewDialog::showWaves()
{
    if (m_waves == nullptr)
        return;
    QStringList sizes;
    const auto waves = plan().waves();
    for (const QList<int> &wave : waves)
        sizes += QString::number(wave.size());
    const QString first = m_plan.servers.at(waves.constFirst().constFirst()).serverName;
    m_waves->setText(waves.size() == 1 ? tr("All servers in one go.")
                                       : tr("In waves of %1 servers; the first is %2, and the next wave begins only "
                                            "when it has succeeded there.")
                                             .arg(sizes.join(QStringLiteral(", ")), first));
}

} // namespace Helmclaw
