// SPDX-License-Identifier: MIT
#include "SlowLine.h"
#include "WriteFileTest.h"

#include "tests/support/Files.h"

#include <QDir>
#include <QFileInfo>

#include <sys/stat.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

class tst_SshWriteFile : public WriteFileTest
{
    Q_OBJECT

private Q_SLOTS:
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
