// SPDX-License-Identifier: MIT
#include "views/tasks/TasksPane.h"

#include "models/tasks/TaskManager.h"
#include "models/tasks/TaskModel.h"
#include "views/tasks/TaskDelegate.h"
#include "views/tasks/TaskDetails.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"
#include "views/widgets/ElidedLabel.h"
#include "views/widgets/EmptyState.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QSplitter>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace Helmclaw {

TasksPane::TasksPane(Kind kind, TaskManager *manager, TaskModel *model, QWidget *parent)
    : QWidget(parent)
    , m_kind(kind)
    , m_manager(manager)
    , m_model(model)
    , m_filter(new TaskFilter(this))
    , m_title(makeLabel(kind == Kind::Drawer ? TextStyle::Heading : TextStyle::Title))
    , m_subtitle(new ElidedLabel)
    , m_states(new QComboBox)
    , m_search(new QLineEdit)
    , m_head(makeHead())
    , m_splitter(new QSplitter(Qt::Horizontal))
    , m_tree(new QTreeView)
    , m_details(new TaskDetails(manager))
    , m_empty(new EmptyState)
{
    setObjectName(kind == Kind::Drawer ? QStringLiteral("tasksDrawer") : QStringLiteral("historyPage"));
    m_filter->setStates(kind == Kind::Drawer ? TaskFilter::States::Current : TaskFilter::States::All);
    m_filter->setSourceModel(model);
    makeTree();
    m_empty->setObjectName(QStringLiteral("noTasks"));
    m_details->setMinimumWidth(300);
    m_splitter->addWidget(m_tree);
    m_splitter->addWidget(m_details);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setSizes({ 640, 440 });
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_head);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_empty, 1);

    connect(m_details, &TaskDetails::proposed, this, &TasksPane::proposed);
    for (const auto signal : { &QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved })
        connect(m_filter, signal, this, &TasksPane::updateState);
    connect(m_filter, &QAbstractItemModel::dataChanged, this, &TasksPane::updateState);
    connect(m_manager, &TaskManager::historyRead, this, &TasksPane::updateState);
    updateState();
}

QWidget *TasksPane::makeHead()
{
    m_subtitle->setObjectName(QStringLiteral("tasksSubtitle"));
    m_subtitle->setForegroundRole(QPalette::PlaceholderText);
    m_states->setObjectName(QStringLiteral("taskStates"));
    m_states->setAccessibleName(tr("Which tasks"));
    m_states->addItem(tr("All tasks"), QVariant::fromValue(TaskFilter::States::All));
    m_states->addItem(tr("Running"), QVariant::fromValue(TaskFilter::States::Running));
    m_states->addItem(tr("Failed or unknown"), QVariant::fromValue(TaskFilter::States::Trouble));
    connect(m_states, &QComboBox::currentIndexChanged, this, [this] {
        m_filter->setStates(m_states->currentData().value<TaskFilter::States>());
        updateState();
    });
    m_search->setObjectName(QStringLiteral("taskSearch"));
    m_search->setPlaceholderText(tr("Filter"));
    m_search->setAccessibleName(tr("Filter the tasks by title, server or problem"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(Icons::get(QStringLiteral("filter")), QLineEdit::LeadingPosition)->setText(tr("Filter"));
    m_search->setMinimumWidth(120);
    m_search->setMaximumWidth(220);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_filter->setSearch(text);
        updateState();
    });
    m_states->setVisible(m_kind == Kind::History);
    m_search->setVisible(m_kind == Kind::History);
    auto *head = new QWidget;
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(16, m_kind == Kind::Drawer ? 6 : 12, 12, m_kind == Kind::Drawer ? 6 : 10);
    row->setSpacing(12);
    row->addWidget(m_title);
    row->addWidget(m_subtitle, 1);
    row->addWidget(m_states);
    row->addWidget(m_search, 1);
    return head;
}

void TasksPane::makeTree()
{
    m_tree->setObjectName(QStringLiteral("taskTree"));
    m_tree->setAccessibleName(tr("Tasks, their servers and steps"));
    m_tree->setModel(m_filter);
    m_tree->setItemDelegate(new TaskDelegate(m_tree));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->setTextElideMode(Qt::ElideRight);
    m_tree->setIndentation(20);
    m_tree->setMinimumWidth(320);
    QHeaderView *header = m_tree->header();
    header->setStretchLastSection(false);
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setSectionResizeMode(QHeaderView::Interactive);
    header->setSectionResizeMode(TaskModel::WhatColumn, QHeaderView::Stretch);
    header->setMinimumSectionSize(48);
    const QFontMetrics metrics(font());
    const auto width = [&](TaskModel::Column column, const QString &widest) {
        header->resizeSection(column, metrics.horizontalAdvance(widest) + 18);
    };
    width(TaskModel::StateColumn, QStringLiteral("cancelled--"));
    width(TaskModel::ServersColumn, QStringLiteral("claw-fra-12"));
    width(TaskModel::StartedColumn, QStringLiteral("yesterday 00:00"));
    width(TaskModel::TookColumn, QStringLiteral("99 min 59 s"));
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &TasksPane::currentChanged);
}

void TasksPane::currentChanged()
{
    const QModelIndex current = m_tree->currentIndex();
    m_details->showTask(current.data(TaskModel::TaskIdRole).toString(), current.data(TaskModel::ServerRole).toInt(),
                        current.data(TaskModel::StepRole).toInt());
}

void TasksPane::showTask(const QString &taskId)
{
    const QModelIndex task = m_filter->mapFromSource(m_model->indexOf(taskId));
    if (!task.isValid())
        return;
    m_tree->setCurrentIndex(task);
    m_tree->expand(task);
    if (m_filter->rowCount(task) == 1)
        m_tree->expand(m_filter->index(0, 0, task));
    m_tree->scrollTo(task, QAbstractItemView::PositionAtTop);
}

void TasksPane::setScope(const QString &name, const QStringList &serverIds)
{
    m_filter->setServers(serverIds);
    m_title->setText(name.isEmpty() ? tr("History") : tr("History of %1").arg(name));
    updateState();
}

void TasksPane::addAction(QAction *action)
{
    auto *button = new QToolButton;
    button->setObjectName(QStringLiteral("tasks.%1").arg(action->objectName()));
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    m_head->layout()->addWidget(button);
}

void TasksPane::addCloseButton()
{
    auto *button = new QToolButton;
    button->setObjectName(QStringLiteral("tasksClose"));
    button->setIcon(Icons::get(QStringLiteral("close")));
    button->setToolTip(tr("Hide the tasks"));
    button->setAccessibleName(button->toolTip());
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    connect(button, &QToolButton::clicked, this, &TasksPane::closeRequested);
    m_head->layout()->addWidget(button);
}

void TasksPane::updateState()
{
    const int shown = m_filter->rowCount();
    int running = 0;
    for (int row = 0; row < m_manager->count(); ++row)
        running += isFinal(m_manager->run(m_manager->idAt(row))->state) ? 0 : 1;
    QStringList parts;
    if (m_kind == Kind::Drawer) {
        m_title->setText(tr("Tasks"));
        parts += running == 0 ? tr("none is running") : tr("%n running", nullptr, running);
    } else {
        if (m_title->text().isEmpty())
            m_title->setText(tr("History"));
        parts += shown == 1 ? tr("1 task") : tr("%n tasks", nullptr, shown);
        if (m_manager->count() >= TaskManager::historyLimit)
            parts += tr("the newest %1 are read").arg(TaskManager::historyLimit);
    }
    if (const auto bad = m_manager->unreadable().size(); bad > 0)
        parts +=
            tr("%n record(s) in %1 cannot be read", nullptr, static_cast<int>(bad)).arg(m_manager->journalFolder());
    m_subtitle->setText(parts.join(QStringLiteral("  ·  ")));
    m_splitter->setVisible(shown > 0);
    m_empty->setVisible(shown == 0);
    if (shown == 0) {
        const bool filtered = m_kind == Kind::History && m_manager->count() > 0;
        m_empty->setContent(filtered ? QStringLiteral("filter") : QStringLiteral("clock"),
                            filtered                     ? tr("No task matches")
                                : m_kind == Kind::Drawer ? tr("No task is running")
                                                         : tr("No task has run yet"),
                            filtered ? tr("The filter leaves none of the tasks.")
                                     : tr("What Helmclaw changes on a server runs as a task: a finding that can be "
                                          "fixed has a button for it."));
    } else if (!m_tree->currentIndex().isValid()) {
        m_tree->setCurrentIndex(m_filter->index(0, 0));
    }
}

QByteArray TasksPane::saveSizes() const
{
    return m_splitter->saveState();
}

void TasksPane::restoreSizes(const QByteArray &sizes)
{
    m_splitter->restoreState(sizes);
}

void TasksPane::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    painter.fillRect(rect(), colors.base);
    if (m_kind == Kind::Drawer)
        painter.fillRect(QRect(0, 0, width(), 1), colors.border);
}

} // namespace Helmclaw
