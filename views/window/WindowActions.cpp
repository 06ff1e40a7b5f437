// SPDX-License-Identifier: MIT
#include "views/window/WindowActions.h"

#include "views/actions/ActionRegistry.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>
#include <QMenuBar>

namespace Helmclaw {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("WindowActions", text);
}

QKeySequence keys(const char *text)
{
    return QKeySequence(QString::fromLatin1(text), QKeySequence::PortableText);
}

void addThemeActions(ActionRegistry *registry)
{
    auto *group = new QActionGroup(registry);
    group->addAction(registry->add({ QStringLiteral("theme.system"),
                                     tr("&System"),
                                     tr("Follow the desktop's light or dark setting"),
                                     QStringLiteral("system"),
                                     {},
                                     true }));
    group->addAction(registry->add(
        { QStringLiteral("theme.light"), tr("&Light"), tr("Always light"), QStringLiteral("light"), {}, true }));
    group->addAction(registry->add(
        { QStringLiteral("theme.dark"), tr("&Dark"), tr("Always dark"), QStringLiteral("dark"), {}, true }));
    // The palette shows them without their menu's title.
    for (QAction *action : group->actions())
        action->setProperty("paletteText", tr("Theme: %1").arg(action->text().remove(QLatin1Char('&'))));
}

} // namespace

void addWindowActions(ActionRegistry *registry)
{
    registry->add({ QStringLiteral("fleet.add"),
                    tr("&Add server…"),
                    tr("Add a server to the fleet"),
                    QStringLiteral("add"),
                    { keys("Ctrl+N") } });
    registry->add({ QStringLiteral("fleet.import"),
                    tr("&Import from ~/.ssh/config…"),
                    tr("Add hosts of ~/.ssh/config to the fleet"),
                    QStringLiteral("import"),
                    { keys("Ctrl+I") } });
    registry->add({ QStringLiteral("fleet.import-tailscale"),
                    tr("Import from &Tailscale…"),
                    tr("Add peers of this computer's tailnet to the fleet"),
                    QStringLiteral("import"),
                    { keys("Ctrl+Shift+I") } });
    registry->add({ QStringLiteral("app.quit"),
                    tr("&Quit"),
                    tr("Close the window and all tunnels"),
                    QStringLiteral("quit"),
                    { keys("Ctrl+Q") } });

    registry->add({ QStringLiteral("server.open-web-ui"),
                    tr("&Open web UI"),
                    tr("Open the server's OpenClaw web UI in the browser, signed in, through a tunnel"),
                    QStringLiteral("open-web"),
                    { keys("Ctrl+Return"), keys("Ctrl+Enter") } });
    registry->add({ QStringLiteral("server.close-web-ui"),
                    tr("&Close tunnel"),
                    tr("Close the tunnel to the server's web UI"),
                    QStringLiteral("tunnel-close"),
                    { keys("Ctrl+Shift+W") } });
    registry->add({ QStringLiteral("server.copy-address"),
                    tr("Copy web UI &address"),
                    tr("Copy the web UI's local address, without a token"),
                    QStringLiteral("copy"),
                    { keys("Ctrl+Shift+C") } });
    registry->add({ QStringLiteral("server.connect"),
                    tr("Co&nnect"),
                    tr("Open the SSH connection to the server"),
                    QStringLiteral("connect"),
                    { keys("Ctrl+Shift+N") } });
    registry->add({ QStringLiteral("server.disconnect"),
                    tr("&Disconnect"),
                    tr("Close the SSH connection to the server, and its tunnel with it"),
                    QStringLiteral("disconnect"),
                    { keys("Ctrl+Shift+D") } });
    registry->add({ QStringLiteral("server.show-key"),
                    tr("Confirm host &key…"),
                    tr("Show the host key that waits for an answer"),
                    QStringLiteral("key"),
                    { keys("Ctrl+Shift+K") } });
    registry->add({ QStringLiteral("server.replace-key"),
                    tr("Re&place pinned key…"),
                    tr("Compare the host key that the server shows with the pinned one, and decide"),
                    QStringLiteral("shield-alert"),
                    {} });
    registry->add({ QStringLiteral("server.forget-passphrases"),
                    tr("&Forget key passphrases"),
                    tr("Remove the passphrases of the server's keys from this computer's keychain"),
                    QStringLiteral("key"),
                    {} });
    registry->add({ QStringLiteral("server.edit"),
                    tr("&Edit…"),
                    tr("Change the server's entry"),
                    QStringLiteral("edit"),
                    { keys("F2") } });
    registry->add({ QStringLiteral("server.remove"),
                    tr("&Remove…"),
                    tr("Remove the server from the fleet"),
                    QStringLiteral("remove"),
                    { keys("Del") } });

    registry->add({ QStringLiteral("refresh.selected"),
                    tr("&Refresh"),
                    tr("Check the selected server or group again"),
                    QStringLiteral("refresh"),
                    { keys("F5") } });
    registry->add({ QStringLiteral("refresh.all"),
                    tr("Refresh &all"),
                    tr("Check every server of the fleet again"),
                    QStringLiteral("refresh-all"),
                    { keys("Ctrl+R") } });
    registry->add({ QStringLiteral("refresh.cancel"),
                    tr("&Cancel"),
                    tr("Stop the checks that run"),
                    QStringLiteral("cancel"),
                    { keys("Shift+F5") } });

    registry->add({ QStringLiteral("view.search"),
                    tr("&Find server"),
                    tr("Find a server in the fleet"),
                    QStringLiteral("search"),
                    { keys("Ctrl+F") } });
    registry->add({ QStringLiteral("view.filter"),
                    tr("Fi&lter table"),
                    tr("Filter the overview by server or finding"),
                    QStringLiteral("filter"),
                    { keys("Ctrl+Shift+F") } });
    registry->add({ QStringLiteral("view.problems-only"),
                    tr("&Problems only"),
                    tr("Show only servers with something that is not known to be good"),
                    QStringLiteral("warning"),
                    { keys("Ctrl+Shift+P") },
                    true });
    registry->add({ QStringLiteral("view.clear-filters"),
                    tr("Clear &filters"),
                    tr("Show everything again"),
                    QStringLiteral("close"),
                    { keys("Esc") } });
    registry->add({ QStringLiteral("view.palette"),
                    tr("Command &palette…"),
                    tr("Find a command or a server by a few letters"),
                    QStringLiteral("command"),
                    { keys("Ctrl+K") },
                    false,
                    false });
    registry->add({ QStringLiteral("view.fleet"),
                    tr("Fl&eet pane"),
                    tr("Show the tree of servers"),
                    QStringLiteral("sidebar"),
                    { keys("Ctrl+B") },
                    true });
    registry->add({ QStringLiteral("view.details"),
                    tr("&Details pane"),
                    tr("Show the details of what is selected"),
                    QStringLiteral("details"),
                    { keys("Ctrl+D") },
                    true });
    registry->add({ QStringLiteral("view.unfold-areas"),
                    tr("&Unfold all checks"),
                    tr("Show every check of every area in the table"),
                    QStringLiteral("chevron-down"),
                    { keys("Ctrl+Shift+E") } });
    registry->add({ QStringLiteral("view.fold-areas"),
                    tr("F&old all checks"),
                    tr("Show each area of checks as one column"),
                    QStringLiteral("chevron-right"),
                    { keys("Ctrl+E") } });
    registry->add({ QStringLiteral("view.tasks"),
                    tr("&Tasks"),
                    tr("Show the tasks that run, and those that ran since the program started"),
                    QStringLiteral("clock"),
                    { keys("Ctrl+J") },
                    true });
    registry->add({ QStringLiteral("page.overview"),
                    tr("&Overview"),
                    tr("Servers and their checks"),
                    QStringLiteral("fleet"),
                    { keys("Ctrl+1") } });
    registry->add({ QStringLiteral("page.history"),
                    tr("H&istory"),
                    tr("Everything that was done to the servers from this computer"),
                    QStringLiteral("clock"),
                    { keys("Ctrl+2") } });
    registry->add({ QStringLiteral("view.host-key-log"),
                    tr("&Host key decisions…"),
                    tr("Show every host key that was pinned or replaced, when and by whom"),
                    QStringLiteral("key"),
                    {} });
    addThemeActions(registry);
    registry->add(
        { QStringLiteral("help.about"), tr("&About Helmclaw"), tr("Version and licence"), QStringLiteral("info"), {} });
}

void fillMenuBar(QMenuBar *menuBar, const ActionRegistry *registry)
{
    const auto fill = [registry](QMenu *menu, std::initializer_list<const char *> ids) {
        for (const char *id : ids) {
            if (*id == '-')
                menu->addSeparator();
            else
                menu->addAction(registry->action(QString::fromLatin1(id)));
        }
    };
    fill(menuBar->addMenu(tr("&Fleet")),
         { "fleet.add", "fleet.import", "fleet.import-tailscale", "-", "refresh.all", "refresh.cancel", "-",
           "app.quit" });
    fill(menuBar->addMenu(tr("&Server")),
         { "server.open-web-ui", "server.close-web-ui", "server.copy-address", "-", "refresh.selected",
           "server.connect", "server.disconnect", "server.show-key", "server.replace-key", "server.forget-passphrases",
           "-", "server.edit", "server.remove" });
    QMenu *view = menuBar->addMenu(tr("&View"));
    fill(view,
         { "page.overview", "page.history", "-", "view.palette", "-", "view.search", "view.filter",
           "view.problems-only", "view.clear-filters", "-", "view.unfold-areas", "view.fold-areas", "-", "view.fleet",
           "view.details", "view.tasks", "-", "view.host-key-log", "-" });
    QMenu *theme = view->addMenu(tr("&Theme"));
    fill(theme, { "theme.system", "theme.light", "theme.dark" });
    fill(menuBar->addMenu(tr("&Help")), { "help.about" });
}

} // namespace Helmclaw
