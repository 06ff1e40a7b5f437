// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/TunnelBench.h"

#include "ssh/SshPool.h"
#include "tests/bench/LoopbackFleet.h"
#include "tests/bench/ProcessMeter.h"
#include "tests/bench/ssh/BenchTarget.h"
#include "tests/bench/ssh/TunnelLoad.h"

#include <QCoreApplication>
#include <QProcess>
#include <QSocketNotifier>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>

#include <cstdio>
#include <map>

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

namespace {

/// Something that forwards a local port to the service.
struct Forwarder
{
    QString name;
    quint16 port = 0;
    std::unique_ptr<QProcess> process; ///< null: no forwarder at all
};

Forwarder ownTunnel(const LoopbackFleet &fleet, quint16 servicePort)
{
    auto process = std::make_unique<QProcess>();
    process->start(QCoreApplication::applicationFilePath(),
                   { u"--tunnel"_s, fleet.path(""), u"--port"_s, QString::number(servicePort) });
    if (!process->waitForReadyRead(20000))
        qFatal("the tunnel did not come up: %s", process->readAllStandardError().constData());
    const quint16 port = process->readLine().trimmed().toUShort();
    return { u"helmclaw"_s, port, std::move(process) };
}

quint16 freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

Forwarder sshTunnel(const LoopbackFleet &fleet, const QString &cipher, quint16 servicePort)
{
    const quint16 port = freePort();
    auto process = std::make_unique<QProcess>();
    process->start(u"ssh"_s,
                   { u"-F"_s, fleet.config(), u"-oBatchMode=yes"_s, u"-c"_s, cipher, u"-N"_s, u"-L"_s,
                     u"127.0.0.1:%1:127.0.0.1:%2"_s.arg(port).arg(servicePort), LoopbackFleet::alias(1) });
    for (int i = 0; i < 200; ++i) {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, port);
        if (socket.waitForConnected(100))
            return { u"ssh -L"_s, port, std::move(process) };
        QThread::msleep(50);
    }
    qFatal("ssh -L did not come up");
}

struct Figures
{
    std::vector<double> bulk1, bulk16, request1, request16, cpuPerGb;
    int broken = 0; ///< measurements that came to nothing: not in the medians

    void add(std::vector<double> Figures::*member, double value)
    {
        if (value < 0)
            ++broken;
        else
            (this->*member).push_back(value);
    }
};

} // namespace

void runTunnelBench(const TunnelBenchOptions &options)
{
    // The same cipher for both, by allowing no other.
    for (const QString &cipher : { u"aes128-gcm@openssh.com"_s, u"chacha20-poly1305@openssh.com"_s }) {
        const LoopbackFleet fleet(1, { u"Ciphers="_s + cipher });
        const LoadService service;
        std::vector<Forwarder> forwarders;
        forwarders.push_back({ u"direct"_s, service.port(), nullptr });
        forwarders.push_back(sshTunnel(fleet, cipher, service.port()));
        forwarders.push_back(ownTunnel(fleet, service.port()));
        std::map<QString, Figures> figures;
        for (int round = 0; round < options.rounds; ++round) {
            for (std::size_t i = 0; i < forwarders.size(); ++i) {
                const Forwarder &forwarder = forwarders[(i + static_cast<std::size_t>(round)) % forwarders.size()];
                Figures &own = figures[forwarder.name];
                const std::vector<qint64> pids =
                    forwarder.process ? std::vector<qint64> { forwarder.process->processId() } : std::vector<qint64>();
                const double before = cpuOf(pids);
                own.add(&Figures::bulk1, bulkRate(forwarder.port, 1, options.megabytes));
                own.cpuPerGb.push_back((cpuOf(pids) - before) * 1000 / options.megabytes);
                own.add(&Figures::bulk16, bulkRate(forwarder.port, 16, options.megabytes));
                own.add(&Figures::request1, requestTime(forwarder.port, 1, options.requests));
                own.add(&Figures::request16, requestTime(forwarder.port, 16, options.requests / 8));
            }
        }
        std::printf("\nTunnel, %s; medians of %d rounds; in brackets: helmclaw's ratio to this row\n",
                    qPrintable(cipher), options.rounds);
        std::printf("%-10s %18s %18s %18s %18s %10s\n", "", "1 conn. MB/s", "16 conn. MB/s", "request us",
                    "request us, 16", "CPU s/GB");
        const Figures &ours = figures[u"helmclaw"_s];
        for (const Forwarder &forwarder : forwarders) {
            const Figures &row = figures[forwarder.name];
            std::printf("%-10s", qPrintable(forwarder.name));
            for (const auto member : { &Figures::bulk1, &Figures::bulk16, &Figures::request1, &Figures::request16 })
                std::printf(" %9.0f (%5.2fx)", median(row.*member), median(ours.*member) / median(row.*member));
            std::printf(" %10.2f%s\n", median(row.cpuPerGb),
                        row.broken == 0 ? "" : qPrintable(u"  (%1 BROKE)"_s.arg(row.broken)));
        }
        std::fflush(stdout);
        for (const Forwarder &forwarder : forwarders) {
            if (forwarder.process) {
                forwarder.process->closeWriteChannel();
                forwarder.process->terminate();
                forwarder.process->waitForFinished(5000);
            }
        }
    }
}

int runTunnelClient(const QString &folder, quint16 remotePort)
{
    SshPoolOptions options;
    options.ownKnownHostsFile = folder + "/own_known_hosts"_L1;
    SshPool pool(options);
    pool.setTarget(benchTarget(folder, 1));
    TunnelOptions wanted;
    wanted.remotePort = remotePort;
    const std::unique_ptr<Tunnel> tunnel(pool.openTunnel(LoopbackFleet::alias(1), wanted));
    QObject::connect(tunnel.get(), &Tunnel::stateChanged, tunnel.get(), [&tunnel, told = false]() mutable {
        if (tunnel->state() == TunnelState::Failed) {
            std::fprintf(stderr, "%s\n", qPrintable(tunnel->error()->toString()));
            QCoreApplication::exit(1);
        }
        if (tunnel->state() == TunnelState::Listening && !std::exchange(told, true)) {
            std::printf("%d\n", tunnel->localPort());
            std::fflush(stdout);
        }
    });
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &pool, [] { QCoreApplication::quit(); });
    return QCoreApplication::exec();
}

} // namespace Helmclaw::Bench
