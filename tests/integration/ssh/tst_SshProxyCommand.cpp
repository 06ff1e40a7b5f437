// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include "tests/support/OwnProcess.h"

#include <QFile>
#include <QStandardPaths>

#include <csignal>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Connections through a command, against a real sshd; the commands are what admins use, and what goes wrong with them.
class tst_SshProxyCommand : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] SshTarget through(const QString &command, const QString &id = QStringLiteral("srv")) const
    {
        SshTarget target = m_sshd->target(id);
        target.proxyCommand = { QStringLiteral("/bin/sh"), QStringLiteral("-c"), QStringLiteral("exec ") + command };
        return target;
    }
    /// "perl" is in every Debian; it connects like nc does.
    [[nodiscard]] QString connector() const
    {
        const QString file = m_sshd->path(QStringLiteral("connect.pl"));
        QFile script(file);
        if (script.open(QIODevice::WriteOnly)) {
            script.write(R"(use Socket; $| = 1;
socket(my $s, PF_INET, SOCK_STREAM, 0) or die; connect($s, sockaddr_in($ARGV[1], inet_aton($ARGV[0]))) or die "connect: $!\n";
if (my $pid = fork) { while (sysread(STDIN, my $b, 65536)) { syswrite($s, $b) } kill 'TERM', $pid; exit 0 }
while (sysread($s, my $b, 65536)) { syswrite(STDOUT, $b) } kill 'TERM', getppid;
)");
        }
        return QStringLiteral("perl %1 127.0.0.1 %2").arg(file).arg(m_sshd->port());
    }
    static bool isGone(qint64 pid) { return ::kill(static_cast<pid_t>(pid), 0) != 0; } // a zombie is still there
    [[nodiscard]] qint64 pidIn(const QString &file) const
    {
        QFile handle(m_sshd->path(file));
        return handle.open(QIODevice::ReadOnly) ? handle.readAll().trimmed().toLongLong() : 0;
    }

    std::unique_ptr<SshdFixture> m_sshd;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        if (QStandardPaths::findExecutable(QStringLiteral("perl")).isEmpty())
            QSKIP("perl is missing (Debian: perl-base)");
    }
    void init()
    {
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void cleanup() { m_sshd.reset(); }

    void aScript()
    {
        PoolTest test;
        test.pool->setTarget(through(connector()));
        auto reply = test.sh(QStringLiteral("head -c 500000 /dev/zero | tr '\\0' x"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput().size(), 500000);
    }

    void netcat()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("nc")).isEmpty())
            QSKIP("nc is missing (Debian: netcat-openbsd)");
        PoolTest test;
        test.pool->setTarget(through(QStringLiteral("nc 127.0.0.1 %1").arg(m_sshd->port())));
        auto reply = test.sh(QStringLiteral("echo through nc"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("through nc\n"));
    }

    void sshItself()
    {
        SshdFixture jump;
        QVERIFY(jump.start());
        PoolTest test;
        test.pool->setTarget(
            through(QStringLiteral("ssh -F none -p %1 -i %2 -o IdentityAgent=none -o UserKnownHostsFile=%3 "
                                   "-W 127.0.0.1:%4 %5@127.0.0.1")
                        .arg(jump.port())
                        .arg(jump.identityFile(), jump.knownHostsFile())
                        .arg(m_sshd->port())
                        .arg(jump.user())));
        auto reply = test.sh(QStringLiteral("echo through ssh"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(jump.log().contains("direct-tcpip"));

        auto lost = test.sh(QStringLiteral("echo up; sleep 100"));
        QVERIFY(PoolTest::until([&] { return !lost->standardOutput().isEmpty(); }));
        jump.kill();
        QVERIFY(PoolTest::wait(lost.get()));
        QCOMPARE(codeOf(*lost), ErrorCode::ConnectionLost);
    }

    void failures_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("part");
        QTest::newRow("says why") << QStringLiteral("sh -c 'echo no route to the planet >&2; exit 7'")
                                  << QStringLiteral("no route to the planet");
        QTest::newRow("no such program") << QStringLiteral("/nowhere/at-all") << QStringLiteral("/nowhere/at-all");
        QTest::newRow("garbage") << QStringLiteral("yes garbage") << QString();
        QTest::newRow("binary") << QStringLiteral("head -c 100000 /dev/urandom") << QString();
        QTest::newRow("control characters")
            << QStringLiteral("printf 'a\\033[31mb' >&2") << QStringLiteral("a\\x1b[31mb");
    }
    void failures()
    {
        QFETCH(QString, command);
        QFETCH(QString, part);
        PoolTest test;
        test.pool->setTarget(through(command));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::HandshakeFailed);
        QVERIFY2(reply->error()->what.contains(part), qPrintable(reply->error()->toString()));
        if (!part.isEmpty())
            QVERIFY(reply->error()->remedy.contains(QStringLiteral("ProxyCommand")));
    }

    void aCommandThatHangsEndsAtTheDeadline()
    {
        SshPoolOptions options;
        options.handshakeDeadline = 8s;
        PoolTest test(options);
        // Neither it nor its child wants to go.
        test.pool->setTarget(
            through(QStringLiteral("sh -c 'trap \"\" TERM HUP; sh -c \"trap \\\"\\\" TERM; echo \\$\\$ >%1; "
                                   "while :; do sleep 1; done\" & echo $$ >%2; while :; do sleep 1; done'")
                        .arg(m_sshd->path(QStringLiteral("child")), m_sshd->path(QStringLiteral("pid")))));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::HandshakeFailed);
        const qint64 pid = pidIn(QStringLiteral("pid"));
        const qint64 child = pidIn(QStringLiteral("child"));
        QVERIFY(pid > 0 && child > 0);
        QVERIFY(PoolTest::until([&] { return isGone(pid); }));
        QVERIFY(PoolTest::until([&] {
            QFile status(QStringLiteral("/proc/%1/stat").arg(child)); // init may be slow to reap it
            return !status.open(QIODevice::ReadOnly) || status.readAll().contains(") Z ");
        }));
    }

    void itEndsWithTheSessionAndLeavesNothing()
    {
        PoolTest test;
        const QString pidFile = m_sshd->path(QStringLiteral("pid"));
        const QString fdFile = m_sshd->path(QStringLiteral("fds"));
        test.pool->setTarget(through(QStringLiteral("sh -c 'echo $$ >%1; ls /proc/self/fd >%2; %3'")
                                         .arg(pidFile, fdFile, QStringLiteral("exec ") + connector())));
        qsizetype before = 0;
        for (int i = 0; i < 10; ++i) {
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            const qint64 pid = pidIn(QStringLiteral("pid"));
            QVERIFY(pid > 0 && !isGone(pid));
            test.pool->closeSession(QStringLiteral("srv"));
            QVERIFY(PoolTest::until([&] { return isGone(pid); }));
            if (i == 1)
                before = openDescriptors();
        }
        QVERIFY(PoolTest::until([&] { return openDescriptors() <= before; }));
        // 0, 1, 2, ls's own directory and its output's: nothing of ours came along.
        QFile fds(fdFile);
        QVERIFY(fds.open(QIODevice::ReadOnly));
        QCOMPARE(fds.readAll().simplified(), QByteArray("0 1 2 3"));
    }

    void aPoolThatEndsTakesItAlong()
    {
        qint64 pid = 0;
        {
            PoolTest test;
            test.pool->setTarget(
                through(QStringLiteral("sh -c 'trap \"\" TERM; echo $$ >%1; while :; do sleep 1; done'")
                            .arg(m_sshd->path(QStringLiteral("pid")))));
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::until([&] { return (pid = pidIn(QStringLiteral("pid"))) > 0; }));
            test.pool.reset();
        }
        QVERIFY(isGone(pid));
    }

    void aJumpHostBehindACommand()
    {
        SshdFixture inner;
        QVERIFY(inner.start());
        SshTarget bastion = through(connector(), {});
        bastion.name = QStringLiteral("bastion");
        SshTarget target = inner.target();
        target.jumpHosts = { bastion };
        PoolTest test;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("echo far"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("far\n"));
    }
};

QTEST_GUILESS_MAIN(tst_SshProxyCommand)
#include "tst_SshProxyCommand.moc"
