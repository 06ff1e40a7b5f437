// SPDX-License-Identifier: MIT
#include "ssh/RandomArt.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

/// Our pictures beside ssh-keygen's, for every type of key that it makes.
class tst_RandomArt : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void asSshKeygen_data();
    void asSshKeygen();
    void survivesBrokenBlobs();
};

void tst_RandomArt::asSshKeygen_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<int>("bits");
    QTest::newRow("ed25519") << QStringLiteral("ed25519") << 256;
    QTest::newRow("ecdsa 256") << QStringLiteral("ecdsa") << 256;
    QTest::newRow("ecdsa 384") << QStringLiteral("ecdsa") << 384;
    QTest::newRow("ecdsa 521") << QStringLiteral("ecdsa") << 521;
    QTest::newRow("rsa 2048") << QStringLiteral("rsa") << 2048;
    QTest::newRow("rsa 1032") << QStringLiteral("rsa") << 1032;
}

void tst_RandomArt::asSshKeygen()
{
    QFETCH(QString, type);
    QFETCH(int, bits);
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-keygen")).isEmpty())
        QSKIP("ssh-keygen is not installed");
    const QTemporaryDir folder;
    const int rounds = type == QLatin1String("rsa") ? 2 : 12;
    for (int round = 0; round < rounds; ++round) {
        const QString file = folder.filePath(QStringLiteral("key%1").arg(round));
        QProcess make;
        make.start(QStringLiteral("ssh-keygen"),
                   { QStringLiteral("-q"), QStringLiteral("-t"), type, QStringLiteral("-b"), QString::number(bits),
                     QStringLiteral("-N"), QString(), QStringLiteral("-f"), file });
        QVERIFY(make.waitForFinished() && make.exitCode() == 0);
        QProcess show;
        show.start(QStringLiteral("ssh-keygen"), { QStringLiteral("-lvf"), file + QStringLiteral(".pub") });
        QVERIFY(show.waitForFinished() && show.exitCode() == 0);
        const QString expected = QString::fromLatin1(show.readAllStandardOutput());

        QFile publicKey(file + QStringLiteral(".pub"));
        QVERIFY(publicKey.open(QIODevice::ReadOnly));
        const QList<QByteArray> words = publicKey.readAll().split(' ');
        const HostKey key { words.at(0), QByteArray::fromBase64(words.at(1)) };
        QCOMPARE(keyBits(key), bits);
        QVERIFY(expected.contains(key.fingerprint()));
        QCOMPARE(randomArt(key), expected.section(QLatin1Char('\n'), 1).trimmed());
    }
}

void tst_RandomArt::survivesBrokenBlobs()
{
    for (const QByteArray &blob : { QByteArray(), QByteArray("\xff\xff\xff\xff"), QByteArray("\0\0\0\x7fssh", 7) }) {
        for (const char *type : { "ssh-rsa", "ssh-dss", "ssh-ed25519", "" }) {
            const HostKey key { type, blob };
            QVERIFY(keyBits(key) >= 0);
            QCOMPARE(randomArt(key).count(QLatin1Char('\n')), 10);
        }
    }
}

QTEST_GUILESS_MAIN(tst_RandomArt)
#include "tst_RandomArt.moc"
