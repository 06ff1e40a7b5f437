// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;

class tst_SshReadFile : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ReadFileReply> read(const QString &path, const ReadFileOptions &options = {}) const
    {
        return std::unique_ptr<ReadFileReply>(m_test->pool->readFile(QStringLiteral("srv"), path, options));
    }
    QString make(const QString &name, const QByteArray &content) const
    {
        QFile file(m_sshd->path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            return {};
        return file.fileName();
    }

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<PoolTest> m_test;

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

    void wholeFiles_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : { 0, 1, 32767, 32768, 32769, 65536, 1000003, 1048576 })
            QTest::addRow("%d", size) << size;
    }
    void wholeFiles()
    {
        QFETCH(int, size);
        QByteArray content(size, Qt::Uninitialized);
        for (int i = 0; i < size; ++i)
            content[i] = char((i * 17 + i / 255) & 0xff);
        const QString path = make(QStringLiteral("a file 'with' \"quotes\""), content);
        QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
        auto reply = read(path);
        QVERIFY(!reply->isFinished());
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->data() == content);
        QCOMPARE(reply->mode(), 0640U);
    }

    void filesWithoutASize()
    {
        auto reply = read(QStringLiteral("/proc/self/status")); // stat says 0 bytes
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->data().startsWith("Name:"));
    }

    void failures_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("missing") << QStringLiteral("/no/such/file") << ErrorCode::FileNotFound;
        QTest::newRow("directory") << QStringLiteral("/etc") << ErrorCode::InvalidInput;
        QTest::newRow("empty") << QString() << ErrorCode::InvalidInput;
        QTest::newRow("too large") << QStringLiteral("/proc/kallsyms") << ErrorCode::OutputTooLarge;
    }
    void failures()
    {
        QFETCH(QString, path);
        QFETCH(ErrorCode, code);
        ReadFileOptions options;
        options.maxBytes = 100000;
        auto reply = read(path, options);
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, code);
        QVERIFY(reply->data().isEmpty());
    }

    void tooLargeBySize()
    {
        ReadFileOptions options;
        options.maxBytes = 10;
        auto reply = read(make(QStringLiteral("eleven"), QByteArray(11, 'x')), options);
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::OutputTooLarge);
        options.maxBytes = 11;
        reply = read(make(QStringLiteral("eleven"), QByteArray(11, 'x')), options);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void denied()
    {
        if (::geteuid() == 0) {
            // Root may read everything but what the kernel itself keeps: writing-only files of sysfs say EACCES.
            QFile probe(QStringLiteral("/proc/sys/net/ipv4/route/flush"));
            if (!probe.exists())
                QSKIP("no file here that root may not read");
            auto reply = read(probe.fileName());
            QVERIFY(PoolTest::wait(reply.get()));
            QVERIFY(reply->error());
            QCOMPARE(reply->error()->code, ErrorCode::PermissionDenied);
            return;
        }
        auto reply = read(QStringLiteral("/etc/shadow"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::PermissionDenied);
    }

    void sensitive()
    {
        ReadFileOptions options;
        options.sensitive = true;
        auto reply = read(make(QStringLiteral("secret"), "token"), options);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->data().isEmpty());
        QCOMPARE(reply->takeSensitiveData().view().toByteArray(), QByteArray("token"));
    }

    void noSubsystem()
    {
        SshdFixture broken;
        broken.addConfig(QStringLiteral("Subsystem sftp /bin/false"));
        broken.setSubsystem(false);
        QVERIFY(broken.start());
        PoolTest test;
        test.pool->setTarget(broken.target());
        std::unique_ptr<ReadFileReply> reply(test.pool->readFile(QStringLiteral("srv"), QStringLiteral("/etc/hosts")));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::Unsupported);
    }

    void manyAtOnce()
    {
        const QString path = make(QStringLiteral("shared"), QByteArray(200000, 'y'));
        std::vector<std::unique_ptr<ReadFileReply>> replies;
        for (int i = 0; i < 30; ++i)
            replies.push_back(read(path));
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QCOMPARE(reply->data().size(), 200000);
        }
    }
};

QTEST_GUILESS_MAIN(tst_SshReadFile)
#include "tst_SshReadFile.moc"
