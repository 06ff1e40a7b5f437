// SPDX-License-Identifier: MIT
#include "tests/bench/LoopbackFleet.h"

#include "tests/bench/ProcessMeter.h"

#include <QDir>
#include <QFile>
#include <QTcpSocket>
#include <QThread>

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Bench {

namespace {

/// sshd takes at most 16 listen sockets.
constexpr int listenersPerSshd = 10;

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(path));
}

QByteArray read(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    return file.readAll();
}

} // namespace

LoopbackFleet::LoopbackFleet(int servers, const QStringList &options)
    : m_servers(servers)
{
    writeKeys();
    const QByteArray key = read(path("host.pub")).split(' ').mid(0, 2).join(' ');
    QByteArray pinned;
    QByteArray hosts;
    for (int n = 1; n <= servers; ++n) {
        pinned += '[' + address(n).toLatin1() + "]:" + QByteArray::number(port) + ' ' + key + '\n';
        hosts += "Host " + alias(n).toLatin1() + "\n  HostName " + address(n).toLatin1() + '\n';
    }
    hosts += "Host *\n  Port " + QByteArray::number(port) + "\n  IdentityFile " + identity().toLocal8Bit()
        + "\n  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile " + knownHosts().toLocal8Bit()
        + "\n  GlobalKnownHostsFile none\n";
    write(knownHosts(), pinned);
    write(config(), hosts);
    for (int first = 1; first <= servers; first += listenersPerSshd)
        startSshd(first, std::min(first + listenersPerSshd - 1, servers), options);
    for (int n = 1; n <= servers; ++n)
        waitFor(address(n));
}

LoopbackFleet::~LoopbackFleet()
{
    for (const auto &process : m_sshd)
        process->terminate();
    for (const auto &process : m_sshd)
        process->waitForFinished(3000);
}

QString LoopbackFleet::address(int n)
{
    return u"127.79.%1.%2"_s.arg(n / 200).arg(n % 200 + 1);
}

QString LoopbackFleet::alias(int n)
{
    return u"bench%1"_s.arg(n);
}

void LoopbackFleet::writeKeys()
{
    for (const char *name : { "host", "user" }) {
        const QStringList arguments { u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, QString(), u"-f"_s, path(name) };
        if (QProcess::execute(u"ssh-keygen"_s, arguments) != 0)
            qFatal("ssh-keygen made no key");
    }
    QFile::copy(path("user.pub"), path("authorized_keys"));
    QDir().mkpath(path("home"));
    if (geteuid() == 0)
        QDir().mkpath(u"/run/sshd"_s);
}

void LoopbackFleet::startSshd(int first, int last, const QStringList &options)
{
    QStringList lines { u"HostKey=%1"_s.arg(path("host")),
                        u"AuthorizedKeysFile=%1"_s.arg(path("authorized_keys")),
                        u"SetEnv=HOME=%1"_s.arg(path("home")),
                        u"PidFile=none"_s,
                        u"UsePAM=no"_s,
                        u"StrictModes=no"_s,
                        u"MaxStartups=500"_s,
                        u"PermitRootLogin=yes"_s,
                        u"Subsystem=sftp internal-sftp"_s };
    for (int n = first; n <= last; ++n)
        lines += u"ListenAddress=%1:%2"_s.arg(address(n)).arg(port);
    QStringList arguments { u"-D"_s, u"-f"_s, u"/dev/null"_s };
    for (const QString &line : options + lines) // the first value counts
        arguments += { u"-o"_s, line };
    auto process = std::make_unique<QProcess>();
    process->setStandardErrorFile(path("sshd.log"), QIODevice::Append);
    process->start(u"/usr/sbin/sshd"_s, arguments);
    m_sshd.push_back(std::move(process));
}

void LoopbackFleet::waitFor(const QString &host)
{
    for (int i = 0; i < 200; ++i) {
        QTcpSocket socket;
        socket.connectToHost(host, port);
        if (socket.waitForConnected(200) && socket.waitForReadyRead(2000))
            return;
        QThread::msleep(50);
    }
    qFatal("no sshd on %s", qPrintable(host));
}

std::vector<qint64> LoopbackFleet::masters() const
{
    std::vector<qint64> pids;
    for (const auto &process : m_sshd)
        pids.push_back(process->processId());
    return pids;
}

void LoopbackFleet::settle() const
{
    for (int i = 0; i < 200 && descendants(masters()) > 0; ++i)
        QThread::msleep(50);
}

} // namespace Helmclaw::Bench
