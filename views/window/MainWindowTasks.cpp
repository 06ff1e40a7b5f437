// SPDX-License-Identifier: MIT
// The part of MainWindow that shows tasks: the drawer, the history page, and what happens to tasks at the end.
#include "models/tasks/TaskManager.h"
#include "views/MainWindow.h"
#include "views/actions/ActionRegistry.h"
#include "views/overview/OverviewPage.h"
#include "views/tasks/TasksPane.h"
#include "views/window/PageBar.h"
#include "views/window/TaskControl.h"

#include <QStackedWidget>

namespace Helmclaw {

void MainWindow::connectTasks()
{
    TaskManager *tasks = m_models.tasks;
    QAction *drawer = m_actions->action(QStringLiteral("view.tasks"));
    connect(drawer, &QAction::toggled, m_drawer, &QWidget::setVisible);
    connect(m_drawer, &TasksPane::closeRequested, drawer, [drawer] { drawer->setChecked(false); });
    connect(m_taskControl, &TaskControl::begun, this, [this, drawer](const QString &id) {
        drawer->setChecked(true);
        m_drawer->showTask(id);
    });
    connect(m_taskControl, &TaskControl::showRequested, this, [this](const QString &server, const QString &check) {
        showPage(m_overview);
        m_overview->selectServer(server, check);
    });
    connect(m_taskControl, &TaskControl::historyRequested, this, [this, drawer](const QString &id) {
        drawer->setChecked(true);
        m_drawer->showTask(id);
    });
    for (TasksPane *pane : { m_drawer, m_history }) {
        connect(pane, &TasksPane::proposed, m_taskControl,
                [this](const TaskPlan &plan) { m_taskControl->propose(plan); });
    }
    const auto count = [this, drawer, tasks] {
        int running = 0;
        for (int i = 0; i < tasks->count(); ++i)
            running += isFinal(tasks->run(tasks->idAt(i))->state) ? 0 : 1;
        drawer->setIconText(running == 0 ? tr("Tasks") : tr("Tasks: %n running", nullptr, running));
    };
    connect(tasks, &TaskManager::added, this, count);
    connect(tasks, &TaskManager::changed, this, count);
    count();
    tasks->readHistory();
}

void MainWindow::showPage(QWidget *page)
{
    m_pages->setCurrentWidget(page);
    m_pageBar->setCurrentIndex(m_pages->indexOf(page));
}

void MainWindow::quit()
{
    m_taskControl->closeWhenEnded();
}

} // namespace Helmclaw
