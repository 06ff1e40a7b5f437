// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PostureStore.h"
#include "views/WindowModels.h"

#include <QMainWindow>
#include <QSet>
#include <QUrl>

#include <functional>

class QLabel;
class QSplitter;
class QStackedWidget;

namespace Helmclaw {

class ActionRegistry;
class CommandPalette;
class EmptyState;
class FleetModel;
class FleetPane;
class HostKeyDialog;
class MessageBar;
class OverviewPage;
class PageBar;
class PostureModel;
class RefreshProgress;
class TaskControl;
class TaskModel;
class TasksPane;
class Theme;

/// The one window: fleet tree, pages, tasks drawer, messages. Shows the models and sends them the user's intents; knows
/// nothing of ssh/. Window state is kept in QSettings() (application's organization and name).
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(const WindowModels &models);
    ~MainWindow() override;

    /// Shows @p error inside the window.
    void showError(const Error &error);

    /// What opens a URL in the user's browser; QDesktopServices::openUrl unless a test says otherwise.
    void setUrlOpener(std::function<bool(const QUrl &)> opener) { m_openUrl = std::move(opener); }

    [[nodiscard]] ActionRegistry *actions() const { return m_actions; }
    [[nodiscard]] MessageBar *messageBar() const { return m_messages; }
    [[nodiscard]] FleetPane *fleetPane() const { return m_fleetPane; }
    [[nodiscard]] OverviewPage *overview() const { return m_overview; }
    [[nodiscard]] Theme *theme() const { return m_theme; }

    void openWebUi(const QString &serverId);
    /// Closes without asking, once the tasks that run have been ended: the system wants the program to end.
    void quit();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    void makeActions();
    void makeToolBar();
    void makeLayout();
    void connectModels();
    void connectTasks();
    void showPage(QWidget *page);
    void loadState();
    void saveState() const;

    void addServer();
    enum class ImportSource { SshConfig, Tailscale };
    void importServers(ImportSource source);
    void editServer();
    void replaceHostKey(const QString &serverId);
    void removeServer();
    void refresh(const QStringList &serverIds);
    [[nodiscard]] QStringList selectedServers() const;
    [[nodiscard]] QStringList allServers() const;
    void openPalette();
    void clearFilters();
    void showServerMenu(const QPoint &globalPos);
    void setCurrentServer(const QString &serverId);
    void updateActions();
    void updateSummary();
    void updateEmptyFleet();
    void sessionChanged(const QString &serverId);
    void refreshFinished();
    void browse(const QString &serverId, const QUrl &url);
    [[nodiscard]] QString nameOf(const QString &serverId) const;

    WindowModels m_models;
    std::function<bool(const QUrl &)> m_openUrl;
    Theme *m_theme;
    ActionRegistry *m_actions;
    FleetModel *m_fleetModel;
    PostureModel *m_postureModel;
    TaskModel *m_taskModel;
    TaskControl *m_taskControl = nullptr;
    MessageBar *m_messages = nullptr;
    QStackedWidget *m_stack = nullptr;
    EmptyState *m_emptyFleet = nullptr;
    QSplitter *m_splitter = nullptr;
    FleetPane *m_fleetPane = nullptr;
    QSplitter *m_drawerSplitter = nullptr;
    PageBar *m_pageBar = nullptr;
    QStackedWidget *m_pages = nullptr;
    OverviewPage *m_overview = nullptr;
    TasksPane *m_history = nullptr;
    TasksPane *m_drawer = nullptr;
    RefreshProgress *m_progress = nullptr;
    QLabel *m_summary = nullptr;
    CommandPalette *m_palette = nullptr;
    HostKeyDialog *m_hostKeys = nullptr;
    QString m_serverId; ///< the server that actions act on; empty: none
    QStringList m_scope; ///< servers of the selected group; empty: the whole fleet
    QSet<QString> m_refreshed; ///< finished since the refresher was last idle
};

} // namespace Helmclaw
