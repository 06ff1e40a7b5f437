// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/SftpBench.h"

#include "ssh/SshPool.h"
#include "tests/bench/LoopbackFleet.h"
#include "tests/bench/ProcessMeter.h"
#include "tests/bench/ssh/BenchTarget.h"
#include "tests/integration/ssh/SlowLine.h"
#include "tests/support/Files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>
#include <map>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace Helmclaw::Bench {

namespace {

struct Contestant
{
    QString name;
    QStringList command; ///< without the two file names
};

struct Figures
{
    std::vector<double> rate; ///< MB/s, without the login
    std::vector<double> login; ///< seconds, with a file of one byte
    std::vector<double> cpu; ///< seconds per GB
    int broken = 0;
};

Contestant ours(const LoopbackFleet &fleet, quint16 port)
{
    return { u"helmclaw"_s,
             { QCoreApplication::applicationFilePath(), u"--download"_s, fleet.path(""), u"--port"_s,
               QString::number(port) } };
}

Contestant sftp(const LoopbackFleet &fleet, quint16 port)
{
    // Through a shell, because the two names come as "sftp host:remote local".
    return {
        u"sftp"_s,
        { u"sh"_s, u"-c"_s,
          u"sftp -q -F \"$1\" -oBatchMode=yes -oKexAlgorithms=curve25519-sha256 -oHostName=127.0.0.1 -oPort=\"$2\" "
          "-oHostKeyAlias=\"$3\" \"%1:$4\" \"$5\""_s.arg(LoopbackFleet::alias(1)),
          u"sh"_s, fleet.config(), QString::number(port), benchTarget(fleet.path(""), 1).knownHostsName() }
    };
}

void measureOnce(const Contestant &contestant, const QString &big, const QString &small, Figures &figures)
{
    const QString local = QFileInfo(big).path() + "/local"_L1;
    const auto fetch = [&](const QString &remote) {
        QFile::remove(local);
        Cost cost = measure(contestant.command + QStringList { remote, local });
        if (QFileInfo(local).size() != QFileInfo(remote).size())
            cost.exitCode = 1;
        return cost;
    };
    const Cost login = fetch(small);
    const Cost whole = fetch(big);
    if (login.exitCode != 0 || whole.exitCode != 0) {
        ++figures.broken;
        return;
    }
    const double megabytes = static_cast<double>(QFileInfo(big).size()) / 1e6;
    figures.login.push_back(login.wall);
    figures.rate.push_back(megabytes / (whole.wall - login.wall));
    figures.cpu.push_back((whole.cpu - login.cpu) * 1000 / megabytes);
}

void compare(const LoopbackFleet &fleet, quint16 port, const SftpBenchOptions &options, const QString &big,
             const QString &small)
{
    std::vector<Contestant> contestants { ours(fleet, port), sftp(fleet, port) };
    std::map<QString, Figures> figures;
    for (int round = 0; round < options.rounds; ++round) {
        for (const Contestant &contestant : contestants)
            measureOnce(contestant, big, small, figures[contestant.name]);
        std::rotate(contestants.begin(), contestants.begin() + 1, contestants.end());
    }
    std::printf("%-10s %18s %18s %18s\n", "", "MB/s", "client CPU s/GB", "login and 1 byte s");
    const Figures &own = figures[u"helmclaw"_s];
    for (const QString &name : { u"helmclaw"_s, u"sftp"_s }) {
        const Figures &row = figures[name];
        std::printf("%-10s %9.0f (%5.2fx) %9.2f (%5.2fx) %9.2f (%5.2fx)%s\n", qPrintable(name), median(row.rate),
                    median(own.rate) / median(row.rate), median(row.cpu), median(own.cpu) / median(row.cpu),
                    median(row.login), median(own.login) / median(row.login),
                    row.broken == 0 ? "" : qPrintable(u"  (%1 BROKE)"_s.arg(row.broken)));
    }
    std::fflush(stdout);
}

} // namespace

void runSftpBench(const SftpBenchOptions &options)
{
    // In memory, so that no disk is measured.
    const QTemporaryDir folder(QDir(u"/dev/shm"_s).exists() ? u"/dev/shm/helmclaw-bench-XXXXXX"_s
                                                            : QDir::tempPath() + u"/helmclaw-bench-XXXXXX"_s);
    const QString big = folder.filePath(u"big"_s);
    const QString small = folder.filePath(u"small"_s);
    QFile file(big);
    if (!file.open(QIODevice::WriteOnly) || !Test::writeFile(small, "x"))
        qFatal("cannot write into %s", qPrintable(folder.path()));
    const QByteArray megabyte = Test::pattern(1'000'000);
    for (int i = 0; i < options.megabytes; ++i) {
        if (file.write(megabyte) != megabyte.size())
            qFatal("no room for %d MB in %s", options.megabytes, qPrintable(folder.path()));
    }
    file.close();
    // The same cipher for both, by allowing no other.
    for (const QString &cipher : { u"aes128-gcm@openssh.com"_s, u"chacha20-poly1305@openssh.com"_s }) {
        const LoopbackFleet fleet(1,
                                  { u"Ciphers="_s + cipher, u"ListenAddress=127.0.0.1:%1"_s.arg(LoopbackFleet::port) });
        std::printf("\nDownload of %d MB, %s; medians of %d; in brackets: helmclaw's ratio to this row\n",
                    options.megabytes, qPrintable(cipher), options.rounds);
        std::printf("on loopback:\n");
        compare(fleet, LoopbackFleet::port, options, big, small);
        Test::SlowLine::Quality quality;
        quality.delay = 25ms;
        const Test::SlowLine line(LoopbackFleet::port, quality);
        std::printf("with 50 ms of round-trip time added (by a relay in user space, not by netem: TCP itself sees no "
                    "delay):\n");
        compare(fleet, line.port(), options, big, small);
    }
}

int runDownloadClient(const QString &folder, quint16 port, const QString &remote, const QString &local)
{
    QFile file(local);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        return 2;
    SshPoolOptions options;
    options.ownKnownHostsFile = folder + "/own_known_hosts"_L1;
    SshPool pool(options);
    SshTarget target = benchTarget(folder, 1);
    target.hostKeyAlias = target.knownHostsName();
    target.host = u"127.0.0.1"_s;
    target.port = port;
    pool.setTarget(target);
    const std::unique_ptr<ReadRangeReply> reply(pool.readRange(target.serverId, remote));
    bool written = true;
    const auto take = [&] {
        for (QByteArray part = reply->readAll(); !part.isEmpty(); part = reply->readAll())
            written = written && file.write(part) == part.size();
    };
    QObject::connect(reply.get(), &ReadRangeReply::readyRead, reply.get(), take);
    QObject::connect(reply.get(), &SshReply::finished, reply.get(), [&] {
        take();
        QCoreApplication::exit(reply->error() || !written ? 1 : 0);
    });
    return QCoreApplication::exec();
}

} // namespace Helmclaw::Bench
