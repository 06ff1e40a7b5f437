// SPDX-License-Identifier: MIT
// How long is the GUI thread ever busy while a fleet is refreshed? The real window, the real pool, real sshd processes
// on loopback addresses. Wall time on a loaded machine also counts the time that others had the core; CPU time of
// the GUI thread is what the program itself caused.
#include "app/Console.h"
#include "app/WatchedApplication.h"
#include "tests/bench/LoopbackFleet.h"
#include "views/MainWindow.h"
#include "views/WindowModels.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QThread>
#include <QTimer>

#include <cstdio>
#include <ctime>
#include <memory>
#include <vector>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

/// A timer that is due every millisecond: what passes between two of its turns is how long the loop did not come round.
class LoopGap : public QObject
{
public:
    LoopGap()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        connect(&m_timer, &QTimer::timeout, this, &LoopGap::turn);
        m_timer.start(1);
    }
    void reset()
    {
        m_wall = m_cpu = 0;
        m_wallStart = 0;
    }
    [[nodiscard]] double wallMs() const { return static_cast<double>(m_wall) / 1e6; }
    [[nodiscard]] double cpuMs() const { return static_cast<double>(m_cpu) / 1e6; }

private:
    static qint64 clockNs(clockid_t clock)
    {
        timespec time {};
        clock_gettime(clock, &time);
        return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
    }
    void turn()
    {
        const qint64 wall = clockNs(CLOCK_MONOTONIC);
        const qint64 cpu = clockNs(CLOCK_THREAD_CPUTIME_ID);
        if (m_wallStart != 0) {
            m_cpu = std::max(m_cpu, cpu - m_cpuStart);
            m_wall = std::max(m_wall, wall - m_wallStart);
        }
        m_wallStart = wall;
        m_cpuStart = cpu;
    }
    QTimer m_timer;
    qint64 m_wallStart = 0;
    qint64 m_cpuStart = 0;
    qint64 m_wall = 0;
    qint64 m_cpu = 0;
};

int main(int argc, char *argv[])
{
    WatchedApplication app(argc, argv);
    QCoreApplication::setApplicationName(u"helmclaw-bench"_s);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOption({ u"servers"_s, u"Loopback servers."_s, u"n"_s, u"50"_s });
    parser.addOption({ u"rounds"_s, u"Warm refreshes after the cold one."_s, u"n"_s, u"5"_s });
    parser.process(app);
    const int servers = parser.value(u"servers"_s).toInt();

    const Bench::LoopbackFleet fleet(servers);
    Console console({ fleet.path("fleet.json"), fleet.path("config"), fleet.path("known_hosts") });
    if (const auto loaded = console.load(); !loaded)
        qFatal("%s", qPrintable(loaded.error().toString()));
    QStringList ids;
    for (int n = 1; n <= servers; ++n) {
        Server server;
        server.name = server.host = Bench::LoopbackFleet::alias(n);
        ids.append(console.fleet.add(server).value());
    }
    MainWindow window({ &console.fleet, &console.sessions, &console.posture, &console.refresher, &console.webUi });
    window.resize(1280, 800);
    window.show();
    QEventLoop settle;
    QTimer::singleShot(1500, &settle, &QEventLoop::quit);
    settle.exec();

    LoopGap gap;
    std::printf("%d servers, the real window on \"%s\", %d cores; a frame is 16 ms\n", servers,
                qPrintable(QGuiApplication::platformName()), QThread::idealThreadCount());
    std::printf("%-8s %8s %8s | %-31s | %-25s | %s\n", "refresh", "wall s", "answered",
                "longest loop gap: CPU ms, wall ms", "longest event: CPU, wall", "by");
    for (int round = 0; round <= parser.value(u"rounds"_s).toInt(); ++round) {
        app.resetFigures();
        gap.reset();
        QElapsedTimer timer;
        timer.start();
        QEventLoop loop;
        QObject::connect(&console.refresher, &PostureRefresher::idle, &loop, &QEventLoop::quit);
        console.refresher.refresh(ids);
        loop.exec();
        const double seconds = static_cast<double>(timer.elapsed()) / 1000;
        int answered = 0;
        for (const QString &id : std::as_const(ids))
            answered += console.posture.posture(id).lastError ? 0 : 1;
        const WatchedApplication::Figures &figures = app.figures();
        std::printf("%-8s %8.2f %8d | %15.1f %15.1f | %12.1f %12.1f | %s\n", round ? "warm" : "cold", seconds, answered,
                    gap.cpuMs(), gap.wallMs(), static_cast<double>(figures.longestCpu.count()) / 1000,
                    static_cast<double>(figures.longest.count()) / 1000, qPrintable(figures.longestBy));
        std::fflush(stdout);
    }
    return 0;
}
