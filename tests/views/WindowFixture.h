// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/PostureRefresher.h"
#include "models/posture/PostureStore.h"
#include "models/tasks/TaskManager.h"
#include "ssh/SshPool.h"
#include "views/MainWindow.h"

#include <QApplication>
#include <QDialog>
#include <QPointer>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <memory>

namespace Helmclaw::Test {

/// The real models on files in a temporary folder, and a window on them. Nothing is faked: what a test wants to see is
/// put into the models by their own functions.
class WindowFixture
{
public:
    enum class Settings { Fresh, OfTheLastWindow };
    explicit WindowFixture(Settings settings = Settings::Fresh);
    ~WindowFixture();

    /// Before main(): settings, home and caches in a folder of their own, the offscreen platform.
    static void isolate();

    QString addServer(const QString &name, const QStringList &tags = {}, const QString &host = {}, int port = 0);
    /// Results of every check of the catalogue: Pass unless @p verdicts says otherwise.
    void giveResults(const QString &serverId, const QHash<QString, Verdict> &verdicts = {}, bool withSudo = true,
                     const QDateTime &probedAt = QDateTime::currentDateTimeUtc());
    /// The window, shown and active.
    MainWindow &window();

    /// Runs @p body once a dialog is open and has been shown; for what opens a modal dialog. Put before the trigger.
    template <class Dialog> static void whenDialogOpens(std::function<void(Dialog *)> body);

    QTemporaryDir dir;
    std::unique_ptr<SshPool> pool;
    Fleet fleet;
    std::unique_ptr<ServerSessions> sessions;
    PostureStore posture;
    std::unique_ptr<PostureRefresher> refresher;
    std::unique_ptr<WebUiSessions> webUi;
    std::unique_ptr<TaskManager> tasks; ///< its journals are in dir
    Keychain *keychain = nullptr; ///< what the window gets; set before window()
    QList<QUrl> opened; ///< what the window handed to the browser
    bool browserWorks = true;

private:
    static void poll(std::function<bool()> tryIt);
    std::unique_ptr<MainWindow> m_window;
};

template <class Dialog> void WindowFixture::whenDialogOpens(std::function<void(Dialog *)> body)
{
    poll([body = std::move(body)] {
        auto *dialog = qobject_cast<Dialog *>(QApplication::activeModalWidget());
        if (!dialog || !dialog->isActiveWindow())
            return false;
        const QPointer<QDialog> open(dialog);
        body(dialog);
        if (QTest::currentTestFailed() && open && open->isVisible())
            open->reject(); // or exec() would wait for ever
        return true;
    });
}

} // namespace Helmclaw::Test
