// SPDX-License-Identifier: MIT
#include "ssh/SftpDepth.h"
#include "ssh/SftpPackets.h"
#include "ssh/SftpTempFile.h"

#include <QSet>
#include <QTest>

using namespace Helmclaw;
using namespace std::chrono_literals;

class tst_Sftp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fieldsComeBackAsTheyWere()
    {
        SftpWriter to;
        to.number32(7).string("name").number64(0x123456789abcdefULL).string("");
        SftpReader from(to.bytes());
        QCOMPARE(from.number32(), 7U);
        QCOMPARE(from.string().toByteArray(), QByteArray("name"));
        QCOMPARE(from.number64(), quint64(0x123456789abcdefULL));
        QVERIFY(!from.isAtEnd());
        QCOMPARE(from.string().size(), 0);
        QVERIFY(from.isAtEnd());
        QVERIFY(!from.isBroken());
    }

    void whatIsTooShortIsBroken()
    {
        const QByteArray whole = SftpWriter().number32(1).number64(2).string("three").bytes();
        for (qsizetype size = 0; size < whole.size(); ++size) {
            SftpReader from(QByteArrayView(whole).first(size));
            std::ignore = from.number32();
            std::ignore = from.number64();
            QVERIFY(from.string() != "three");
            QVERIFY(from.isBroken());
        }
        const QByteArray fourGiB = SftpWriter().number32(0xffffffff).bytes(); // the length of a string
        SftpReader huge(fourGiB);
        QCOMPARE(huge.string().size(), 0);
        QVERIFY(huge.isBroken());
        QCOMPARE(huge.number32(), 0U);
    }

    void attributes()
    {
        SftpAttributes attributes;
        attributes.size = 5000000000ULL;
        attributes.owner = { 1000, 100 };
        attributes.permissions = 0100644;
        const QByteArray bytes = attributes.bytes();
        SftpReader from(bytes);
        const SftpAttributes back = SftpAttributes::read(from);
        QVERIFY(!from.isBroken());
        QCOMPARE(*back.size, quint64(5000000000ULL));
        QCOMPARE(back.owner->second, 100U);
        QCOMPARE(*back.permissions, 0100644U);
        QVERIFY(!back.modified);
        const QByteArray timed = SftpWriter().number32(8).number32(1).number32(1700000000).bytes();
        SftpReader times(timed);
        QCOMPARE(*SftpAttributes::read(times).modified, 1700000000U);
        QVERIFY(times.isAtEnd());
    }

    void tempFilesStandBesideTheirTarget()
    {
        QSet<QByteArray> names;
        for (int i = 0; i < 100; ++i) {
            const QByteArray name = sftpTempFile("/etc/ssh/sshd_config.d/10-x.conf");
            QVERIFY(name.startsWith("/etc/ssh/sshd_config.d/.10-x.conf.helmclaw-"));
            QVERIFY(!name.endsWith(".conf"));
            names.insert(name);
        }
        QCOMPARE(names.size(), 100);
        QVERIFY(sftpTempFile("/x/" + QByteArray(255, 'n')).size() < 255);
        QVERIFY(sftpTempFile("/file").startsWith("/.file."));
    }

    void aFastLineIsFilledQuickly()
    {
        SftpDepth depth;
        depth.answered(200us, 20);
        for (int i = 0; i < 60; ++i)
            depth.answered(1ms, SftpDepth::smallChunk);
        QCOMPARE(depth.limit(), SftpDepth::mostNear);
        QVERIFY(!depth.isLongLine());
        QCOMPARE(depth.chunk(255 * 1024), SftpDepth::smallChunk);
    }

    void aLongLineGetsMoreAndLargerRequests()
    {
        SftpDepth depth;
        depth.answered(50ms, 20);
        for (int i = 0; i < 600; ++i)
            depth.answered(60ms, SftpDepth::smallChunk);
        QCOMPARE(depth.limit(), SftpDepth::mostFar);
        QVERIFY(depth.isLongLine());
        QCOMPARE(depth.chunk(255 * 1024), 255U * 1024);
        QCOMPARE(depth.chunk(1000), SftpDepth::smallChunk); // what every server must serve
    }

    void aLineWhoseBufferFillsGetsLess()
    {
        // 1 MB/s and 20 ms: what is under way beyond 20 kB waits in a queue. The answers' delay must settle near what
        // is allowed, whatever the queue could hold.
        SftpDepth depth;
        depth.answered(20ms, 20);
        for (int i = 0; i < 2000; ++i) {
            const auto took = 20ms + std::chrono::microseconds(depth.limit());
            depth.answered(took, SftpDepth::smallChunk);
        }
        QVERIFY2(depth.limit() < 400000, qPrintable(QString::number(depth.limit())));
        QVERIFY2(depth.limit() >= SftpDepth::least, qPrintable(QString::number(depth.limit())));
    }

    void itNeverStops()
    {
        SftpDepth depth;
        depth.answered(1ms, 20);
        for (int i = 0; i < 1000; ++i)
            depth.answered(10s, SftpDepth::smallChunk);
        QCOMPARE(depth.limit(), SftpDepth::least);
    }
};

QTEST_GUILESS_MAIN(tst_Sftp)
#include "tst_Sftp.moc"
