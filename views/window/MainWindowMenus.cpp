// SPDX-License-Identifier: MIT
// The menus of MainWindow that depend on the fleet and on what is selected.
#include "models/fleet/Fleet.h"
#include "models/tasks/FixCatalogue.h"
#include "views/MainWindow.h"
#include "views/actions/ActionRegistry.h"
#include "views/actions/CommandPalette.h"
#include "views/overview/OverviewPage.h"
#include "views/window/TaskControl.h"

#include <QMenu>

namespace Helmclaw {

void MainWindow::openPalette()
{
    QList<CommandPalette::Entry> entries;
    for (QAction *action : m_actions->paletteActions()) {
        // Each server has an entry of its own for these.
        if (!m_serverId.isEmpty()
            && (action->objectName() == QLatin1String("server.open-web-ui")
                || action->objectName() == QLatin1String("refresh.selected")))
            continue;
        const QString own = action->property("paletteText").toString();
        QString text = own.isEmpty() ? QString(action->text()).remove(QLatin1Char('&')) : own;
        // "Edit…" says nothing without its server here.
        if (action->objectName().startsWith(QLatin1String("server."))
            || action->objectName() == QLatin1String("refresh.selected"))
            text = QStringLiteral("%1 (%2)").arg(text, m_serverId.isEmpty() ? tr("selection") : nameOf(m_serverId));
        entries.append({ text, action->shortcut().toString(QKeySequence::NativeText), action->icon().name(),
                         [action] { action->trigger(); } });
    }
    const QString what = m_serverId.isEmpty() ? tr("selection") : nameOf(m_serverId);
    for (const FixAction &action : FixCatalogue::actions()) {
        entries.append({ tr("%1… (%2)").arg(action.title, what), action.id, QStringLiteral("settings"),
                         [this, id = action.id] { m_taskControl->act(id, selectedServers()); } });
    }
    for (const Server &server : m_models.fleet->servers()) {
        const QString id = server.id;
        const QString target = server.host;
        entries.append({ tr("Open web UI: %1").arg(server.name), target, QStringLiteral("open-web"),
                         [this, id] { openWebUi(id); } });
        entries.append({ tr("Show: %1").arg(server.name), target, QStringLiteral("server"),
                         [this, id] { m_overview->selectServer(id); } });
        entries.append(
            { tr("Refresh: %1").arg(server.name), target, QStringLiteral("refresh"), [this, id] { refresh({ id }); } });
    }
    m_palette->open(std::move(entries));
}

void MainWindow::showServerMenu(const QPoint &globalPos)
{
    QMenu menu(this);
    const auto add = [&](const char *id) { menu.addAction(m_actions->action(QString::fromLatin1(id))); };
    QMenu *maintenance = nullptr;
    if (m_serverId.isEmpty()) {
        add("refresh.selected");
        maintenance = menu.addMenu(tr("&Maintenance"));
    } else {
        add("server.open-web-ui");
        add("server.close-web-ui");
        add("server.copy-address");
        menu.addSeparator();
        add("refresh.selected");
        add("server.connect");
        add("server.disconnect");
        add("server.show-key");
        add("server.replace-key");
        add("server.forget-passphrases");
        menu.addSeparator();
        maintenance = menu.addMenu(tr("&Maintenance"));
        menu.addSeparator();
        add("server.edit");
        add("server.remove");
    }
    for (const FixAction &action : FixCatalogue::actions()) {
        maintenance->addAction(tr("%1…").arg(action.title), this,
                               [this, id = action.id] { m_taskControl->act(id, selectedServers()); });
    }
    menu.exec(globalPos);
}

} // namespace Helmclaw
