// SPDX-License-Identifier: MIT
#include "ReadRangeTest.h"
#include "SlowLine.h"

#include "tests/support/Files.h"
#include "tests/support/OwnProcess.h"

#include <QCryptographicHash>

#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// Readings that fail, stall, are cancelled, or whose file changes under them.
class tst_SshReadRangeFaults : public ReadRangeTest
{
    Q_OBJECT

private Q_SLOTS:
    void failures_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("missing") << QStringLiteral("/no/such/file") << ErrorCode::FileNotFound;
        QTest::newRow("directory") << QStringLiteral("/etc") << ErrorCode::InvalidInput;
        QTest::newRow("empty") << QString() << ErrorCode::InvalidInput;
        // Root may read everything but what the kernel itself keeps: writing-only files of sysctl say EACCES.
        const QString denied =
            ::geteuid() == 0 ? QStringLiteral("/proc/sys/net/ipv4/route/flush") : QStringLiteral("/etc/shadow");
        if (QFile::exists(denied))
            QTest::newRow("denied") << denied << ErrorCode::PermissionDenied;
    }
    void failures()
    {
        QFETCH(QString, path);
        QFETCH(ErrorCode, code);
        auto reply = range(path, 0);
        QVERIFY(!reply->isFinished());
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, code);
        QVERIFY(!reply->error()->remedy.isEmpty());
    }

    void aStalledCallerCostsItsBufferOnly()
    {
        const QString path = makeSparse(QStringLiteral("big"), 400 * 1024 * 1024);
        ReadRangeOptions options;
        options.bufferSize = 1024 * 1024;
        options.stallDeadline = 2s; // the caller's own slowness must not count
        const qint64 before = residentKilobytes();
        auto reply = start(*m_test, path, options);
        QVERIFY(PoolTest::until([&] { return reply->bytesAvailable() >= options.bufferSize - 64 * 1024; }));
        QTest::qWait(4000);
        QVERIFY(!reply->isFinished());
        QVERIFY(reply->bytesAvailable() <= options.bufferSize);
        QVERIFY2(residentKilobytes() - before < 30 * 1024, qPrintable(QString::number(residentKilobytes() - before)));
        Taker taker(reply.get());
        taker.size = qint64(reply->bytesAvailable());
        std::ignore = reply->readAll();
        QVERIFY(PoolTest::wait(reply.get(), 120000));
        VERIFY_SUCCESS(reply);
        QCOMPARE(taker.size, qint64(400) * 1024 * 1024);
        QVERIFY2(residentKilobytes() - before < 60 * 1024, qPrintable(QString::number(residentKilobytes() - before)));
    }

    void changesUnderTheReading()
    {
        // Unlinked: what is open stays. Cut: told, or the shorter content; never a hole.
        const QByteArray content = pattern(20 * 1024 * 1024);
        ReadRangeOptions options;
        options.bufferSize = 256 * 1024;
        const QString path = make(QStringLiteral("vanishing"), content);
        auto reply = start(*m_test, path, options);
        QVERIFY(PoolTest::until([&] { return reply->bytesAvailable() > 0; }));
        QVERIFY(QFile::remove(path));
        Taker taker(reply.get());
        const QByteArray first = reply->readAll();
        taker.hash.addData(first);
        QVERIFY(PoolTest::wait(reply.get(), 60000));
        VERIFY_SUCCESS(reply);
        QCOMPARE(taker.hash.result(), QCryptographicHash::hash(content, QCryptographicHash::Sha256));

        make(QStringLiteral("vanishing"), content);
        reply = start(*m_test, path, options);
        QVERIFY(PoolTest::until([&] { return reply->bytesAvailable() > 0; }));
        QFile file(path);
        QVERIFY(file.resize(100));
        QByteArray all = reply->readAll();
        connect(reply.get(), &ReadRangeReply::readyRead, reply.get(), [&] { all += reply->readAll(); });
        QVERIFY(PoolTest::wait(reply.get(), 60000));
        all += reply->readAll();
        QVERIFY(all.size() < content.size());
        QVERIFY(content.startsWith(all));
        if (reply->error())
            QCOMPARE(reply->error()->code, ErrorCode::BadServerData);
    }

    void cancelAtAnyTime()
    {
        const QString path = makeSparse(QStringLiteral("cancelled"), 200 * 1024 * 1024);
        for (int i = 0; i < 30; ++i) {
            auto reply = range(path, 0);
            Taker taker(reply.get());
            if (i % 3 == 1)
                QTest::qWait(i);
            if (i % 3 == 2)
                QVERIFY(PoolTest::until([&] { return taker.size > 0; }));
            if (i % 2 == 0) {
                reply.reset(); // as good as abort()
                continue;
            }
            reply->abort();
            QVERIFY(PoolTest::wait(reply.get()));
            QCOMPARE(codeOf(*reply), ErrorCode::Cancelled);
        }
        // No channel is stuck: MaxSessions is 10.
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 10; ++i)
            replies.push_back(m_test->sh(QStringLiteral("true")));
        for (auto &reply : replies) {
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
        }
        QVERIFY(PoolTest::until([] {
            const auto found = SshdFixture::run(QStringLiteral("/bin/sh"),
                                                { QStringLiteral("-c"),
                                                  QStringLiteral("ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c "
                                                                 "'/cancelled$' || true") });
            return found && found->trimmed() == "0";
        }));
    }

    void aServerKilledMidTransfer()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        ReadRangeOptions options;
        options.bufferSize = 256 * 1024;
        auto reply = start(test, makeSparse(QStringLiteral("killed"), 100 * 1024 * 1024), options);
        QVERIFY(PoolTest::until([&] { return reply->bytesAvailable() > 0; }));
        auto other = range(QStringLiteral("/etc/hostname"), 0);
        sshd.kill();
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        QVERIFY(PoolTest::wait(other.get()));
        VERIFY_SUCCESS(other);
    }

    void aSilentServerMeetsTheStallDeadline()
    {
        SshdFixture sshd;
        QVERIFY(sshd.start());
        SlowLine line(sshd.port(), {});
        PoolTest test;
        test.pool->setTarget(sshd.targetAt(line.port()));
        ReadRangeOptions options;
        options.bufferSize = 256 * 1024;
        options.stallDeadline = 2s;
        auto reply = start(test, makeSparse(QStringLiteral("stalled"), 100 * 1024 * 1024), options);
        QVERIFY(PoolTest::until([&] { return reply->bytesAvailable() > 0; }));
        line.freeze(true);
        Taker taker(reply.get());
        std::ignore = reply->readAll();
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::DeadlineExceeded);
        QVERIFY(!reply->error()->remedy.isEmpty());
    }
};

QTEST_GUILESS_MAIN(tst_SshReadRangeFaults)
#include "tst_SshReadRangeFaults.moc"
