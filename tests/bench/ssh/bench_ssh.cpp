// SPDX-License-Identifier: MIT
// The transport beside what an admin would use instead, in one run, with the same keys, cipher and sshd.
#include "tests/bench/ssh/FleetBench.h"
#include "tests/bench/ssh/FleetClient.h"
#include "tests/bench/ssh/SftpBench.h"
#include "tests/bench/ssh/TunnelBench.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QThread>

#include <algorithm>
#include <cstdio>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw::Bench;

int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addPositionalArgument(u"parts"_s, u"fleet, tunnel, sftp; all of them when none is named"_s, u"[part…]"_s);
    parser.addOption({ u"servers"_s, u"Loopback servers of the fleet part."_s, u"n"_s, u"200"_s });
    parser.addOption({ u"fanout"_s, u"Servers at a time."_s, u"n"_s, u"64"_s });
    parser.addOption({ u"rounds"_s, u"Rounds; medians are printed."_s, u"n"_s, u"3"_s });
    parser.addOption({ u"idle"_s, u"Seconds to watch idle sessions."_s, u"s"_s, u"30"_s });
    parser.addOption({ u"megabytes"_s, u"Of each transfer of the tunnel and sftp parts."_s, u"n"_s, u"500"_s });
    // The program measures itself as a child of its own.
    for (const QString &name : { u"client"_s, u"hold"_s, u"tunnel"_s, u"download"_s, u"port"_s }) {
        QCommandLineOption option(name, QString(), u"value"_s);
        option.setFlags(QCommandLineOption::HiddenFromHelp);
        parser.addOption(option);
    }
    parser.process(app);
    const int servers = parser.value(u"servers"_s).toInt();
    const int rounds = parser.value(u"rounds"_s).toInt();
    const int fanout = std::max(1, parser.value(u"fanout"_s).toInt());
    const int idle = parser.value(u"idle"_s).toInt();
    if (parser.isSet(u"client"_s))
        return runFleetClient(parser.value(u"client"_s), servers, fanout);
    if (parser.isSet(u"hold"_s))
        return runHoldingFleetClient(parser.value(u"hold"_s), servers, fanout);
    if (parser.isSet(u"tunnel"_s))
        return runTunnelClient(parser.value(u"tunnel"_s), parser.value(u"port"_s).toUShort());

    const QStringList parts = parser.positionalArguments();
    if (parser.isSet(u"download"_s))
        return runDownloadClient(parser.value(u"download"_s), parser.value(u"port"_s).toUShort(), parts.value(0),
                                 parts.value(1));
    const auto wanted = [&parts](const QString &part) { return parts.isEmpty() || parts.contains(part); };
    std::printf("%d cores, shared by the client and all servers; \"x\": how many times helmclaw's figure\n",
                QThread::idealThreadCount());
    if (wanted(u"fleet"_s))
        runFleetBench({ servers, rounds, fanout, idle });
    if (wanted(u"tunnel"_s))
        runTunnelBench({ rounds, parser.value(u"megabytes"_s).toInt(), 2000 });
    if (wanted(u"sftp"_s))
        runSftpBench({ rounds, parser.value(u"megabytes"_s).toInt() });
    return 0;
}
