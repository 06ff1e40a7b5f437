// SPDX-License-Identifier: MIT
#include "ReadRangeTest.h"
#include "SlowLine.h"

#include "tests/support/Files.h"

#include <QCryptographicHash>
#include <QElapsedTimer>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

class tst_SshReadRange : public ReadRangeTest
{
    Q_OBJECT

private Q_SLOTS:
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
