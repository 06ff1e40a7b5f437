// SPDX-License-Identifier: MIT
#include "views/actions/FuzzyMatch.h"

#include <QTest>

using namespace Helmclaw;

class tst_FuzzyMatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void matches_data();
    void matches();
    void ranks_data();
    void ranks();
    void positions();
};

void tst_FuzzyMatch::matches_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("hit");
    QTest::newRow("empty") << QString() << QStringLiteral("anything") << true;
    QTest::newRow("initials") << QStringLiteral("owl") << QStringLiteral("Open web UI: lab1") << true;
    QTest::newRow("blanks do not count") << QStringLiteral("open lab") << QStringLiteral("Open web UI: lab1") << true;
    QTest::newRow("case does not count") << QStringLiteral("OPEN") << QStringLiteral("open") << true;
    QTest::newRow("order counts") << QStringLiteral("bal") << QStringLiteral("lab") << false;
    QTest::newRow("every letter counts") << QStringLiteral("labx") << QStringLiteral("lab1") << false;
    QTest::newRow("not ASCII") << QStringLiteral("ü") << QStringLiteral("MÜNCHEN") << true;
}

void tst_FuzzyMatch::matches()
{
    QFETCH(QString, query);
    QFETCH(QString, text);
    QFETCH(bool, hit);
    QCOMPARE(fuzzyMatch(query, text).has_value(), hit);
}

void tst_FuzzyMatch::ranks_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("better");
    QTest::addColumn<QString>("worse");
    QTest::newRow("run before scatter") << QStringLiteral("ref") << QStringLiteral("Refresh all")
                                        << QStringLiteral("Remove file");
    QTest::newRow("word start") << QStringLiteral("lab") << QStringLiteral("Show: lab1")
                                << QStringLiteral("Show: collab");
    QTest::newRow("early") << QStringLiteral("web") << QStringLiteral("web UI") << QStringLiteral("close the web UI");
}

void tst_FuzzyMatch::ranks()
{
    QFETCH(QString, query);
    QFETCH(QString, better);
    QFETCH(QString, worse);
    const auto a = fuzzyMatch(query, better);
    const auto b = fuzzyMatch(query, worse);
    QVERIFY(a && b);
    QVERIFY(a->score > b->score);
}

void tst_FuzzyMatch::positions()
{
    const auto match = fuzzyMatch(QStringLiteral("lab"), QStringLiteral("Show: lab1"));
    QVERIFY(match);
    QCOMPARE(match->positions, (QList<int> { 6, 7, 8 }));
}

QTEST_APPLESS_MAIN(tst_FuzzyMatch)
#include "tst_FuzzyMatch.moc"
