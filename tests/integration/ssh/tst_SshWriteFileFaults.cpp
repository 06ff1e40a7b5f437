// SPDX-License-Identifier: MIT
#include "SlowLine.h"
#include "WriteFileTest.h"

#include "tests/support/Files.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Writing that cannot be done, is cancelled or is cut off: the old file stays, nothing is left beside it.
class tst_SshWriteFileFaults : public WriteFileTest
{
    Q_OBJECT

private Q_SLOTS:
    void failures_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("no folder") << QStringLiteral("/no/such/folder/file") << ErrorCode::FileNotFound;
        QTest::newRow("directory") << QStringLiteral("@DIR@") << ErrorCode::InvalidInput;
        QTest::newRow("link to a directory") << QStringLiteral("@DIR@/to-folder") << ErrorCode::InvalidInput;
        QTest::newRow("pipe") << QStringLiteral("@DIR@/pipe") << ErrorCode::InvalidInput;
        QTest::newRow("link to a pipe") << QStringLiteral("@DIR@/to-pipe") << ErrorCode::InvalidInput;
        QTest::newRow("empty") << QString() << ErrorCode::InvalidInput;
        QTest::newRow("slash") << QStringLiteral("@DIR@/") << ErrorCode::InvalidInput;
        QTest::newRow("kernel") << QStringLiteral("/proc/helmclaw") << ErrorCode::FileNotFound;
    }
    void failures()
    {
        QFETCH(QString, path);
        QFETCH(ErrorCode, code);
        // A pipe stands for every special file: these tests run as root, who could replace a real device.
        const QString dir = folder();
        const QString pipe = dir + QStringLiteral("/pipe");
        QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
        QVERIFY(QFile::link(QStringLiteral("pipe"), dir + QStringLiteral("/to-pipe")));
        QVERIFY(QFile::link(dir, dir + QStringLiteral("/to-folder")));
        path.replace(QStringLiteral("@DIR@"), dir);
        auto reply = write(path, "x");
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QVERIFY2(reply->error()->code == code, qPrintable(reply->error()->toString()));
        QVERIFY(S_ISFIFO(statOf(pipe).st_mode));
        QCOMPARE(filesIn(dir).size(), 3);
    }

    void tooLong()
    {
        WriteFileOptions options;
        options.maxBytes = 10;
        const QString path = folder() + QStringLiteral("/eleven");
        auto reply = write(path, QByteArray(11, 'x'), options);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::InvalidInput);
        QVERIFY(!QFile::exists(path));
    }

    void aFullDisk()
    {
        // In a mount namespace of this program, and of the sshd that it starts in it: nothing of the machine's changes,
        // and nothing is left if the test dies.
        const QString dir = folder();
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
            || ::mount("none", QFile::encodeName(dir).constData(), "tmpfs", 0, "size=1m") != 0)
            QSKIP("no tmpfs can be mounted here (not root, or a container)");
        const auto unmount = qScopeGuard([&] { ::umount2(QFile::encodeName(dir).constData(), MNT_DETACH); });
        SshdFixture sshd;
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        const QString path = dir + QStringLiteral("/file");
        put(path, "old", 0644);
        auto reply = write(test, path, pattern(3 * 1024 * 1024));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QVERIFY2(reply->error()->code == ErrorCode::DiskFull, qPrintable(reply->error()->toString()));
        QCOMPARE(readFile(path), QByteArray("old"));
        QCOMPARE(filesIn(dir).size(), 1); // gone before it is told
        reply = write(test, path, "fits");
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(::mount("none", QFile::encodeName(dir).constData(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
        reply = write(test, path, "new");
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QVERIFY2(reply->error()->code == ErrorCode::PermissionDenied, qPrintable(reply->error()->toString()));
        QVERIFY(reply->error()->what.contains(QLatin1String("read-only")));
        QCOMPARE(readFile(path), QByteArray("fits"));
    }

    void aFolderThatMayNotBeWritten()
    {
        const QString dir = folder();
        const QString path = dir + QStringLiteral("/file");
        put(path, "old", 0666);
        PoolTest test;
        SshdFixture sshd;
        if (::geteuid() == 0) { // root may write everywhere, unless the right is taken away
            sshd.setSubsystem(false);
            sshd.addConfig(QStringLiteral("Subsystem sftp setpriv --bounding-set=-dac_override,-dac_read_search "
                                          "--inh-caps=-dac_override,-dac_read_search /usr/lib/openssh/sftp-server"));
        }
        QVERIFY(sshd.start());
        test.pool->setTarget(sshd.target());
        ::chmod(QFile::encodeName(dir).constData(), 0555);
        auto reply = write(test, path, "new");
        QVERIFY(PoolTest::wait(reply.get()));
        ::chmod(QFile::encodeName(dir).constData(), 0755);
        QVERIFY(reply->error());
        QVERIFY2(reply->error()->code == ErrorCode::PermissionDenied, qPrintable(reply->error()->toString()));
        QCOMPARE(readFile(path), QByteArray("old"));
    }

    void cancelInEveryPhase_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("short") << 10;
        QTest::newRow("long") << 4 * 1024 * 1024;
    }
    void cancelInEveryPhase()
    {
        // Over a line of 5 ms, so that every request of the way is under way once when abort() comes.
        QFETCH(int, size);
        SlowLine::Quality quality;
        quality.delay = 5ms;
        quality.bytesPerSecond = 100000000;
        SlowLine line(m_sshd->port(), quality);
        PoolTest test;
        test.pool->setTarget(m_sshd->targetAt(line.port()));
        const QString dir = folder();
        const QString path = dir + QStringLiteral("/file");
        const QByteArray content(size, 'n');
        put(path, "old", 0644);
        int cancelled = 0;
        int written = 0;
        int halfWritten = 0;
        // Every step of the way takes a round trip of 10 ms or more, so that in steps of 4 ms none is left out; it goes
        // on until the whole way was gone in time.
        for (int i = 0; written < 3; ++i) {
            QVERIFY(i < 2000);
            auto reply = write(test, path, content);
            QTest::qWait(i / 2 * 4);
            halfWritten += filesIn(dir).size() > 1 ? 1 : 0;
            if (i % 2 == 0)
                reply->abort();
            else
                reply.reset();
            if (reply) {
                QVERIFY(PoolTest::wait(reply.get()));
                (reply->error() ? cancelled : written) += 1;
                if (reply->error())
                    QCOMPARE(reply->error()->code, ErrorCode::Cancelled);
            }
            const QByteArray now = readFile(path);
            QVERIFY(now == "old" || now == content);
            if (reply && !reply->error())
                QVERIFY(now == content);
            QVERIFY(PoolTest::until([&] { return filesIn(dir) == QStringList { QStringLiteral("file") }; }));
        }
        qInfo("%d cancelled, %d of all with the new file begun; %d were written first", cancelled, halfWritten,
              written);
        QVERIFY(cancelled > 0);
        QVERIFY(halfWritten > 0);
        std::vector<std::unique_ptr<ExecReply>> replies; // no channel is stuck: MaxSessions is 10
        for (int i = 0; i < 10; ++i)
            replies.push_back(test.sh(QStringLiteral("true")));
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
        }
        // Nor did anything come later that was still on its way when the folder was looked at.
        QCOMPARE(filesIn(dir), QStringList { QStringLiteral("file") });
    }

    void theDeadlineLeavesNothing()
    {
        SlowLine::Quality quality;
        quality.bytesPerSecond = 1000000;
        SlowLine line(m_sshd->port(), quality);
        PoolTest test;
        test.pool->setTarget(m_sshd->targetAt(line.port()));
        const QString dir = folder();
        WriteFileOptions options;
        options.deadline = 3s;
        auto reply = write(test, dir + QStringLiteral("/file"), QByteArray(20 * 1024 * 1024, 'x'), options);
        QVERIFY(PoolTest::until([&] { return !filesIn(dir).isEmpty(); }));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::DeadlineExceeded);
        QVERIFY(PoolTest::until([&] { return filesIn(dir).isEmpty(); }));
    }

    void aServerKilledMidTransfer()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        SlowLine::Quality quality;
        quality.bytesPerSecond = 2000000;
        SlowLine line(sshd.port(), quality);
        PoolTest test;
        test.pool->setTarget(sshd.targetAt(line.port()));
        const QString dir = folder();
        const QString path = dir + QStringLiteral("/file");
        put(path, "old", 0644);
        auto reply = write(test, path, QByteArray(60 * 1024 * 1024, 'x'));
        QVERIFY(PoolTest::until([&] { return filesIn(dir).size() == 2; }));
        auto other = write(dir + QStringLiteral("/other"), "elsewhere");
        sshd.kill();
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        QCOMPARE(readFile(path), QByteArray("old"));
        QVERIFY(reply->error()->remedy.contains(QLatin1String(".file.helmclaw-"))); // the admin can find it
        QVERIFY(PoolTest::wait(other.get()));
        VERIFY_SUCCESS(other);
    }
};

QTEST_GUILESS_MAIN(tst_SshWriteFileFaults)
#include "tst_SshWriteFileFaults.moc"
