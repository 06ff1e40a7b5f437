// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "SlowLine.h"

#include "tests/support/Files.h"

#include <QDir>
#include <QFileInfo>
#include <QRandomGenerator>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

class tst_SshWriteFile : public QObject
{
    Q_OBJECT

private:
    using Reply = std::unique_ptr<WriteFileReply>;

    static Reply write(const PoolTest &test, const QString &path, const QByteArray &content,
                       const WriteFileOptions &options = {})
    {
        return Reply(test.pool->writeFile(QStringLiteral("srv"), path, content, options));
    }
    Reply write(const QString &path, const QByteArray &content, const WriteFileOptions &options = {}) const
    {
        return write(*m_test, path, content, options);
    }
    static struct stat statOf(const QString &path)
    {
        struct stat result
        {
        };
        ::lstat(QFile::encodeName(path).constData(), &result);
        return result;
    }
    static quint32 modeOf(const QString &path) { return statOf(path).st_mode & 07777U; }
    static void put(const QString &path, const QByteArray &content, mode_t mode)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
        file.close();
        ::chmod(QFile::encodeName(path).constData(), mode);
    }
    static QStringList filesIn(const QString &folder)
    {
        return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }
    /// A folder of its own for every test.
    QString folder()
    {
        const QString result = m_sshd->path(QStringLiteral("folder%1").arg(++m_folders));
        QDir().mkpath(result);
        return result;
    }

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<PoolTest> m_test;
    int m_folders = 0;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
        m_test = std::make_unique<PoolTest>();
        m_test->pool->setTarget(m_sshd->target());
    }
    void cleanupTestCase()
    {
        m_test.reset();
        m_sshd.reset();
    }

    void newFiles_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : { 0, 1, 32767, 32768, 32769, 1000003, 60 * 1024 * 1024 })
            QTest::addRow("%d", size) << size;
    }
    void newFiles()
    {
        QFETCH(int, size);
        const QByteArray content = pattern(size);
        const QString dir = folder();
        const QString path = dir + QStringLiteral("/new 'file' \"ü\"");
        WriteFileOptions options;
        options.newFileMode = 0640;
        auto reply = write(path, content, options);
        QSignalSpy progress(reply.get(), &WriteFileReply::progress);
        QVERIFY(!reply->isFinished());
        QVERIFY(PoolTest::wait(reply.get(), 120000));
        VERIFY_SUCCESS(reply);
        QVERIFY(readFile(path) == content);
        QCOMPARE(modeOf(path), 0640U);
        QCOMPARE(reply->mode(), 0640U);
        QVERIFY(!reply->isReplacement());
        QVERIFY(reply->isSynced());
        QCOMPARE(filesIn(dir).size(), 1);
        if (size > 0)
            QCOMPARE(progress.last(), (QVariantList { quint64(size), quint64(size) }));
    }

    void aReplacedFileKeepsItsMode_data()
    {
        QTest::addColumn<quint32>("mode");
        for (const quint32 mode : { 0600U, 0644U, 0400U, 0755U, 04750U })
            QTest::addRow("%o", mode) << mode;
    }
    void aReplacedFileKeepsItsMode()
    {
        QFETCH(quint32, mode);
        const QString dir = folder();
        const QString path = dir + QStringLiteral("/old");
        put(path, "old content that is longer", mode);
        const ino_t before = statOf(path).st_ino;
        auto reply = write(path, "new");
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(readFile(path), QByteArray("new"));
        QCOMPARE(modeOf(path), mode);
        QVERIFY(reply->isReplacement());
        QVERIFY(reply->isOwnerKept());
        QVERIFY(statOf(path).st_ino != before); // replaced, not overwritten
        QCOMPARE(filesIn(dir).size(), 1);
    }

    void aReplacedFileKeepsItsOwner()
    {
        if (::geteuid() != 0)
            QSKIP("only root can give a file away");
        const QString path = folder() + QStringLiteral("/theirs");
        put(path, "old", 0640);
        QCOMPARE(::chown(QFile::encodeName(path).constData(), 65534, 65533), 0);
        ::chmod(QFile::encodeName(path).constData(), 06750);
        auto reply = write(path, "new");
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->isOwnerKept());
        QCOMPARE(statOf(path).st_uid, uid_t { 65534 });
        QCOMPARE(statOf(path).st_gid, gid_t { 65533 });
        QCOMPARE(modeOf(path), 06750U);
    }

    void anOwnerThatMayNotBeGivenIsSaid()
    {
        // sftp-server without the right to give files away: as for every login but root's.
        if (::geteuid() != 0)
            QSKIP("only root can make another user's file");
        SshdFixture sshd;
        sshd.setSubsystem(false);
        sshd.addConfig(QStringLiteral("Subsystem sftp setpriv --bounding-set=-chown --inh-caps=-chown "
                                      "/usr/lib/openssh/sftp-server"));
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        const QString path = folder() + QStringLiteral("/theirs");
        put(path, "old", 0640);
        QCOMPARE(::chown(QFile::encodeName(path).constData(), 65534, 65533), 0);
        ::chmod(QFile::encodeName(path).constData(), 04750);
        auto reply = write(test, path, "new");
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(!reply->isOwnerKept());
        QCOMPARE(statOf(path).st_uid, ::geteuid());
        QCOMPARE(modeOf(path), 0750U); // no set-user-id for another user
        QCOMPARE(reply->mode(), 0750U);
    }

    void linksAreFollowed()
    {
        const QString dir = folder();
        QDir().mkpath(dir + QStringLiteral("/real"));
        const QString target = dir + QStringLiteral("/real/file");
        put(target, "old", 0644);
        QVERIFY(QFile::link(QStringLiteral("real/file"), dir + QStringLiteral("/link")));
        auto reply = write(dir + QStringLiteral("/link"), "new");
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(readFile(target), QByteArray("new"));
        QVERIFY(QFileInfo(dir + QStringLiteral("/link")).isSymLink());
        QCOMPARE(filesIn(dir + QStringLiteral("/real")).size(), 1);
        // To nowhere: its target is made.
        QVERIFY(QFile::link(QStringLiteral("real/none"), dir + QStringLiteral("/dangling")));
        reply = write(dir + QStringLiteral("/dangling"), "made");
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(!reply->isReplacement());
        QCOMPARE(readFile(dir + QStringLiteral("/real/none")), QByteArray("made"));
    }

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

    void missingExtensions()
    {
        const QString server = QStringLiteral("/usr/lib/openssh/sftp-server");
        if (!QFileInfo(server).isExecutable())
            QSKIP("sftp-server is missing (Debian: openssh-sftp-server)");
        SshdFixture sshd;
        sshd.setSubsystem(false);
        sshd.addConfig(QStringLiteral("Subsystem sftp %1 -P posix-rename,fsync,statvfs,limits").arg(server));
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        const QString dir = folder();
        // A new file needs no replacing; that it is not on the disk yet is said.
        const QByteArray content = pattern(200000);
        auto reply = write(test, dir + QStringLiteral("/new"), content);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(!reply->isSynced());
        QVERIFY(readFile(dir + QStringLiteral("/new")) == content);
        // One that is there cannot be replaced in one step: it is not tried.
        reply = write(test, dir + QStringLiteral("/new"), "other");
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Unsupported);
        QVERIFY(readFile(dir + QStringLiteral("/new")) == content);
        QCOMPARE(filesIn(dir).size(), 1);
    }

    void concurrentWriters()
    {
        const QString dir = folder();
        const QString path = dir + QStringLiteral("/shared");
        std::vector<Reply> replies;
        for (char letter = 'a'; letter < 'q'; ++letter)
            replies.push_back(write(path, QByteArray(300000 + letter, letter)));
        const auto whole = [&] {
            const QByteArray all = readFile(path);
            return all.size() == 300000 + all.at(0) && all.count(all.at(0)) == all.size();
        };
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QVERIFY(whole());
        }
        QCOMPARE(filesIn(dir).size(), 1);
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

    void closingTheSessionNamesWhatIsLeft()
    {
        SlowLine::Quality quality;
        quality.bytesPerSecond = 2000000;
        SlowLine line(m_sshd->port(), quality);
        SshTarget target = m_sshd->target();
        target.port = line.port();
        target.hostKeyAlias = m_sshd->target().knownHostsName();
        PoolTest test;
        test.pool->setTarget(target);
        const QString dir = folder();
        auto reply = write(test, dir + QStringLiteral("/file"), QByteArray(60 * 1024 * 1024, 'x'));
        QVERIFY(PoolTest::until([&] { return filesIn(dir).size() == 1; }));
        test.pool->closeSession(QStringLiteral("srv"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Cancelled);
        QVERIFY2(reply->error()->remedy.contains(filesIn(dir).constFirst()), qPrintable(reply->error()->toString()));
    }

    void rekeyingDuringTheTransfer()
    {
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("RekeyLimit 1M"));
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        const QByteArray content = pattern(20 * 1024 * 1024);
        const QString path = folder() + QStringLiteral("/file");
        auto reply = write(test, path, content);
        QVERIFY(PoolTest::wait(reply.get(), 120000));
        VERIFY_SUCCESS(reply);
        QVERIFY(readFile(path) == content);
        QVERIFY(sshd.log().count("SSH2_MSG_NEWKEYS received") > 5);
    }

    void sensitive()
    {
        const QString path = folder() + QStringLiteral("/token");
        const QByteArray content = pattern(100000);
        std::unique_ptr<WriteFileReply> reply(m_test->pool->writeFile(QStringLiteral("srv"), path, Secret(content)));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(readFile(path) == content);
        QCOMPARE(modeOf(path), 0600U);
    }
};

QTEST_GUILESS_MAIN(tst_SshWriteFile)
#include "tst_SshWriteFile.moc"
