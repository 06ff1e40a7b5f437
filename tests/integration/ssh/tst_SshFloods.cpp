// SPDX-License-Identifier: MIT
#include "FaultTest.h"

#include "tests/support/OwnProcess.h"

#include <QRandomGenerator>

#include <csignal>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Output without end or sense. A command that runs on another server meanwhile does not notice.
class tst_SshFloods : public FaultTest
{
    Q_OBJECT

private Q_SLOTS:
    void aCommandThatNeverEnds()
    {
        PoolTest test;
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(m_sshd->target());
        ExecOptions options;
        options.deadline = 2s;
        auto reply = test.sh(QStringLiteral("echo $$; sleep 1000"), options);
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::DeadlineExceeded);
        QVERIFY(!reply->error()->remedy.isEmpty());
        const int pid = reply->standardOutput().trimmed().toInt();
        QVERIFY(pid > 1);
        QVERIFY(PoolTest::until([&] { return ::kill(pid, 0) != 0; })); // nor does it go on over there
        reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(bystander.isUnharmed());
    }

    void aFlood_data()
    {
        QTest::addColumn<QString>("command");
        QTest::newRow("output") << QStringLiteral("head -c 1000000000 /dev/zero");
        QTest::newRow("errors") << QStringLiteral("head -c 1000000000 /dev/zero >&2");
        QTest::newRow("never ends") << QStringLiteral("cat /dev/zero");
    }
    void aFlood()
    {
        QFETCH(QString, command);
        PoolTest test;
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(m_sshd->target());
        const qint64 before = residentKilobytes();
        ExecOptions options;
        options.outputCap = 1024 * 1024;
        auto reply = test.sh(command, options);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->isTruncated());
        QVERIFY(reply->standardOutput().size() + reply->standardError().size() == options.outputCap);
        QVERIFY2(residentKilobytes() - before < 30 * 1024, qPrintable(QString::number(residentKilobytes() - before)));
        QVERIFY(bystander.isUnharmed());
        // Whatever is still on the way does not disturb the session.
        reply = test.sh(QStringLiteral("echo after"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("after\n"));
    }

    void aFloodFromManyServers()
    {
        // Every one up to its cap and no further, while the bystander's loop turns.
        PoolTest test;
        const Bystander bystander(test, *m_sshd);
        const qint64 before = residentKilobytes();
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 8; ++i) {
            const QString id = QStringLiteral("flood%1").arg(i);
            test.pool->setTarget(m_sshd->target(id));
            ExecOptions options;
            options.outputCap = 2 * 1024 * 1024;
            replies.push_back(test.sh(QStringLiteral("cat /dev/zero"), options, id));
        }
        QVERIFY(bystander.isUnharmed());
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get(), 60000));
            QVERIFY(reply->isTruncated());
        }
        QVERIFY2(residentKilobytes() - before < 100 * 1024, qPrintable(QString::number(residentKilobytes() - before)));
    }

    void garbageFromACommand()
    {
        PoolTest test;
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(m_sshd->target());
        QByteArray garbage(1000000, Qt::Uninitialized);
        QRandomGenerator random(1);
        random.fillRange(reinterpret_cast<quint32 *>(garbage.data()), garbage.size() / 4);
        garbage.replace(0, 1000, QByteArray(1000, '\0'));
        QFile file(m_sshd->path(QStringLiteral("garbage")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(garbage) == garbage.size());
        file.close();
        auto reply = test.sh(QStringLiteral("cat '%1'; cat '%1' >&2").arg(file.fileName()));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->standardOutput() == garbage); // bytes stay bytes
        QVERIFY(reply->standardError() == garbage);
        QVERIFY(bystander.isUnharmed());
    }

    void garbageFromSftp_data()
    {
        QTest::addColumn<QString>("program");
        QTest::newRow("random") << QStringLiteral("/usr/bin/head -c 300000 /dev/urandom");
        QTest::newRow("NUL") << QStringLiteral("/usr/bin/head -c 300000 /dev/zero");
        QTest::newRow("login text") << QStringLiteral("echo 'Welcome to this server!'; sleep 1000");
        QTest::newRow("endless NUL") << QStringLiteral("cat /dev/zero");
        QTest::newRow("echo") << QStringLiteral("cat");
    }
    void garbageFromSftp()
    {
        QFETCH(QString, program);
        SshdFixture sshd;
        sshd.setSubsystem(false);
        sshd.addConfig(QStringLiteral("Subsystem sftp ") + program);
        QVERIFY(sshd.start());
        PoolTest test;
        const Bystander bystander(test, *m_sshd);
        test.pool->setTarget(sshd.target());
        const qint64 before = residentKilobytes();
        std::unique_ptr<ReadFileReply> read(test.pool->readFile(QStringLiteral("srv"), QStringLiteral("/etc/hosts")));
        std::unique_ptr<WriteFileReply> write(
            test.pool->writeFile(QStringLiteral("srv"), sshd.path(QStringLiteral("new")), QByteArray("content")));
        QVERIFY(PoolTest::wait(read.get()));
        QVERIFY(PoolTest::wait(write.get()));
        for (const auto &error : { read->error(), write->error() }) {
            QVERIFY(error);
            QVERIFY2(error->code == ErrorCode::BadServerData, qPrintable(error->toString()));
            QVERIFY(!error->remedy.isEmpty());
        }
        QVERIFY(residentKilobytes() - before < 30 * 1024);
        QVERIFY(bystander.isUnharmed());
    }
};

QTEST_GUILESS_MAIN(tst_SshFloods)
#include "tst_SshFloods.moc"
