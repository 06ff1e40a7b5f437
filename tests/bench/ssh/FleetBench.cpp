// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/FleetBench.h"

#include "tests/bench/LoopbackFleet.h"
#include "tests/bench/ProcessMeter.h"
#include "tests/bench/ssh/Peers.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QThread>

#include <cstdio>
#include <map>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

namespace {

/// Twelve small reads in one script, as a posture probe is.
constexpr char probe[] = "for f in /etc/os-release /etc/hostname /proc/loadavg /proc/uptime /proc/meminfo /proc/mounts"
                         " /proc/version /etc/passwd /etc/group /proc/cpuinfo /proc/stat /proc/net/dev; do"
                         " echo \"== $f\"; cat $f; done";
/// libssh's own first choice, so that nobody pays for another key exchange (facts: the default sntrup761 costs 70
/// times).
constexpr char sameKex[] = "curve25519-sha256";

QStringList clientCommand(const LoopbackFleet &fleet, int rounds, int idleSeconds)
{
    return { QCoreApplication::applicationFilePath(),
             u"--client"_s,
             fleet.path(""),
             u"--servers"_s,
             QString::number(fleet.size()),
             u"--rounds"_s,
             QString::number(rounds),
             u"--idle"_s,
             QString::number(idleSeconds) };
}

void writeInputs(const LoopbackFleet &fleet)
{
    QFile script(fleet.path("probe.sh"));
    QFile hosts(fleet.path("hosts"));
    if (!script.open(QIODevice::WriteOnly) || !hosts.open(QIODevice::WriteOnly))
        qFatal("cannot write into %s", qPrintable(fleet.path("")));
    script.write(probe);
    for (int n = 1; n <= fleet.size(); ++n)
        hosts.write(LoopbackFleet::alias(n).toLatin1() + '\n');
}

void printRow(const QString &name, const Cost &cost, const Cost &ours)
{
    std::printf("%-26s %8.2f %9.3f %8.2f %9lld | %7.2f %8.1f%s\n", qPrintable(name), cost.wall, cost.cpu,
                cost.serverCpu, static_cast<long long>(cost.peakKb), cost.wall / ours.wall, cost.cpu / ours.cpu,
                cost.exitCode == 0 ? "" : qPrintable(u"  (exit code %1: not all answered)"_s.arg(cost.exitCode)));
    std::fflush(stdout);
}

void cold(const LoopbackFleet &fleet, const FleetBenchOptions &options)
{
    std::printf("\nCold probe of %d servers: log in, one script of twelve reads, log out; medians of %d\n",
                fleet.size(), options.rounds);
    QList<Peer> contestants { { u"helmclaw"_s, clientCommand(fleet, 1, 0) } };
    contestants += coldPeers(fleet, options.fanout, QString::fromLatin1(sameKex));
    contestants += { u"xargs ssh, default kex"_s, coldPeers(fleet, options.fanout, {}).constFirst().command };
    std::map<QString, std::vector<Cost>> costs;
    for (int round = 0; round < options.rounds; ++round) {
        for (const Peer &peer : std::as_const(contestants)) {
            costs[peer.name].push_back(measure(peer.command, fleet.masters()));
            const double early = cpuOf(fleet.masters());
            fleet.settle();
            costs[peer.name].back().serverCpu += cpuOf(fleet.masters()) - early;
        }
    }
    std::printf("%-26s %8s %9s %8s %9s | %7s %8s\n", "", "wall s", "client s", "sshd s", "peak KB", "wall x",
                "client x");
    const Cost ours = median(costs[u"helmclaw"_s]);
    for (const Peer &peer : std::as_const(contestants))
        printRow(peer.name, median(costs[peer.name]), ours);
    const double floor = ours.serverCpu / QThread::idealThreadCount();
    std::printf("helmclaw's wall time is %.2f x the floor that sshd's own CPU time sets on %d cores (%.2f s)\n",
                ours.wall / floor, QThread::idealThreadCount(), floor);
}

void warm(const LoopbackFleet &fleet, const FleetBenchOptions &options)
{
    std::printf("\nWarm refresh of %d held sessions; medians of %d\n", fleet.size(), options.rounds);
    const Cost run = measure(clientCommand(fleet, options.rounds + 1, options.idleSeconds), {}, {}, true);
    const QJsonObject answer = QJsonDocument::fromJson(run.output).object();
    const QJsonArray rounds = answer["rounds"_L1].toArray();
    fleet.settle();
    std::vector<Cost> own;
    for (int i = 1; i < rounds.size(); ++i) {
        Cost cost;
        cost.wall = rounds.at(i)["wall"_L1].toDouble();
        cost.cpu = rounds.at(i)["cpu"_L1].toDouble();
        cost.exitCode = run.exitCode;
        own.push_back(cost);
    }
    const Cost ours = median(own);

    const ControlMasters masters(fleet);
    std::vector<Cost> theirs;
    for (int round = 0; round < options.rounds; ++round) {
        const double before = cpuOf(masters.processes());
        Cost cost = measure(masters.peer(options.fanout).command);
        cost.cpu += cpuOf(masters.processes()) - before;
        theirs.push_back(cost);
    }
    std::printf("%-26s %8s %9s %8s %9s | %7s %8s\n", "", "wall s", "client s", "", "", "wall x", "client x");
    printRow(u"helmclaw"_s, ours, ours);
    printRow(u"xargs ssh, ControlMaster"_s, median(theirs), ours);
    const double perSession = rounds.last()["memoryKb"_L1].toDouble() / fleet.size();
    std::printf("memory per held session: helmclaw %.0f KB (growth of its resident set), ssh master %.0f KB (PSS)\n",
                perSession, static_cast<double>(proportionalMemoryKb(masters.processes())) / fleet.size());

    const double before = cpuOf(masters.processes());
    QThread::sleep(static_cast<unsigned long>(options.idleSeconds));
    const double idle = (cpuOf(masters.processes()) - before) / options.idleSeconds;
    std::printf(
        "idle for %d s: helmclaw %.2f %% of a core (keepalive every 15 s), %d ssh masters %.2f %% (no keepalive)\n",
        options.idleSeconds, answer["idleCpu"_L1].toDouble() * 100, masters.count(), idle * 100);
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
