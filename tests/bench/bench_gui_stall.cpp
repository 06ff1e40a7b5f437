// SPDX-License-Identifier: MIT
// How long is the GUI thread ever busy while a fleet is refreshed? The real window, the real pool, real sshd processes
// on loopback addresses. Wall time on a loaded machine also counts the time that others had the core; CPU time of
// the GUI thread is what the program itself caused.
#include "app/Console.h"
#include "app/WatchedApplication.h"
#include "views/MainWindow.h"
#include "views/WindowModels.h"

#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QProcess>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>

#include <cstdio>
#include <ctime>
#include <memory>
#include <unistd.h>
#include <vector>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

/// sshd takes at most 16 listen sockets.
constexpr int ListenersPerSshd = 10;

class LoopbackFleet
{
public:
    explicit LoopbackFleet(int servers)
    {
        run(u"ssh-keygen"_s, { u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, QString(), u"-f"_s, path("host") });
        run(u"ssh-keygen"_s, { u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, QString(), u"-f"_s, path("user") });
        QFile::copy(path("user.pub"), path("authorized_keys"));
        if (geteuid() == 0)
            QDir().mkpath(u"/run/sshd"_s);
        QFile hostKey(path("host.pub"));
        if (!hostKey.open(QIODevice::ReadOnly))
            qFatal("ssh-keygen made no key");
        const QByteArray key = hostKey.readAll().split(' ').mid(0, 2).join(' ');
        QFile pinned(path("pinned"));
        QFile config(path("config"));
        if (!pinned.open(QIODevice::WriteOnly) || !config.open(QIODevice::WriteOnly))
            qFatal("cannot write to %s", qPrintable(m_dir.path()));
        for (int first = 1; first <= servers; first += ListenersPerSshd) {
            QStringList arguments { u"-D"_s, u"-f"_s, u"/dev/null"_s };
            const auto option = [&arguments](const QString &text) { arguments << u"-o"_s << text; };
            for (int n = first; n < first + ListenersPerSshd && n <= servers; ++n) {
                option(u"ListenAddress=%1:22480"_s.arg(address(n)));
                pinned.write("[" + address(n).toLatin1() + "]:22480 " + key + '\n');
                config.write("Host bench" + QByteArray::number(n) + "\n  HostName " + address(n).toLatin1()
                             + "\n  Port 22480\n");
            }
            option(u"HostKey=%1"_s.arg(path("host")));
            // An empty home: what this user's own shell start-up files do is not what is measured.
            QDir().mkpath(path("home"));
            option(u"SetEnv=HOME=%1"_s.arg(path("home")));
            option(u"AuthorizedKeysFile=%1"_s.arg(path("authorized_keys")));
            for (const char *text :
                 { "PidFile=none", "UsePAM=no", "StrictModes=no", "MaxStartups=500", "PermitRootLogin=yes" })
                option(QString::fromLatin1(text));
            auto process = std::make_unique<QProcess>();
            process->setStandardErrorFile(path("sshd.log"));
            process->start(u"/usr/sbin/sshd"_s, arguments);
            m_sshd.push_back(std::move(process));
        }
        config.write("Host *\n  IdentityFile " + path("user").toLocal8Bit()
                     + "\n  IdentitiesOnly yes\n  UserKnownHostsFile " + path("pinned").toLocal8Bit() + '\n');
        for (int n = 1; n <= servers; ++n)
            waitFor(address(n));
    }
    ~LoopbackFleet()
    {
        for (const auto &process : m_sshd) {
            process->terminate();
            process->waitForFinished(3000);
        }
    }
    [[nodiscard]] QString path(const char *name) const { return m_dir.filePath(QString::fromLatin1(name)); }

private:
    static QString address(int n) { return u"127.79.0.%1"_s.arg(n); }
    static void run(const QString &program, const QStringList &arguments) { QProcess::execute(program, arguments); }
    static void waitFor(const QString &host)
    {
        for (int i = 0; i < 100; ++i) {
            QTcpSocket socket;
            socket.connectToHost(host, 22480);
            if (socket.waitForConnected(200) && socket.waitForReadyRead(1000))
                return;
            QThread::msleep(50);
        }
        qFatal("no sshd on %s", qPrintable(host));
    }

    QTemporaryDir m_dir;
    std::vector<std::unique_ptr<QProcess>> m_sshd;
};

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

    const LoopbackFleet fleet(servers);
    Console console({ fleet.path("fleet.json"), fleet.path("config"), fleet.path("known_hosts") });
    if (const auto loaded = console.load(); !loaded)
        qFatal("%s", qPrintable(loaded.error().toString()));
    QStringList ids;
    for (int n = 1; n <= servers; ++n) {
        Server server;
        server.name = server.host = u"bench%1"_s.arg(n);
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
