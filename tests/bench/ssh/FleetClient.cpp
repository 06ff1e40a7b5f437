// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/FleetClient.h"

#include "ssh/SshPool.h"
#include "tests/bench/LoopbackFleet.h"
#include "tests/bench/ProcessMeter.h"
#include "tests/bench/ssh/BenchTarget.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

namespace {

class Fleet
{
public:
    Fleet(const QString &folder, int servers, int fanout)
        : m_servers(servers)
        , m_fanout(fanout)
    {
        QFile file(folder + "/probe.sh"_L1);
        if (!file.open(QIODevice::ReadOnly))
            qFatal("no probe script in %s", qPrintable(folder));
        m_script = file.readAll();
        SshPoolOptions options;
        options.ownKnownHostsFile = folder + "/own_known_hosts"_L1;
        m_pool = std::make_unique<SshPool>(options);
        for (int n = 1; n <= servers; ++n)
            m_pool->setTarget(benchTarget(folder, n));
    }

    /// One probe of every server; how many answered as they should.
    int probeAll()
    {
        m_next = 1;
        m_left = m_servers;
        m_good = 0;
        QEventLoop loop;
        for (int i = 0; i < m_fanout; ++i)
            probeNext(loop);
        loop.exec();
        return m_good;
    }

private:
    void probeNext(QEventLoop &loop)
    {
        if (m_next > m_servers)
            return;
        ExecReply *reply = m_pool->runScript(LoopbackFleet::alias(m_next++), m_script);
        QObject::connect(reply, &SshReply::finished, &loop, [this, &loop, reply] {
            m_good += !reply->error() && reply->exitStatus() == 0 && !reply->standardOutput().isEmpty() ? 1 : 0;
            reply->deleteLater();
            probeNext(loop);
            if (--m_left == 0)
                loop.quit();
        });
    }

    std::unique_ptr<SshPool> m_pool;
    QByteArray m_script;
    int m_servers;
    int m_fanout;
    int m_next = 1;
    int m_left = 0;
    int m_good = 0;
};

} // namespace

int runFleetClient(const QString &folder, int servers, int fanout)
{
    return Fleet(folder, servers, fanout).probeAll() == servers ? 0 : 1;
}

int runHoldingFleetClient(const QString &folder, int servers, int fanout)
{
    const qint64 before = proportionalMemoryKb({ getpid() });
    Fleet fleet(folder, servers, fanout);
    for (std::string line; std::getline(std::cin, line);) {
        const QList<QByteArray> words = QByteArray::fromStdString(line).split(' ');
        QJsonObject figures;
        const double cpu = ownCpu();
        QElapsedTimer timer;
        timer.start();
        if (words.constFirst() == "round") {
            figures.insert(u"good"_s, fleet.probeAll());
        } else {
            QEventLoop loop;
            QTimer::singleShot(words.value(1).toInt() * 1000, &loop, &QEventLoop::quit);
            loop.exec();
        }
        figures.insert(u"wall"_s, static_cast<double>(timer.nsecsElapsed()) / 1e9);
        figures.insert(u"cpu"_s, ownCpu() - cpu);
        figures.insert(u"memoryKb"_s, proportionalMemoryKb({ getpid() }) - before);
        std::puts(QJsonDocument(figures).toJson(QJsonDocument::Compact).constData());
        std::fflush(stdout);
    }
    return 0;
}

} // namespace Helmclaw::Bench
