// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/FirewallFacts.h"
#include "models/posture/ProbeReport.h"

#include <QTest>

using namespace Helmclaw;

class tst_FirewallFacts : public QObject
{
    Q_OBJECT

    static FirewallFacts facts(const ReportBuilder &builder)
    {
        return FirewallFacts::parse(ProbeReport::parse(builder.bytes(), ReportBuilder::nonce).value());
    }
    static FirewallRule rule(const QByteArray &line)
    {
        const QByteArray text =
            "Status: active\nDefault: deny (incoming), allow (outgoing), deny (routed)\n--         ------      ----\n"
            + line;
        const FirewallFacts facts = tst_FirewallFacts::facts(ReportBuilder().set("ufw-status", text));
        return facts.rules.value(0);
    }

private Q_SLOTS:
    void readsARecordedStatus()
    {
        const FirewallFacts facts = tst_FirewallFacts::facts(ReportBuilder::recorded("documented"));
        QVERIFY(facts.installed);
        QCOMPARE(facts.active, std::optional(true));
        QCOMPARE(facts.incoming, u"deny");
        QCOMPARE(facts.outgoing, u"allow");
        QCOMPARE(facts.routed, u"disabled");
        QCOMPARE(facts.rules.size(), 2);
        QCOMPARE(facts.rules.at(1).to, u"22/tcp (v6)");
        QCOMPARE(facts.rules.at(1).from, u"Anywhere (v6)");
        QVERIFY(facts.notUnderstood.isEmpty());
        QCOMPARE(facts.enabledAtBoot, std::optional(true));
        QCOMPARE(facts.defaults.value(u"DEFAULT_INPUT_POLICY"_qs), u"DROP");
        QCOMPARE(facts.forwarding, std::optional(false));
    }

    void readsEveryKindOfRecordedRule()
    {
        const FirewallFacts facts = tst_FirewallFacts::facts(ReportBuilder::recorded("many-rules-and-bans"));
        QVERIFY2(facts.notUnderstood.isEmpty(), qPrintable(facts.notUnderstood.join(u'\n')));
        QCOMPARE(facts.rules.size(), 26);
        QCOMPARE(facts.forwarding, std::optional(true));
        QCOMPARE(facts.routed, u"deny");
    }

    void isOpenToAnyone_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<bool>("open");
        QTest::addColumn<QString>("port");
        const auto row = [](const char *line, bool open, const char *port) {
            QTest::newRow(line) << QByteArray(line) << open << QString::fromLatin1(port);
        };
        row("22/tcp                     ALLOW IN    Anywhere                   # SSH", true, "22/tcp");
        row("22/tcp (v6)                ALLOW IN    Anywhere (v6)              # SSH", true, "22/tcp");
        row("22/tcp (OpenSSH)           ALLOW IN    Anywhere                  ", true, "22/tcp");
        row("22/tcp (OpenSSH (v6))      ALLOW IN    Anywhere (v6)             ", true, "22/tcp");
        row("2222/tcp                   LIMIT IN    Anywhere                   # odd ssh", true, "2222/tcp");
        row("8443/tcp                   ALLOW IN    Anywhere                   (log)", true, "8443/tcp");
        row("443/tcp (v6) on eth0       ALLOW IN    Anywhere (v6)             ", true, "443/tcp");
        row("80,443/tcp                 ALLOW IN    Anywhere", true, "80,443/tcp");
        row("60000:61000/udp            ALLOW IN    Anywhere                  ", true, "60000:61000/udp");
        row("Anywhere                   ALLOW IN    Anywhere", true, "");
        row("Anywhere                   ALLOW IN    68/udp                    ", true, "");
        row("Anywhere (v6)              ALLOW IN    68/udp (v6)               ", true, "");
        row("10.0.0.1 22/tcp            ALLOW IN    Anywhere", true, "22/tcp");
        row("10.0.0.1                   ALLOW IN    Anywhere", true, "");
        row("22/tcp                     ALLOW IN    0.0.0.0/1", true, "22/tcp");
        row("22/tcp                     ALLOW IN    2000::/3", true, "22/tcp");
        row("172.17.0.2 8080/tcp on docker0 ALLOW FWD   Anywhere on eth0          ", true, "8080/tcp");
        row("5432/tcp                   ALLOW IN    10.0.0.0/8                ", false, "5432/tcp");
        row("5432/tcp                   ALLOW IN    2001:db8::/32", false, "5432/tcp");
        row("Anywhere                   ALLOW IN    192.0.2.4                 ", false, "");
        row("Anywhere on tailscale0     ALLOW IN    Anywhere                  ", false, "");
        row("Anywhere (v6) on tailscale0 ALLOW IN    Anywhere (v6)             ", false, "");
        row("Anywhere on lo             ALLOW IN    Anywhere", false, "");
        row("Anywhere on lofar0         ALLOW IN    Anywhere", true, "");
        row("23                         DENY IN     Anywhere                  ", false, "23");
        row("203.0.113.0/24             REJECT OUT  Anywhere                  ", false, "");
        row("53/udp                     ALLOW OUT   Anywhere (out)", false, "53/udp");
    }
    void isOpenToAnyone()
    {
        QFETCH(QByteArray, line);
        QFETCH(bool, open);
        QFETCH(QString, port);
        const FirewallRule rule = tst_FirewallFacts::rule(line);
        QVERIFY2(!rule.to.isEmpty(), "not understood");
        QCOMPARE(rule.isOpenToAnyone(), open);
        QCOMPARE(rule.port(), port);
    }

    void aCommentDoesNotHideARule()
    {
        // What an attacker with one allowed "ufw allow … comment" could write.
        const FirewallRule rule = tst_FirewallFacts::rule(
            "80/tcp                     ALLOW IN    Anywhere                   # x  DENY IN    10.0.0.1");
        QCOMPARE(rule.to, u"80/tcp");
        QCOMPARE(rule.from, u"Anywhere");
        QVERIFY(rule.isOpenToAnyone());
    }

    void oddAnswersAreNotRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("status");
        QTest::newRow("not root") << QByteArray("ERROR: You need to be root to run this script") << QByteArray("1");
        QTest::newRow("sudo refused") << QByteArray("sudo: a password is required") << QByteArray("1");
        QTest::newRow("no policies") << QByteArray("Status: active\n--  ------  ----") << QByteArray("0");
        QTest::newRow("two states") << QByteArray(
            "Status: inactive\nStatus: active\nDefault: deny (incoming), allow (outgoing), deny (routed)")
                                    << QByteArray("0");
        QTest::newRow("something before it")
            << QByteArray("x\nStatus: active\nDefault: deny (incoming), allow (outgoing), deny (routed)")
            << QByteArray("0");
        QTest::newRow("failed, but looks fine") << QByteArray("Status: active") << QByteArray("1");
        QTest::newRow("another language") << QByteArray("Status: Aktiv") << QByteArray("0");
        QTest::newRow("nothing") << QByteArray() << QByteArray("0");
    }
    void oddAnswersAreNotRead()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, status);
        const FirewallFacts facts = tst_FirewallFacts::facts(ReportBuilder().set("ufw-status", text, status));
        QCOMPARE(facts.active, std::nullopt);
        QVERIFY(!facts.problem.isEmpty());
    }
};

QTEST_APPLESS_MAIN(tst_FirewallFacts)
#include "tst_FirewallFacts.moc"
