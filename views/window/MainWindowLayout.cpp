// SPDX-License-Identifier: MIT
// The parts of MainWindow that build it and keep its state; what it does is in MainWindow.cpp.
#include "models/fleet/Fleet.h"
#include "models/fleet/FleetModel.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/PostureRefresher.h"
#include "views/MainWindow.h"
#include "views/actions/ActionRegistry.h"
#include "views/dialogs/HostKeyDialog.h"
#include "views/fleet/FleetPane.h"
#include "views/overview/DetailsPane.h"
#include "views/overview/MatrixView.h"
#include "views/overview/OverviewPage.h"
#include "views/tasks/TasksPane.h"
#include "views/theme/Theme.h"
#include "views/theme/Typography.h"
#include "views/widgets/EmptyState.h"
#include "views/widgets/MessageBar.h"
#include "views/window/PageBar.h"
#include "views/window/RefreshProgress.h"
#include "views/window/TaskControl.h"

#include <QCloseEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace Helmclaw {

void MainWindow::makeToolBar()
{
    auto *bar = new QToolBar(tr("Tool bar"), this);
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    const auto add = [&](const char *id, bool withText, const QString &shortText = {}) {
        QAction *action = m_actions->action(QString::fromLatin1(id));
        auto *button = new QToolButton;
        button->setObjectName(QStringLiteral("tool.%1").arg(action->objectName()));
        button->setDefaultAction(action);
        button->setToolButtonStyle(withText ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        const QString text = QString(action->text()).remove(QLatin1Char('&'));
        button->setAccessibleName(text);
        if (!shortText.isEmpty()) {
            // setDefaultAction() writes the action's text again whenever the action changes.
            connect(action, &QAction::changed, button, [button, shortText] { button->setText(shortText); });
            button->setText(shortText);
        }
        bar->addWidget(button);
    };
    add("view.fleet", false);
    bar->addSeparator();
    add("fleet.add", true, tr("Add server"));
    add("fleet.import", true, tr("Import"));
    bar->addSeparator();
    add("refresh.selected", true);
    add("refresh.all", true);
    bar->addSeparator();
    add("server.open-web-ui", true);
    auto *spacer = new QWidget;
    spacer->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(spacer);
    add("view.palette", true, tr("Search commands  Ctrl+K"));
    add("view.details", false);
    addToolBar(bar);
}

void MainWindow::makeLayout()
{
    m_messages = new MessageBar;
    m_emptyFleet = new EmptyState;
    m_emptyFleet->setObjectName(QStringLiteral("emptyFleet"));
    m_emptyFleet->setContent(
        QStringLiteral("server"), tr("No server in the fleet yet"),
        tr("Add the servers that run OpenClaw. Helmclaw needs nothing on them but sshd and a POSIX shell, "
           "and signs in as your ssh does."));
    m_emptyFleet->addAction(m_actions->action(QStringLiteral("fleet.add")));
    m_emptyFleet->addAction(m_actions->action(QStringLiteral("fleet.import")));
    m_emptyFleet->addAction(m_actions->action(QStringLiteral("fleet.import-tailscale")));

    m_fleetPane = new FleetPane(m_fleetModel);
    m_overview = new OverviewPage(m_models, m_postureModel, m_actions);
    m_history = new TasksPane(TasksPane::Kind::History, m_models.tasks, m_taskModel);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_overview);
    m_pages->addWidget(m_history);
    m_pageBar = new PageBar;
    m_pageBar->addTab(tr("Overview"));
    m_pageBar->addTab(tr("History"));
    connect(m_pageBar, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
    auto *right = new QWidget;
    auto *rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(0);
    rightLayout->addWidget(m_pageBar);
    rightLayout->addWidget(m_pages, 1);
    m_splitter = new QSplitter(Qt::Horizontal);
    m_splitter->setObjectName(QStringLiteral("fleetSplitter"));
    m_splitter->addWidget(m_fleetPane);
    m_splitter->addWidget(right);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    m_fleetPane->setMinimumWidth(190);
    m_splitter->setSizes({ 248, 1032 });

    m_stack = new QStackedWidget;
    m_stack->addWidget(m_emptyFleet);
    m_stack->addWidget(m_splitter);
    m_drawer = new TasksPane(TasksPane::Kind::Drawer, m_models.tasks, m_taskModel);
    m_drawer->addAction(m_actions->action(QStringLiteral("page.history")));
    m_drawer->addCloseButton();
    m_drawer->setMinimumHeight(140);
    m_drawerSplitter = new QSplitter(Qt::Vertical);
    m_drawerSplitter->addWidget(m_stack);
    m_drawerSplitter->addWidget(m_drawer);
    m_drawerSplitter->setStretchFactor(0, 1);
    m_drawerSplitter->setChildrenCollapsible(false);
    m_drawerSplitter->setSizes({ 520, 300 });
    auto *central = new QWidget;
    auto *layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_messages);
    layout->addWidget(m_drawerSplitter, 1);
    setCentralWidget(central);

    m_progress = new RefreshProgress(m_actions->action(QStringLiteral("refresh.cancel")));
    m_summary = makeSecondaryLabel(TextStyle::Small);
    m_summary->setObjectName(QStringLiteral("fleetSummary"));
    m_summary->setContentsMargins(10, 0, 0, 0);
    statusBar()->addWidget(m_summary);
    statusBar()->addPermanentWidget(m_progress);
    auto *tasks = new QToolButton;
    tasks->setObjectName(QStringLiteral("tasksButton"));
    tasks->setDefaultAction(m_actions->action(QStringLiteral("view.tasks")));
    tasks->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    tasks->setAutoRaise(true);
    tasks->setFocusPolicy(Qt::TabFocus);
    statusBar()->addPermanentWidget(tasks);
    statusBar()->setSizeGripEnabled(false);

    connect(m_actions->action(QStringLiteral("view.fleet")), &QAction::toggled, m_fleetPane, &QWidget::setVisible);
    connect(m_actions->action(QStringLiteral("view.details")), &QAction::toggled, m_overview->details(),
            &QWidget::setVisible);
}

void MainWindow::updateActions()
{
    const bool one = m_models.fleet->byId(m_serverId).has_value();
    const bool any = !m_models.fleet->servers().isEmpty();
    const WebUiState webUi = m_models.webUi->status(m_serverId).state;
    const SessionState session = m_models.sessions->status(m_serverId).state;
    const auto enable = [this](const char *id, bool on) { m_actions->action(QString::fromLatin1(id))->setEnabled(on); };
    bool asked = false;
    for (const HostKeyQuestion &question : m_models.sessions->openQuestions())
        asked = asked || question.serverId == m_serverId;
    enable("server.open-web-ui", one);
    enable("server.close-web-ui", one && webUi != WebUiState::Off);
    enable("server.copy-address", one && !m_models.webUi->plainUrl(m_serverId).isEmpty());
    enable("server.connect",
           one
               && (session == SessionState::Off || session == SessionState::Failed || session == SessionState::Lost
                   || session == SessionState::Backoff));
    enable("server.disconnect", one && session != SessionState::Off && session != SessionState::Failed);
    enable("server.show-key", asked);
    const auto hostKey = m_models.sessions->status(m_serverId).hostKey;
    enable("server.replace-key",
           one && hostKey
               && (hostKey->verdict == HostKeyVerdict::Changed
                   || hostKey->verdict == HostKeyVerdict::CertificateAuthority));
    enable("server.forget-passphrases", one && m_models.keychain != nullptr);
    enable("server.edit", one);
    enable("server.remove", one);
    enable("refresh.selected", any);
    enable("refresh.all", any);
    enable("refresh.cancel", m_models.refresher->isRunning());
}

void MainWindow::updateSummary()
{
    int connected = 0;
    const QList<Server> &servers = m_models.fleet->servers();
    for (const Server &server : servers) {
        if (m_models.sessions->status(server.id).state == SessionState::Ready)
            ++connected;
    }
    const int count = static_cast<int>(servers.size());
    m_fleetPane->setSummary(count, connected);
    m_summary->setText(count == 0 ? QString()
                                  : QStringLiteral("%1  ·  %2")
                                        .arg(count == 1 ? tr("1 server") : tr("%n servers", nullptr, count),
                                             tr("%n connected", nullptr, connected)));
}

void MainWindow::updateEmptyFleet()
{
    m_stack->setCurrentWidget(m_models.fleet->servers().isEmpty() ? static_cast<QWidget *>(m_emptyFleet) : m_splitter);
}

void MainWindow::loadState()
{
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_splitter->restoreState(settings.value(QStringLiteral("window/fleetSplitter")).toByteArray());
    m_drawerSplitter->restoreState(settings.value(QStringLiteral("window/drawerSplitter")).toByteArray());
    m_drawer->restoreSizes(settings.value(QStringLiteral("tasks/drawer")).toByteArray());
    m_history->restoreSizes(settings.value(QStringLiteral("tasks/history")).toByteArray());
    m_actions->action(QStringLiteral("view.tasks"))->setChecked(settings.value(QStringLiteral("view/tasks")).toBool());
    m_drawer->setVisible(m_actions->action(QStringLiteral("view.tasks"))->isChecked());
    m_overview->restoreSizes(settings.value(QStringLiteral("overview/sizes")).toMap());
    m_overview->matrix()->restoreColumns(settings.value(QStringLiteral("overview/columns")).toByteArray());
    if (settings.contains(QStringLiteral("overview/unfolded")))
        m_overview->matrix()->restoreUnfolded(settings.value(QStringLiteral("overview/unfolded")).toStringList());
    m_actions->action(QStringLiteral("view.fleet"))
        ->setChecked(settings.value(QStringLiteral("view/fleet"), true).toBool());
    m_actions->action(QStringLiteral("view.details"))
        ->setChecked(settings.value(QStringLiteral("view/details"), true).toBool());
    m_fleetPane->setVisible(m_actions->action(QStringLiteral("view.fleet"))->isChecked());
    m_overview->details()->setVisible(m_actions->action(QStringLiteral("view.details"))->isChecked());
    const Theme::Mode mode = Theme::modeFromName(settings.value(QStringLiteral("view/theme")).toString());
    m_theme->setMode(mode);
    m_actions->action(QStringLiteral("theme.%1").arg(Theme::modeName(mode)))->setChecked(true);
}

void MainWindow::saveState() const
{
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/fleetSplitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("window/drawerSplitter"), m_drawerSplitter->saveState());
    settings.setValue(QStringLiteral("tasks/drawer"), m_drawer->saveSizes());
    settings.setValue(QStringLiteral("tasks/history"), m_history->saveSizes());
    settings.setValue(QStringLiteral("view/tasks"), m_actions->action(QStringLiteral("view.tasks"))->isChecked());
    settings.setValue(QStringLiteral("overview/sizes"), m_overview->saveSizes());
    if (const auto unfolded = m_overview->matrix()->unfolded())
        settings.setValue(QStringLiteral("overview/unfolded"), *unfolded);
    settings.setValue(QStringLiteral("overview/columns"), m_overview->matrix()->saveColumns());
    settings.setValue(QStringLiteral("view/fleet"), m_actions->action(QStringLiteral("view.fleet"))->isChecked());
    settings.setValue(QStringLiteral("view/details"), m_actions->action(QStringLiteral("view.details"))->isChecked());
    settings.setValue(QStringLiteral("view/theme"), Theme::modeName(m_theme->mode()));
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (!m_taskControl->mayClose()) {
        event->ignore();
        return;
    }
    saveState();
    QMainWindow::closeEvent(event);
}

} // namespace Helmclaw
