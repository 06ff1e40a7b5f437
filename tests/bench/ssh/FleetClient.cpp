// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/FleetClient.h"

#include "ssh/SshPool.h"
#include "tests/bench/LoopbackFleet.h"
#include "tests/bench/ProcessMeter.h"
#include "tests/bench/ssh/BenchTarget.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

namespace {

/// One probe of every server; how many answered as they should.
int probeAll(SshPool &pool, const QByteArray &script, int servers)
{
    QEventLoop loop;
    int left = servers;
    int good = 0;
    for (int n = 1; n <= servers; ++n) {
        ExecReply *reply = pool.runScript(LoopbackFleet::alias(n), script);
        QObject::connect(reply, &SshReply::finished, &loop, [&, reply] {
            good += !reply->error() && reply->exitStatus() == 0 && !reply->standardOutput().isEmpty() ? 1 : 0;
            reply->deleteLater();
            if (--left == 0)
                loop.quit();
        });
    }
    loop.exec();
    return good;
}

} // namespace

int runFleetClient(const QString &folder, int servers, int rounds, int idleSeconds)
{
    QFile file(folder + "/probe.sh"_L1);
    if (!file.open(QIODevice::ReadOnly))
        return 2;
    const QByteArray script = file.readAll();
    const qint64 before = ownMemoryKb();
    SshPoolOptions options;
    options.ownKnownHostsFile = folder + "/own_known_hosts"_L1;
    SshPool pool(options);
    for (int n = 1; n <= servers; ++n)
        pool.setTarget(benchTarget(folder, n));
    QJsonArray figures;
    int good = servers;
    for (int round = 0; round < rounds; ++round) {
        const double cpu = ownCpu();
        QElapsedTimer timer;
        timer.start();
        good = std::min(good, probeAll(pool, script, servers));
        figures.append(QJsonObject { { u"wall"_s, static_cast<double>(timer.nsecsElapsed()) / 1e9 },
                                     { u"cpu"_s, ownCpu() - cpu },
                                     { u"memoryKb"_s, ownMemoryKb() - before } });
    }
    double idleCpu = 0;
    if (idleSeconds > 0) {
        const double cpu = ownCpu();
        QEventLoop loop;
        QTimer::singleShot(idleSeconds * 1000, &loop, &QEventLoop::quit);
        loop.exec();
        idleCpu = (ownCpu() - cpu) / idleSeconds;
    }
    const QJsonObject all { { u"rounds"_s, figures }, { u"good"_s, good }, { u"idleCpu"_s, idleCpu } };
    std::puts(QJsonDocument(all).toJson(QJsonDocument::Compact).constData());
    return good == servers ? 0 : 1;
}

} // namespace Helmclaw::Bench
