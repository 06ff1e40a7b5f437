// SPDX-License-Identifier: MIT
// helmclaw: the window.
#include "app/Console.h"
#include "app/UnixSignals.h"
#include "app/WatchedApplication.h"
#include "models/fleet/FleetFileWatcher.h"
#include "ssh/Secret.h"
#include "views/MainWindow.h"
#include "views/WindowModels.h"

#include <QIcon>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

int main(int argc, char *argv[])
{
    Secret::initialiseProcess();
    UnixSignals signalWatcher;
    WatchedApplication app(argc, argv);
    signalWatcher.start();
    QCoreApplication::setApplicationName(u"helmclaw"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(HELMCLAW_VERSION));
    QGuiApplication::setApplicationDisplayName(u"Helmclaw"_s);
    QGuiApplication::setDesktopFileName(u"helmclaw"_s);

    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate(
        "helmclaw", "Desktop console for fleets of OpenClaw servers. See also: helmclawctl --help"));
    parser.addHelpOption();
    parser.addVersionOption();
    ConsoleOptions::addTo(parser);
    parser.addOption({ u"refresh"_s, QCoreApplication::translate("helmclaw", "Refresh every server at the start.") });
    parser.process(app);

    Console console(ConsoleOptions::from(parser));
    const auto loaded = console.load();
    MainWindow window({ &console.fleet, &console.sessions, &console.posture, &console.refresher, &console.webUi,
                        &console.tasks, &console.keychain });
    if (!loaded) {
        // The window still opens: it shows the error, and Fleet refuses to write over a file that it could not read.
        std::fprintf(stderr, "helmclaw: %s\n", qPrintable(loaded.error().toString()));
        window.showError(loaded.error());
    }
    const FleetFileWatcher fleetFile(&console.fleet);
    QObject::connect(&fleetFile, &FleetFileWatcher::failed, &window, &MainWindow::showError);
    QObject::connect(&signalWatcher, &UnixSignals::terminationRequested, &window, &MainWindow::quit);
    window.show();
    if (parser.isSet(u"refresh"_s)) {
        QStringList ids;
        for (const Server &server : console.fleet.servers())
            ids.append(server.id);
        console.refresher.refresh(ids);
    }
    return QApplication::exec();
}
