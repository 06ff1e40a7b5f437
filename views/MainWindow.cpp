// SPDX-License-Identifier: MIT
#include "views/MainWindow.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/FleetModel.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/PostureModel.h"
#include "models/posture/PostureRefresher.h"
#include "models/tasks/TaskManager.h"
#include "models/tasks/TaskModel.h"
#include "views/actions/ActionRegistry.h"
#include "views/actions/CommandPalette.h"
#include "views/dialogs/HostKeyDialog.h"
#include "views/dialogs/ImportDialog.h"
#include "views/dialogs/RemoveDialog.h"
#include "views/dialogs/ServerDialog.h"
#include "views/fleet/FleetPane.h"
#include "views/hostkeys/HostKeyLogDialog.h"
#include "views/hostkeys/ReplaceKeyDialog.h"
#include "views/overview/DetailsPane.h"
#include "views/overview/MatrixView.h"
#include "views/overview/OverviewPage.h"
#include "views/tasks/TasksPane.h"
#include "views/theme/Glyphs.h"
#include "views/theme/Icons.h"
#include "views/theme/Theme.h"
#include "views/widgets/EmptyState.h"
#include "views/widgets/MessageBar.h"
#include "views/window/KeychainNotices.h"
#include "views/window/PageBar.h"
#include "views/window/QuestionQueue.h"
#include "views/window/RefreshProgress.h"
#include "views/window/TaskControl.h"
#include "views/window/WindowActions.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTreeView>

namespace Helmclaw {

MainWindow::MainWindow(const WindowModels &models)
    : m_models(models)
    , m_openUrl([](const QUrl &url) { return QDesktopServices::openUrl(url); })
    , m_theme(new Theme(Theme::Mode::System, this))
    , m_actions(new ActionRegistry(this))
    , m_fleetModel(new FleetModel(models.sessions, models.posture, models.webUi, this))
    , m_postureModel(new PostureModel(models.fleet, models.posture, this))
    , m_taskModel(new TaskModel(models.tasks, this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(QStringLiteral("Helmclaw"));
    setMinimumSize(720, 480);
    resize(1280, 800);
    addWindowActions(m_actions);
    makeActions();
    fillMenuBar(menuBar(), m_actions);
    makeToolBar();
    makeLayout();
    m_palette = new CommandPalette(this);
    m_hostKeys = new HostKeyDialog(models.sessions, this);
    auto *questions = new QuestionQueue(models.sessions, models.keychain, m_hostKeys, this);
    auto *keychain = new KeychainNotices(questions->prompts(), models, m_messages, this);
    connect(m_actions->action(QStringLiteral("server.forget-passphrases")), &QAction::triggered, keychain,
            [this, keychain] { keychain->forgetKeysOf(m_serverId); });
    connect(questions, &QuestionQueue::pageRequested, this, [this](const QUrl &page) {
        if (!m_openUrl(page))
            showError({ ErrorCode::Unsupported,
                        tr("no web browser could be started"),
                        tr("Copy the address from the question and open it yourself"),
                        {} });
    });
    m_taskControl = new TaskControl(models, m_messages, this);
    connectModels();
    connectTasks();
    loadState();
    updateEmptyFleet();
    updateSummary();
    updateActions();
}

MainWindow::~MainWindow() = default;

void MainWindow::showError(const Error &error)
{
    m_messages->showMessage(MessageBar::fromError(QStringLiteral("app.%1").arg(errorCodeName(error.code)), error));
}

QString MainWindow::nameOf(const QString &serverId) const
{
    const auto server = m_models.fleet->byId(serverId);
    return server ? server->name : QString();
}

QStringList MainWindow::allServers() const
{
    QStringList ids;
    for (const Server &server : m_models.fleet->servers())
        ids.append(server.id);
    return ids;
}

QStringList MainWindow::selectedServers() const
{
    if (!m_serverId.isEmpty())
        return { m_serverId };
    return m_scope.isEmpty() ? allServers() : m_scope;
}

void MainWindow::makeActions()
{
    const auto on = [this](const char *id, auto function) {
        connect(m_actions->action(QString::fromLatin1(id)), &QAction::triggered, this, function);
    };
    on("fleet.add", &MainWindow::addServer);
    on("fleet.import", [this] { importServers(ImportSource::SshConfig); });
    on("fleet.import-tailscale", [this] { importServers(ImportSource::Tailscale); });
    on("app.quit", &QWidget::close);
    on("server.open-web-ui", [this] { openWebUi(m_serverId); });
    on("server.close-web-ui", [this] { m_models.webUi->close(m_serverId); });
    on("server.copy-address",
       [this] { QGuiApplication::clipboard()->setText(m_models.webUi->plainUrl(m_serverId).toString()); });
    on("server.connect", [this] { m_models.sessions->connectServer(m_serverId); });
    on("server.disconnect", [this] { m_models.sessions->disconnectServer(m_serverId); });
    on("server.show-key", [this] { m_hostKeys->showQuestions(m_serverId); });
    on("server.replace-key", [this] { replaceHostKey(m_serverId); });
    on("server.edit", &MainWindow::editServer);
    on("server.remove", &MainWindow::removeServer);
    on("refresh.selected", [this] { refresh(selectedServers()); });
    on("refresh.all", [this] { refresh(allServers()); });
    on("refresh.cancel", [this] { m_models.refresher->cancel(); });
    on("view.search", [this] {
        m_actions->action(QStringLiteral("view.fleet"))->setChecked(true);
        m_fleetPane->searchField()->setFocus(Qt::ShortcutFocusReason);
        m_fleetPane->searchField()->selectAll();
    });
    on("view.filter", [this] {
        QLineEdit *field = m_pages->currentWidget() == m_history ? m_history->searchField() : m_overview->searchField();
        field->setFocus(Qt::ShortcutFocusReason);
        field->selectAll();
    });
    on("view.fold-areas", [this] { m_overview->matrix()->setAllFolded(true); });
    on("view.unfold-areas", [this] { m_overview->matrix()->setAllFolded(false); });
    on("page.overview", [this] { showPage(m_overview); });
    on("page.history", [this] { showPage(m_history); });
    on("view.clear-filters", &MainWindow::clearFilters);
    on("view.palette", &MainWindow::openPalette);
    on("view.host-key-log", [this] { (new HostKeyLogDialog(m_models.sessions, this))->open(); });
    for (const Theme::Mode mode : { Theme::Mode::System, Theme::Mode::Light, Theme::Mode::Dark }) {
        QAction *action = m_actions->action(QStringLiteral("theme.%1").arg(Theme::modeName(mode)));
        connect(action, &QAction::triggered, this, [this, mode] { m_theme->setMode(mode); });
    }
    on("help.about", [this] {
        Message message;
        message.key = QStringLiteral("about");
        message.icon = QStringLiteral("info");
        message.text =
            tr("Helmclaw %1, a desktop console for fleets of OpenClaw servers.").arg(QStringLiteral(HELMCLAW_VERSION));
        message.remedy = tr("Free software under the MIT licence. Qt %1.").arg(QString::fromLatin1(qVersion()));
        m_messages->showMessage(message);
    });
}

void MainWindow::connectModels()
{
    connect(m_fleetPane, &FleetPane::serverSelected, this, [this](const QString &id) { m_overview->selectServer(id); });
    connect(m_fleetPane, &FleetPane::scopeSelected, this, [this](const QString &group, const QStringList &ids) {
        m_scope = ids;
        m_overview->clearSelection();
        m_overview->setScope(group, ids);
        m_history->setScope(group, ids);
    });
    connect(m_fleetPane, &FleetPane::openWebUiRequested, this, &MainWindow::openWebUi);
    connect(m_fleetPane, &FleetPane::contextMenuRequested, this, &MainWindow::showServerMenu);
    connect(m_overview, &OverviewPage::currentServerChanged, this, &MainWindow::setCurrentServer);
    connect(m_overview, &OverviewPage::openWebUiRequested, this, &MainWindow::openWebUi);
    connect(m_overview, &OverviewPage::fixRequested, m_taskControl, &TaskControl::fix);
    connect(m_overview, &OverviewPage::contextMenuRequested, this, &MainWindow::showServerMenu);

    Fleet *fleet = m_models.fleet;
    const auto fleetChanged = [this] {
        updateEmptyFleet();
        updateSummary();
        updateActions();
    };
    connect(fleet, &Fleet::added, this, fleetChanged);
    connect(fleet, &Fleet::reset, this, fleetChanged);
    connect(fleet, &Fleet::removed, this, [this, fleetChanged](int, const QString &id) {
        m_scope.removeAll(id);
        if (id == m_serverId)
            m_overview->clearSelection();
        for (const char *prefix : { "webui.", "hostkey.", "check." })
            m_messages->closeMessage(QString::fromLatin1(prefix) + id);
        fleetChanged();
    });

    connect(m_models.sessions, &ServerSessions::statusChanged, this, &MainWindow::sessionChanged);
    connect(m_models.webUi, &WebUiSessions::statusChanged, this, [this](const QString &id) {
        if (id == m_serverId)
            updateActions();
    });
    connect(m_models.webUi, &WebUiSessions::signInReady, this, &MainWindow::browse);
    connect(m_models.webUi, &WebUiSessions::openFailed, this, [this](const QString &id, const Error &error) {
        if (error.code == ErrorCode::Cancelled)
            return;
        Message message = MessageBar::fromError(QStringLiteral("webui.%1").arg(id), error);
        message.buttons = { { tr("Retry"), [this, id] { openWebUi(id); } },
                            { tr("Show"), [this, id] { m_overview->selectServer(id); } } };
        m_messages->showMessage(message);
    });
    connect(m_models.refresher, &PostureRefresher::progressChanged, this, [this] {
        const PostureRefresher *refresher = m_models.refresher;
        m_progress->setProgress(refresher->isRunning(), refresher->done(), refresher->total());
        m_actions->action(QStringLiteral("refresh.cancel"))->setEnabled(refresher->isRunning());
    });
    connect(m_models.refresher, &PostureRefresher::serverFinished, this,
            [this](const QString &id) { m_refreshed.insert(id); });
    connect(m_models.refresher, &PostureRefresher::idle, this, &MainWindow::refreshFinished);
    connect(m_hostKeys, &HostKeyDialog::countChanged, this, [this](int count) {
        const QString key = QStringLiteral("hostkeys");
        if (count == 0) {
            m_messages->closeMessage(key);
        } else {
            Message message;
            message.key = key;
            message.tone = Tone::Warn;
            message.icon = QStringLiteral("key");
            message.text = count == 1 ? tr("A server waits until you have confirmed its host key")
                                      : tr("%n servers wait until you have confirmed their host keys", nullptr, count);
            message.buttons = { { tr("Show key"), [this] { m_hostKeys->showQuestions(); } } };
            m_messages->showMessage(message);
        }
        updateActions();
    });
}

void MainWindow::addServer()
{
    ServerDialog dialog(m_models.fleet, m_models.sessions->sshConfigFile(), {}, this);
    if (dialog.exec() == QDialog::Accepted)
        m_overview->selectServer(dialog.serverId());
}

void MainWindow::importServers(ImportSource source)
{
    const std::unique_ptr<ImportDialog> dialog = source == ImportSource::Tailscale
        ? std::make_unique<ImportDialog>(m_models.fleet, m_models.sessions->tailnet(), this)
        : std::make_unique<ImportDialog>(m_models.fleet, m_models.sessions->sshConfigFile(), this);
    if (dialog->exec() == QDialog::Accepted)
        statusBar()->showMessage(dialog->importedCount() == 1
                                     ? tr("1 server imported")
                                     : tr("%n servers imported", nullptr, dialog->importedCount()),
                                 5000);
}

void MainWindow::editServer()
{
    if (m_serverId.isEmpty())
        return;
    ServerDialog dialog(m_models.fleet, m_models.sessions->sshConfigFile(), m_serverId, this);
    dialog.exec();
}

void MainWindow::replaceHostKey(const QString &serverId)
{
    const auto report = m_models.sessions->status(serverId).hostKey;
    if (!report || ReplaceKeyDialog(nameOf(serverId), *report, this).exec() != QDialog::Accepted)
        return;
    Helmclaw::replaceHostKey(m_models.sessions, serverId, report->offered, this,
                             [this, serverId](const Result<void> &done) {
                                 if (done)
                                     m_models.sessions->connectServer(serverId);
                                 else
                                     showError(done.error());
                             });
}

void MainWindow::removeServer()
{
    const QString id = m_serverId;
    if (id.isEmpty())
        return;
    RemoveDialog dialog(nameOf(id), this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    const Result<void> removed = m_models.fleet->remove(id);
    if (!removed) {
        showError(removed.error());
        return;
    }
    m_models.webUi->close(id);
    m_models.posture->remove(id);
}

void MainWindow::refresh(const QStringList &serverIds)
{
    if (serverIds.isEmpty())
        return;
    m_messages->closeMessage(QStringLiteral("check"));
    m_models.refresher->refresh(serverIds);
}

void MainWindow::refreshFinished()
{
    QStringList failed;
    std::optional<Error> first;
    for (const QString &id : allServers()) {
        if (!m_refreshed.contains(id))
            continue;
        const ServerPosture posture = m_models.posture->posture(id);
        if (posture.lastError && posture.lastError->code != ErrorCode::Cancelled
            && !isHostKeyStop(*posture.lastError)) {
            failed.append(id);
            if (!first)
                first = posture.lastError;
        }
    }
    m_refreshed.clear();
    if (failed.isEmpty())
        return;
    Message message;
    if (failed.size() == 1) {
        message = MessageBar::fromError({}, *first);
    } else {
        QStringList names;
        for (const QString &id : std::as_const(failed).mid(0, 5))
            names.append(nameOf(id));
        message.tone = Tone::Bad;
        message.icon = QStringLiteral("warning");
        message.text =
            tr("%n servers could not be checked: %1", nullptr, static_cast<int>(failed.size()))
                .arg(names.join(QStringLiteral(", ")) + (failed.size() > 5 ? QStringLiteral(" …") : QString()));
    }
    message.key = QStringLiteral("check");
    message.buttons = { { tr("Retry"), [this, failed] { refresh(failed); } } };
    if (failed.size() == 1)
        message.buttons.append({ tr("Show"), [this, id = failed.constFirst()] { m_overview->selectServer(id); } });
    m_messages->showMessage(message);
}

void MainWindow::openWebUi(const QString &serverId)
{
    if (serverId.isEmpty())
        return;
    m_messages->closeMessage(QStringLiteral("webui.%1").arg(serverId));
    m_models.webUi->open(serverId);
}

void MainWindow::browse(const QString &serverId, const QUrl &url)
{
    const QString name = nameOf(serverId);
    if (m_openUrl(url)) {
        if (const QString note = m_models.webUi->status(serverId).signInNote; !note.isEmpty()) {
            Message notice;
            notice.key = QStringLiteral("webui.%1").arg(serverId);
            notice.icon = QStringLiteral("info");
            notice.text = tr("%1: the web UI was opened without signing in").arg(name);
            notice.remedy = note;
            m_messages->showMessage(notice);
        }
        statusBar()->showMessage(tr("The web UI of %1 is opening in your browser").arg(name), 5000);
        return;
    }
    Message message;
    message.key = QStringLiteral("webui.%1").arg(serverId);
    message.tone = Tone::Warn;
    message.icon = QStringLiteral("warning");
    message.text = tr("%1: no web browser could be started").arg(name);
    message.remedy = tr("Copy the link and open it yourself within a minute; it works once.");
    message.buttons = { { tr("Copy link"), [url] { QGuiApplication::clipboard()->setText(url.toString()); } } };
    m_messages->showMessage(message);
}

void MainWindow::sessionChanged(const QString &serverId)
{
    const SessionStatus status = m_models.sessions->status(serverId);
    const QString key = QStringLiteral("hostkey.%1").arg(serverId);
    if (status.error && isHostKeyStop(*status.error)) {
        if (!m_messages->contains(key)) {
            Message message = MessageBar::fromError(key, *status.error);
            message.buttons = { { tr("Show"), [this, serverId] { m_overview->selectServer(serverId); } } };
            m_messages->showMessage(message);
        }
    } else if (status.state == SessionState::Ready) {
        m_messages->closeMessage(key);
    }
    updateSummary();
    if (serverId == m_serverId)
        updateActions();
}

void MainWindow::setCurrentServer(const QString &serverId)
{
    m_serverId = serverId;
    // The tree follows while it stands on a server; a group or the whole fleet stays as the scope.
    if (!serverId.isEmpty() && !m_fleetPane->currentServer().isEmpty()) {
        m_fleetPane->setCurrentServer(serverId);
        m_history->setScope(nameOf(serverId), { serverId });
    }
    updateActions();
}

void MainWindow::clearFilters()
{
    m_history->searchField()->clear();
    const bool had = m_overview->clearFilters() || !m_fleetPane->searchField()->text().isEmpty();
    m_fleetPane->searchField()->clear();
    if (!had)
        m_fleetPane->tree()->setFocus(Qt::ShortcutFocusReason);
}

} // namespace Helmclaw
