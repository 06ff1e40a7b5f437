// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/FleetBench.h"

#include "tests/bench/LoopbackFleet.h"
#include "tests/bench/ProcessMeter.h"
#include "tests/bench/ssh/Peers.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QThread>

#include <algorithm>
#include <cstdio>
#include <map>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

namespace {

/// As a refresh of a posture is: 3 KB of script, of which the shell does what it can itself, six programs, 5 KB of
/// output.
constexpr char probe[] = R"(LC_ALL=C
export LC_ALL
section() { printf '== %s\n' "$1"; }
first() { IFS= read -r line < "$1" && printf '%s\n' "$line"; }
section release; cat /etc/os-release
section load; first /proc/loadavg; first /proc/uptime; first /proc/version
section kernel; uname -a
section memory; head -n 40 /proc/meminfo
section users; cat /etc/passwd /etc/group
section disk; df -P /
section status; head -n 40 /proc/self/status
)";
constexpr qsizetype probeSize = 3 * 1024; ///< filled up with comments
/// libssh's own first choice, so that nobody pays for another key exchange (facts: the default sntrup761 costs 70
/// times).
constexpr char sameKex[] = "curve25519-sha256";

QStringList clientCommand(const LoopbackFleet &fleet, const FleetBenchOptions &options, const QString &mode)
{
    return { QCoreApplication::applicationFilePath(),
             mode,
             fleet.path(""),
             u"--servers"_s,
             QString::number(fleet.size()),
             u"--fanout"_s,
             QString::number(options.fanout) };
}

void writeInputs(const LoopbackFleet &fleet)
{
    QFile script(fleet.path("probe.sh"));
    QFile hosts(fleet.path("hosts"));
    if (!script.open(QIODevice::WriteOnly) || !hosts.open(QIODevice::WriteOnly))
        qFatal("cannot write into %s", qPrintable(fleet.path("")));
    QByteArray text(probe);
    while (text.size() < probeSize)
        text += "# what a probe explains to its reader, and a shell reads over\n";
    script.write(text);
    for (int n = 1; n <= fleet.size(); ++n)
        hosts.write(LoopbackFleet::alias(n).toLatin1() + '\n');
}

void printHead()
{
    std::printf("%-26s %8s %9s %8s %9s | %7s %8s\n", "", "wall s", "client s", "sshd s", "peak KB", "wall x",
                "client x");
}

void printRow(const QString &name, const Cost &cost, const Cost &ours, qint64 peakKb)
{
    std::printf("%-26s %8.2f %9.3f %8.2f %9s | %7.2f %8.1f%s\n", qPrintable(name), cost.wall, cost.cpu, cost.serverCpu,
                peakKb > 0 ? qPrintable(QString::number(peakKb)) : "", cost.wall / ours.wall, cost.cpu / ours.cpu,
                cost.exitCode == 0 ? "" : qPrintable(u"  (exit code %1: not all answered)"_s.arg(cost.exitCode)));
    std::fflush(stdout);
}

void cold(const LoopbackFleet &fleet, const FleetBenchOptions &options)
{
    std::printf("\nCold probe of %d servers: log in, one script (3 KB in, 5 KB out), log out; %d at a time; medians of "
                "%d. Peak: "
                "of the whole\nprocess tree (PSS), in a run of its own.\n",
                fleet.size(), options.fanout, options.rounds);
    QList<Peer> contestants { { u"helmclaw"_s, clientCommand(fleet, options, u"--client"_s) } };
    contestants += coldPeers(fleet, options.fanout, QString::fromLatin1(sameKex));
    contestants += { u"xargs ssh, default kex"_s, coldPeers(fleet, options.fanout, {}).constFirst().command };
    std::map<QString, std::vector<Cost>> costs;
    QList<Peer> order = contestants;
    for (int round = 0; round < options.rounds; ++round) {
        for (const Peer &peer : std::as_const(order)) {
            costs[peer.name].push_back(measure(peer.command, fleet.masters()));
            const double early = cpuOf(fleet.masters());
            fleet.settle();
            costs[peer.name].back().serverCpu += cpuOf(fleet.masters()) - early;
        }
        std::rotate(order.begin(), order.begin() + 1, order.end());
    }
    printHead();
    const Cost ours = median(costs[u"helmclaw"_s]);
    for (const Peer &peer : std::as_const(contestants)) {
        const qint64 peak = peakMemoryKb(peer.command);
        fleet.settle();
        printRow(peer.name, median(costs[peer.name]), ours, peak);
    }
    const double floor = ours.serverCpu / QThread::idealThreadCount();
    std::printf("helmclaw's wall time is %.2f x the floor that sshd's own CPU time sets on %d cores (%.2f s)\n",
                ours.wall / floor, QThread::idealThreadCount(), floor);
}

/// Our side of the warm refresh, with its sessions held.
class Holder
{
public:
    Holder(const LoopbackFleet &fleet, const FleetBenchOptions &options)
    {
        QStringList command = clientCommand(fleet, options, u"--hold"_s);
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(command.takeFirst(), command);
    }
    ~Holder()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished(30000);
    }
    Holder(const Holder &) = delete;
    Holder &operator=(const Holder &) = delete;

    /// The figures; ends the program when there are none.
    QJsonObject order(const QByteArray &text)
    {
        m_process.write(text + '\n');
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(300000))
                qFatal("the client gave no figures for \"%s\"", text.constData());
        }
        return QJsonDocument::fromJson(m_process.readLine()).object();
    }

private:
    QProcess m_process;
};

void warm(const LoopbackFleet &fleet, const FleetBenchOptions &options)
{
    std::printf("\nWarm refresh of %d held sessions, %d at a time; medians of %d\n", fleet.size(), options.fanout,
                options.rounds);
    Holder holder(fleet, options);
    QJsonObject last = holder.order("round"); // logs in
    const ControlMasters masters(fleet);
    std::vector<Cost> own;
    std::vector<Cost> theirs;
    for (int turn = 0; turn < options.rounds * 2; ++turn) {
        if (turn % 4 == 0 || turn % 4 == 3) { // ours, theirs, theirs, ours, …
            last = holder.order("round");
            Cost cost;
            cost.wall = last["wall"_L1].toDouble();
            cost.cpu = last["cpu"_L1].toDouble();
            cost.exitCode = last["good"_L1].toInt() == fleet.size() ? 0 : 1;
            own.push_back(cost);
            continue;
        }
        const double before = cpuOf(masters.processes());
        Cost cost = measure(masters.peer(options.fanout).command);
        cost.cpu += cpuOf(masters.processes()) - before;
        theirs.push_back(cost);
    }
    const Cost ours = median(own);
    printHead();
    printRow(u"helmclaw"_s, ours, ours, 0);
    printRow(u"xargs ssh, ControlMaster"_s, median(theirs), ours, 0);
    std::printf("memory per held session (PSS): helmclaw %.0f KB, ssh master %.0f KB\n",
                last["memoryKb"_L1].toDouble() / fleet.size(),
                static_cast<double>(proportionalMemoryKb(masters.processes())) / fleet.size());

    const double before = cpuOf(masters.processes());
    const QJsonObject idle = holder.order("idle " + QByteArray::number(options.idleSeconds));
    std::printf(
        "idle for %d s: helmclaw %.2f %% of a core (keepalive every 15 s), %d ssh masters %.2f %% (no keepalive)\n",
        options.idleSeconds, idle["cpu"_L1].toDouble() / options.idleSeconds * 100, masters.count(),
        (cpuOf(masters.processes()) - before) / options.idleSeconds * 100);
}

} // namespace

void runFleetBench(const FleetBenchOptions &options)
{
    const LoopbackFleet fleet(options.servers);
    writeInputs(fleet);
    cold(fleet, options);
    warm(fleet, options);
}

} // namespace Helmclaw::Bench
