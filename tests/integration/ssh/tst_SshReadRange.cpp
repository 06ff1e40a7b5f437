// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "SlowLine.h"

#include "tests/support/Files.h"
#include "tests/support/OwnProcess.h"

#include <QCryptographicHash>
#include <QElapsedTimer>

#include <csignal>

#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

class tst_SshReadRange : public QObject
{
    Q_OBJECT

private:
    using Reply = std::unique_ptr<ReadRangeReply>;
    /// Reads as it comes, and keeps a hash instead of the bytes.
    struct Taker
    {
        explicit Taker(ReadRangeReply *reply)
            : hash(QCryptographicHash::Sha256)
        {
            const auto take = [this, reply] {
                const QByteArray part = reply->readAll();
                size += part.size();
                hash.addData(part);
                most = std::max(most, part.size());
            };
            QObject::connect(reply, &ReadRangeReply::readyRead, reply, take);
            QObject::connect(reply, &ReadRangeReply::finished, reply, take);
        }
        QCryptographicHash hash;
        qint64 size = 0;
        qsizetype most = 0;
    };

    static Reply start(const PoolTest &test, const QString &path, const ReadRangeOptions &options = {})
    {
        return Reply(test.pool->readRange(QStringLiteral("srv"), path, options));
    }
    Reply range(const QString &path, quint64 offset, quint64 length = std::numeric_limits<quint64>::max()) const
    {
        ReadRangeOptions options;
        options.offset = offset;
        options.length = length;
        return start(*m_test, path, options);
    }
    QString make(const QString &name, const QByteArray &content) const
    {
        QFile file(m_sshd->path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            return {};
        return file.fileName();
    }
    /// Zeros that take no room on the disk.
    QString makeSparse(const QString &name, qint64 size) const
    {
        QFile file(m_sshd->path(name));
        return file.open(QIODevice::WriteOnly) && file.resize(size) ? file.fileName() : QString();
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
        for (const int size : { 0, 1, 32767, 32768, 32769, 100 * 1024 * 1024 })
            QTest::addRow("%d", size) << size;
    }
    void wholeFiles()
    {
        QFETCH(int, size);
        const QByteArray content = pattern(size);
        auto reply = range(make(QStringLiteral("whole"), content), 0);
        Taker taker(reply.get());
        QSignalSpy opened(reply.get(), &ReadRangeReply::opened);
        QSignalSpy progress(reply.get(), &ReadRangeReply::progress);
        QVERIFY(PoolTest::wait(reply.get(), 120000));
        VERIFY_SUCCESS(reply);
        QCOMPARE(taker.size, size);
        QCOMPARE(reply->bytesReceived(), quint64(size));
        QCOMPARE(taker.hash.result(), QCryptographicHash::hash(content, QCryptographicHash::Sha256));
        QCOMPARE(opened.count(), 1);
        QCOMPARE(reply->fileSize(), quint64(size));
        QVERIFY(reply->modified().isValid());
        QVERIFY(!reply->isShorterThanOffset());
        if (size > 0) {
            QCOMPARE(progress.last().at(0).toULongLong(), quint64(size));
            QCOMPARE(progress.last().at(1).toULongLong(), quint64(size));
        }
    }

    void ranges_data()
    {
        QTest::addColumn<quint64>("offset");
        QTest::addColumn<quint64>("length");
        QTest::newRow("none") << quint64(5) << quint64(0);
        QTest::newRow("one") << quint64(70000) << quint64(1);
        QTest::newRow("over chunks") << quint64(32767) << quint64(65538);
        QTest::newRow("to the end") << quint64(199990) << quint64(10);
        QTest::newRow("over the end") << quint64(199990) << quint64(1000);
        QTest::newRow("at the end") << quint64(200000) << quint64(10);
        QTest::newRow("huge") << quint64(199999) << std::numeric_limits<quint64>::max();
    }
    void ranges()
    {
        QFETCH(quint64, offset);
        QFETCH(quint64, length);
        const QByteArray content = pattern(200000);
        auto reply = range(make(QStringLiteral("ranged"), content), offset, length);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(!reply->isShorterThanOffset());
        QCOMPARE(reply->bytesAvailable(), quint64(reply->bytesReceived()));
        QVERIFY(reply->readAll() == content.mid(qsizetype(offset), qsizetype(std::min<quint64>(length, 1000000))));
    }

    void offsetsBeyondEverything()
    {
        constexpr quint64 most = std::numeric_limits<quint64>::max();
        for (const quint64 offset : { quint64(1) << 40, most / 2, most / 2 + 1, most - 10, most }) {
            for (const QByteArray &content : { QByteArray("short"), QByteArray() }) {
                auto reply = range(make(QStringLiteral("short"), content), offset, most);
                QVERIFY(PoolTest::wait(reply.get()));
                VERIFY_SUCCESS(reply);
                QCOMPARE(reply->bytesReceived(), quint64(0));
                QVERIFY(reply->isShorterThanOffset());
            }
        }
    }

    void readInSmallPieces()
    {
        const QByteArray content = pattern(100000);
        auto reply = range(make(QStringLiteral("pieces"), content), 0);
        QVERIFY(PoolTest::wait(reply.get()));
        QByteArray all;
        for (;;) {
            const QByteArray part = reply->read(777);
            if (part.isEmpty())
                break;
            QVERIFY(part.size() == 777 || reply->bytesAvailable() == 0);
            all += part;
        }
        QVERIFY(all == content);
    }

    void aGrowingLog()
    {
        const QString path = make(QStringLiteral("log"), "first line\n");
        auto reply = range(path, 0);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->readAll(), QByteArray("first line\n"));
        quint64 offset = reply->bytesReceived();
        for (int i = 0; i < 3; ++i) {
            QFile log(path);
            QVERIFY(log.open(QIODevice::Append));
            const QByteArray more = pattern(50000 + i);
            log.write(more);
            log.close();
            reply = range(path, offset);
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QVERIFY(reply->readAll() == more);
            offset += reply->bytesReceived();
            QCOMPARE(reply->fileSize(), offset);
        }
        reply = range(path, offset); // nothing new
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->bytesReceived(), quint64(0));
        QVERIFY(!reply->isShorterThanOffset());
    }

    void aTruncatedLog()
    {
        for (const QByteArray &rest : { QByteArray("new\n"), QByteArray() }) {
            auto reply = range(make(QStringLiteral("rotated"), rest), 1000);
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QVERIFY(reply->isShorterThanOffset());
            QCOMPARE(reply->bytesReceived(), quint64(0));
            QCOMPARE(reply->fileSize(), quint64(rest.size()));
        }
    }

    void filesWithoutASize()
    {
        auto reply = range(QStringLiteral("/proc/self/status"), 0);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->fileSize(), quint64(0));
        const QByteArray all = reply->readAll();
        QVERIFY(all.startsWith("Name:"));
        reply = range(QStringLiteral("/proc/self/status"), 5, 6);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(!reply->isShorterThanOffset());
        QCOMPARE(reply->readAll(), all.mid(5, 6));
    }

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

    void rekeyingDuringTheTransfer()
    {
        SshdFixture sshd;
        sshd.addConfig(QStringLiteral("RekeyLimit 1M"));
        QVERIFY(sshd.start());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        const QByteArray content = pattern(30 * 1024 * 1024);
        auto reply = start(test, make(QStringLiteral("rekeyed"), content));
        Taker taker(reply.get());
        QVERIFY(PoolTest::wait(reply.get(), 120000));
        VERIFY_SUCCESS(reply);
        QCOMPARE(taker.hash.result(), QCryptographicHash::hash(content, QCryptographicHash::Sha256));
        QVERIFY(sshd.log().count("SSH2_MSG_NEWKEYS received") > 5);
    }

    void commandsGoOnDuringADownload_data()
    {
        QTest::addColumn<int>("delay");
        QTest::addColumn<qint64>("rate");
        QTest::addColumn<qint64>("size");
        QTest::newRow("500 MB, loopback") << 0 << qint64(0) << qint64(500) * 1000 * 1000;
        QTest::newRow("4 MB at 1 MB/s and 20 ms") << 10 << qint64(1000000) << qint64(4000000);
        QTest::newRow("200 MB at 50 ms") << 25 << qint64(0) << qint64(200000000);
    }
    void commandsGoOnDuringADownload()
    {
        QFETCH(int, delay);
        QFETCH(qint64, rate);
        QFETCH(qint64, size);
        SlowLine::Quality quality;
        quality.delay = std::chrono::milliseconds(delay);
        quality.bytesPerSecond = rate;
        SlowLine line(m_sshd->port(), quality);
        SshTarget target = m_sshd->target();
        if (delay > 0) {
            target = m_sshd->targetAt(line.port());
        }
        PoolTest test;
        test.pool->setTarget(target);
        auto warm = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(warm.get()));
        const QString path = makeSparse(QStringLiteral("download"), size);
        QElapsedTimer whole;
        whole.start();
        QList<qint64> took;
        qint64 downloads = 0;
        // A command that waited for the end of the bytes would not be counted once, however often it is tried.
        for (; took.size() < 2 && downloads < 10; ++downloads) {
            auto reply = start(test, path);
            Taker taker(reply.get());
            while (!reply->isFinished()) {
                QElapsedTimer timer;
                timer.start();
                auto command = test.sh(QStringLiteral("true"));
                QVERIFY(PoolTest::wait(command.get()));
                VERIFY_SUCCESS(command);
                if (!reply->isFinished())
                    took << timer.elapsed();
            }
            VERIFY_SUCCESS(reply);
            QCOMPARE(taker.size, size);
        }
        std::sort(took.begin(), took.end());
        QVERIFY(took.size() >= 2);
        qInfo("%lld MB/s; %lld commands meanwhile, median %lld ms, longest %lld ms",
              downloads * size / 1000 / whole.elapsed(), qint64(took.size()), took[took.size() / 2], took.last());
    }
};

QTEST_GUILESS_MAIN(tst_SshReadRange)
#include "tst_SshReadRange.moc"
