// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/Judge.h"

#include <QTest>

using namespace Helmclaw;

/// What the probe says on macOS, made up from what macOS has: uname says Darwin; there is no /proc, no systemd, no apt.
/// Nobody here has a Mac to record it from.
class tst_MacServerScripted : public QObject
{
    Q_OBJECT

    static ReportBuilder mac(const QByteArray &sudo)
    {
        ReportBuilder report;
        report.set("os-release", "", "absent").set("kernel", "Darwin 24.1.0 arm64").set("user", "admin");
        report.set("clock", "1795219797").set("ssh-port", "22").set("tools", "").set("sudo", sudo);
        for (const char *absent : { "units", "ufw-conf", "ufw-defaults", "forwarding", "ufw-status", "fail2ban-config",
                                    "fail2ban", "apt", "openclaw" })
            report.set(absent, "", "absent");
        return report;
    }

private Q_SLOTS:
    void nothingIsSaidToBeGood_data()
    {
        QTest::addColumn<QByteArray>("sudo");
        QTest::newRow("without sudo") << QByteArray("none");
        QTest::newRow("with sudo") << QByteArray("full");
    }
    void nothingIsSaidToBeGood()
    {
        QFETCH(QByteArray, sudo);
        const auto outcome = judgeProbe(mac(sudo).bytes(), ReportBuilder::nonce);
        QVERIFY(outcome);
        QCOMPARE(outcome->results.size(), checkCatalogue().size());
        for (const CheckResult &result : outcome->results) {
            QVERIFY2(result.verdict != Verdict::Pass, qPrintable(result.checkId + result.summary));
            QCOMPARE(result.verdict, Verdict::NotApplicable);
            QVERIFY2(result.summary.contains(u"not supported on macOS"), qPrintable(result.checkId + result.summary));
            QVERIFY(result.evidence.join(u' ').contains(u"Darwin 24.1.0"));
        }
    }
};

QTEST_GUILESS_MAIN(tst_MacServerScripted)
#include "tst_MacServerScripted.moc"
