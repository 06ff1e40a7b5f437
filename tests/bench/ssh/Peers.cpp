// SPDX-License-Identifier: MIT
#include "tests/bench/ssh/Peers.h"

#include "tests/bench/ProcessMeter.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

namespace {

/// ssh's own options, the same for every tool that runs it.
QStringList sshOptions(const LoopbackFleet &fleet, const QString &kex)
{
    QStringList options { u"-F"_s, fleet.config(), u"-oBatchMode=yes"_s };
    if (!kex.isEmpty())
        options += u"-oKexAlgorithms=%1"_s.arg(kex);
    return options;
}

/// xargs with one ssh per server; the script is the remote command, so that no shell stands between.
QStringList xargs(const LoopbackFleet &fleet, int fanout, const QStringList &options)
{
    return QStringList { u"sh"_s,
                         u"-c"_s,
                         u"list=$1 fanout=$2 probe=$(cat \"$3\"); shift 3; "
                         "xargs -a \"$list\" -P \"$fanout\" -I HOST ssh \"$@\" -- HOST \"$probe\""_s,
                         u"sh"_s,
                         fleet.path("hosts"),
                         QString::number(fanout),
                         fleet.path("probe.sh") }
    + options;
}

QByteArray probeOf(const LoopbackFleet &fleet)
{
    QFile file(fleet.path("probe.sh"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool has(const QString &program, const char *package)
{
    if (!QStandardPaths::findExecutable(program).isEmpty())
        return true;
    std::printf("  (no %s here: apt-get install %s)\n", qPrintable(program), package);
    return false;
}

} // namespace

QList<Peer> coldPeers(const LoopbackFleet &fleet, int fanout, const QString &kex)
{
    const QStringList options = sshOptions(fleet, kex);
    const QString script = QString::fromUtf8(probeOf(fleet));
    const QString width = QString::number(fanout);
    QList<Peer> peers { { u"xargs ssh"_s, xargs(fleet, fanout, options) } };
    if (has(u"clush"_s, "clustershell"))
        peers += { u"clush"_s,
                   { u"clush"_s, u"-q"_s, u"-S"_s, u"-f"_s, width, u"-w"_s, u"bench[1-%1]"_s.arg(fleet.size()), u"-o"_s,
                     options.join(u' '), script } };
    if (has(u"parallel-ssh"_s, "pssh"))
        peers += { u"parallel-ssh"_s,
                   { u"parallel-ssh"_s, u"-h"_s, fleet.path("hosts"), u"-p"_s, width, u"-t"_s, u"0"_s, u"-x"_s,
                     options.join(u' '), u"-i"_s, script } };
    if (has(u"ansible"_s, "ansible-core"))
        peers += { u"ansible raw"_s,
                   { u"env"_s, u"ANSIBLE_SSH_ARGS="_s + options.join(u' '), u"ANSIBLE_NOCOLOR=1"_s, u"ansible"_s,
                     u"all"_s, u"-i"_s, fleet.path("hosts"), u"-m"_s, u"raw"_s, u"-f"_s, width, u"-a"_s, script } };
    return peers;
}

ControlMasters::ControlMasters(const LoopbackFleet &fleet)
    : m_fleet(fleet)
{
    const QStringList command {
        u"xargs"_s, u"-a"_s, fleet.path("hosts"), u"-P"_s, u"16"_s, u"-I"_s, u"HOST"_s, u"ssh"_s
    };
    (void)measure(
        command + options()
        + QStringList { u"-oControlMaster=yes"_s, u"-oControlPersist=yes"_s, u"-f"_s, u"-N"_s, u"--"_s, u"HOST"_s });
}

ControlMasters::~ControlMasters()
{
    const QStringList command { u"xargs"_s, u"-a"_s, m_fleet.path("hosts"), u"-P"_s, u"16"_s, u"-I"_s,
                                u"HOST"_s,  u"ssh"_s };
    (void)measure(command + options() + QStringList { u"-O"_s, u"exit"_s, u"--"_s, u"HOST"_s });
}

QStringList ControlMasters::options() const
{
    return sshOptions(m_fleet, {}) + QStringList { u"-oControlPath="_s + m_fleet.path("cm-%n") };
}

Peer ControlMasters::peer(int fanout) const
{
    return { u"ControlMaster"_s, xargs(m_fleet, fanout, options()) };
}

std::vector<qint64> ControlMasters::processes() const
{
    std::vector<qint64> pids;
    const QByteArray mark = QFile::encodeName(m_fleet.path("cm-"));
    for (const QString &name : QDir(u"/proc"_s).entryList({ u"[0-9]*"_s }, QDir::Dirs)) {
        QFile file(u"/proc/%1/cmdline"_s.arg(name));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        if (const QByteArray command = file.readAll(); command.startsWith("ssh") && command.contains(mark))
            pids.push_back(name.toLongLong());
    }
    return pids;
}

} // namespace Helmclaw::Bench
