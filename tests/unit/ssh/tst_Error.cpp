// SPDX-License-Identifier: MIT
#include "ssh/Error.h"

#include <QRandomGenerator>
#include <QSet>
#include <QTest>

using namespace Helmclaw;

class tst_Error : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void toString();
    void failureCarriesEverything();
    void codeNamesAreStableAndDifferent();
    void printable_data();
    void printable();
    void printableNeverExceedsItsLimit();
};

void tst_Error::toString()
{
    Error error { ErrorCode::ConnectionRefused, QStringLiteral("connection refused"), {}, {} };
    QCOMPARE(error.toString(), QStringLiteral("connection refused"));
    error.server = QStringLiteral("lab1");
    QCOMPARE(error.toString(), QStringLiteral("lab1: connection refused"));
    error.remedy = QStringLiteral("Is sshd running?");
    QCOMPARE(error.toString(), QStringLiteral("lab1: connection refused. Is sshd running?"));
}

void tst_Error::failureCarriesEverything()
{
    const Result<int> result =
        failure(ErrorCode::AuthFailed, QStringLiteral("w"), QStringLiteral("r"), QStringLiteral("s"));
    QVERIFY(!result);
    QCOMPARE(result.error(),
             (Error { ErrorCode::AuthFailed, QStringLiteral("w"), QStringLiteral("r"), QStringLiteral("s") }));
}

void tst_Error::codeNamesAreStableAndDifferent()
{
    QCOMPARE(errorCodeName(ErrorCode::HostKeyChanged), QStringLiteral("host-key-changed"));
    QCOMPARE(errorCodeName(ErrorCode::Cancelled), QStringLiteral("cancelled"));
    QSet<QString> names;
    for (int code = 0; code <= int(ErrorCode::Internal); ++code)
        names.insert(errorCodeName(ErrorCode(code)));
    QCOMPARE(names.size(), int(ErrorCode::Internal) + 1);
}

void tst_Error::printable_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("limit");
    QTest::addColumn<QString>("expected");

    QTest::newRow("empty") << QByteArray() << 10 << QString();
    QTest::newRow("text") << QByteArray("plain <b>text</b> \xc3\xa9") << 100 << QStringLiteral("plain <b>text</b> é");
    QTest::newRow("newline, return, tab") << QByteArray("a\nb\rc\td") << 100 << QStringLiteral("a\\nb\\rc\\td");
    QTest::newRow("escape, NUL, DEL") << QByteArray("\x1b[31m\0\x7f", 7) << 100
                                      << QStringLiteral("\\x1b[31m\\x00\\x7f");
    QTest::newRow("C1") << QByteArray("\xc2\x9b"
                                      "31m")
                        << 100 << QStringLiteral("\\x9b31m");
    QTest::newRow("bidi override") << QByteArray("exe\xe2\x80\xae"
                                                 "fdp")
                                   << 100 << QStringLiteral("exe\\u202efdp");
    QTest::newRow("bidi isolate") << QByteArray("\xe2\x81\xa6"
                                                "\xe2\x81\xa9")
                                  << 100 << QStringLiteral("\\u2066\\u2069");
    QTest::newRow("marks") << QByteArray("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c") << 100
                           << QStringLiteral("\\u200e\\u200f\\u061c");
    QTest::newRow("zero width space") << QByteArray("a\xe2\x80\x8b"
                                                    "b")
                                      << 100 << QStringLiteral("a\\u200bb");
    QTest::newRow("line separator") << QByteArray("a\xe2\x80\xa8"
                                                  "b")
                                    << 100 << QStringLiteral("a\\u2028b");
    QTest::newRow("tag character") << QByteArray("a\xf3\xa0\x81\x81"
                                                 "b")
                                   << 100 << QStringLiteral("a\\u{e0041}b");
    QTest::newRow("joined emoji stays") << QByteArray("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb") << 100
                                        << QStringLiteral("👩‍💻");
    QTest::newRow("invalid UTF-8") << QByteArray("a\xff"
                                                 "b\xc3")
                                   << 100 << QStringLiteral("a\ufffdb\ufffd");
    QTest::newRow("overlong NUL") << QByteArray("\xc0\x80") << 100 << QStringLiteral("\ufffd\ufffd");
    QTest::newRow("exactly fits") << QByteArray("12345") << 5 << QStringLiteral("12345");
    QTest::newRow("cut") << QByteArray("123456") << 5 << QStringLiteral("1234…");
    QTest::newRow("an escape is not cut in two") << QByteArray("123\x1b"
                                                               "56")
                                                 << 5 << QStringLiteral("123…");
    QTest::newRow("a pair is not cut in two") << QByteArray("12\xf0\x9f\x92\xbb"
                                                            "56")
                                              << 4 << QStringLiteral("12…");
    QTest::newRow("nothing fits") << QByteArray("12") << 1 << QStringLiteral("…");
    QTest::newRow("no room") << QByteArray("12") << 0 << QString();
}

void tst_Error::printable()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, limit);
    QTEST(Helmclaw::printable(bytes, limit), "expected");
}

void tst_Error::printableNeverExceedsItsLimit()
{
    QRandomGenerator random(1);
    for (int round = 0; round < 5000; ++round) {
        QByteArray bytes(random.bounded(60), Qt::Uninitialized);
        for (char &byte : bytes)
            byte = char(random.bounded(256));
        const int limit = int(random.bounded(40u));
        const QString shown = Helmclaw::printable(bytes, limit);
        QVERIFY(shown.size() <= limit);
        QVERIFY(shown.isValidUtf16());
        for (const QChar c : shown)
            QVERIFY2(c.category() != QChar::Other_Control, bytes.toHex().constData());
    }
    QCOMPARE(Helmclaw::printable(QByteArray(4 * 1024 * 1024, 'x'), 100).size(), 100);
}

QTEST_APPLESS_MAIN(tst_Error)
#include "tst_Error.moc"
