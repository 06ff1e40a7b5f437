// SPDX-License-Identifier: MIT
#include "models/posture/PostureReport.h"
#include "models/posture/ResidualRisk.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace Helmclaw;

class tst_PostureReport : public QObject
{
    Q_OBJECT

    static CheckResult result(const QString &id, Verdict verdict)
    {
        CheckResult its;
        its.checkId = id;
        its.verdict = verdict;
        its.summary = u"summary"_qs;
        its.evidence = { u"evidence"_qs };
        return its;
    }
    static ServerPosture posture(const QList<CheckResult> &results)
    {
        ServerPosture its;
        its.results = results;
        its.probedAt = QDateTime(QDate(2026, 11, 22), QTime(4, 5), Qt::UTC);
        return its;
    }
    static PostureReport report(const ServerPosture &posture)
    {
        PostureReport its;
        its.title = u"production"_qs;
        its.at = QDateTime(QDate(2026, 11, 22), QTime(4, 6), Qt::UTC);
        Server server;
        server.name = u"lab1"_qs;
        server.host = u"10.0.0.1"_qs;
        its.entries = { { server, posture } };
        return its;
    }

private Q_SLOTS:
    void riskIsWhatRemains_data()
    {
        QTest::addColumn<QList<CheckResult>>("results");
        QTest::addColumn<QString>("label");
        // firewall.active is critical, fail2ban.active high, fail2ban.limits medium, updates.pending low.
        const QString critical = u"firewall.active"_qs;
        const QString high = u"fail2ban.active"_qs;
        const QString medium = u"fail2ban.limits"_qs;
        QTest::newRow("never checked") << QList<CheckResult>() << u"Unknown"_qs;
        QTest::newRow("all pass") << QList { result(critical, Verdict::Pass) } << u"Low"_qs;
        QTest::newRow("nothing applies") << QList { result(critical, Verdict::NotApplicable) } << u"Unknown"_qs;
        QTest::newRow("fail") << QList { result(critical, Verdict::Fail), result(medium, Verdict::Fail) }
                              << u"Critical"_qs;
        QTest::newRow("a warning leaves a step less")
            << QList { result(high, Verdict::Warn), result(critical, Verdict::Pass) } << u"Medium"_qs;
        QTest::newRow("unknown is never good")
            << QList { result(critical, Verdict::Unknown), result(high, Verdict::Pass) }
            << u"Low, perhaps Critical (1 check(s) unknown)"_qs;
        QTest::newRow("nothing known") << QList { result(critical, Verdict::Unknown) } << u"Unknown"_qs;
        QTest::newRow("unknown below what is known")
            << QList { result(critical, Verdict::Fail), result(high, Verdict::Unknown) } << u"Critical"_qs;
    }
    void riskIsWhatRemains()
    {
        QFETCH(QList<CheckResult>, results);
        QTEST(residualRisk(posture(results)).label(), "label");
    }

    void aFleetIsAsBadAsItsWorstServer()
    {
        const ResidualRisk good = residualRisk(posture({ result(u"firewall.active"_qs, Verdict::Pass) }));
        const ResidualRisk bad = residualRisk(posture({ result(u"fail2ban.active"_qs, Verdict::Fail) }));
        const ResidualRisk never = residualRisk({});
        QCOMPARE(worstOf({ good, bad }).label(), u"High"_qs);
        QCOMPARE(worstOf({ good, never }).label(), u"Low, perhaps Critical"_qs);
        QCOMPARE(worstOf({}).label(), u"Unknown"_qs);
        QVERIFY(bad.rank() > good.rank());
        QVERIFY(good.rank() > never.rank());
    }

    void textOfServersIsTextInEveryFormat()
    {
        CheckResult evil = result(u"firewall.rules"_qs, Verdict::Fail);
        evil.summary = u"=HYPERLINK(\"http://evil\")<script>alert(1)</script>"_qs;
        evil.evidence = { u"</pre><img src=x onerror=alert(1)>"_qs };
        evil.remedy = u"a \"quoted\", remedy\nin two lines"_qs;
        const PostureReport its = report(posture({ evil }));
        const QByteArray html = its.toHtml();
        QVERIFY(!html.contains("<script"));
        QVERIFY(!html.contains("<img"));
        QVERIFY(html.contains("&lt;script&gt;"));
        QVERIFY(html.contains("&lt;/pre&gt;"));
        QVERIFY(html.contains("default-src 'none'"));
        QVERIFY(html.contains("Residual risk: High"));
        const QByteArray csv = its.toCsv();
        QVERIFY(csv.contains(",\"'=HYPERLINK(\"\"http://evil\"\")"));
        QVERIFY(csv.contains("\"a \"\"quoted\"\", remedy\nin two lines\""));
        const QJsonObject json = QJsonDocument::fromJson(its.toJson()).object();
        QCOMPARE(json[u"servers"].toArray().at(0)[u"checks"].toArray().at(0)[u"summary"].toString(), evil.summary);
        QCOMPARE(json[u"risk"].toObject()[u"known"].toString(), u"high"_qs);
    }

    void aServerThatWasNeverCheckedIsThereAndUnknown()
    {
        ServerPosture never;
        never.lastError = Error { ErrorCode::ConnectionRefused, u"connection refused"_qs, {}, u"lab1"_qs };
        const PostureReport its = report(never);
        QVERIFY(its.toHtml().contains("lab1: connection refused"));
        QVERIFY(its.toHtml().contains("Never checked: nothing is known."));
        QVERIFY(!its.toHtml().contains("No finding."));
        QVERIFY(its.toCsv().contains("\"lab1\",\"10.0.0.1\",,,,,,\"unknown\",\"connection refused\""));
        const QJsonObject json = QJsonDocument::fromJson(its.toJson()).object();
        QVERIFY(json[u"risk"].toObject()[u"known"].isNull());
    }
};

QTEST_GUILESS_MAIN(tst_PostureReport)
#include "tst_PostureReport.moc"
