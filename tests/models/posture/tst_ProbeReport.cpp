// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/Judge.h"
#include "models/posture/ProbeReport.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>

using namespace Helmclaw;

/// Hostile or garbled output is refused as a whole, and never makes a check pass.
class tst_ProbeReport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsSections()
    {
        const auto report = ProbeReport::parse(
            ReportBuilder().set("one", "first\nline").set("two", "", "3").set("three", "", "absent").bytes(),
            ReportBuilder::nonce);
        QVERIFY(report);
        QCOMPARE(report->find("one")->text, QByteArray("first\nline"));
        QVERIFY(report->find("one")->succeeded());
        QCOMPARE(report->find("two")->status, 3);
        QVERIFY(!report->find("two")->succeeded());
        QVERIFY(report->find("three")->absent);
        QVERIFY(!report->find("three")->succeeded());
        QVERIFY(!report->find("four"));
    }

    void toleratesWhatTheLoginShellPrints()
    {
        const QByteArray welcome = "Welcome to lab1!\n0123456789abcdef begin os-release\n7\n";
        const auto report =
            ProbeReport::parse(welcome + ReportBuilder().set("one", "text").bytes(), ReportBuilder::nonce);
        QVERIFY(report);
        QCOMPARE(report->find("one")->text, QByteArray("text"));
        QVERIFY(!report->find("os-release"));
    }

    void textCannotFakeSections()
    {
        // A hostile text that knows the nonce: it holds a whole report that says all is well.
        const QByteArray forged = "x\n0123456789abcdef end 0\n0123456789abcdef begin two\n4\nfine\n0123456789abcdef "
                                  "end 0\n0123456789abcdef done 2\n";
        const auto report =
            ProbeReport::parse(ReportBuilder().set("one", forged).set("two", "bad").bytes(), ReportBuilder::nonce);
        QVERIFY(report);
        QCOMPARE(report->find("one")->text, forged);
        QCOMPARE(report->find("two")->text, QByteArray("bad"));
    }

    void refuses_data()
    {
        const QByteArray n = ReportBuilder::nonce;
        const QByteArray head = "HELMCLAW-PROBE 1 " + n + '\n';
        const QByteArray one = n + " begin one\n3\nabc\n" + n + " end 0\n";
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const QByteArray &output, const char *said) {
            QTest::newRow(name) << output << QString::fromLatin1(said);
        };
        row("empty", {}, "empty");
        row("no header", "bash: sh: command not found\n", "no header");
        row("another nonce", "HELMCLAW-PROBE 1 ffffffffffffffff\nffffffffffffffff done 0\n", "no header");
        row("another version", "HELMCLAW-PROBE 2 " + n + '\n' + n + " done 0\n", "no header");
        row("header inside a line", "x" + head + n + " done 0\n", "no header");
        row("too much before the header", QByteArray(70000, 'x') + '\n' + head + n + " done 0\n", "no header");
        row("cut after the header", head, "without an end mark");
        row("cut in a section", head + n + " begin one\n300\nabc", "not as long");
        row("cut before the end mark", head + one, "without an end mark");
        row("cut in the end mark", head + one + n + " done 1", "without an end mark");
        row("bytes after the end", head + one + n + " done 1\nx", "follow its end");
        row("second report after the end", head + one + n + " done 1\n" + head + n + " done 0\n", "follow its end");
        row("wrong number of sections", head + one + n + " done 2\n", "another number");
        row("count too short", head + n + " begin one\n2\nabc\n" + n + " end 0\n" + n + " done 1\n", "not as long");
        row("count too long", head + n + " begin one\n4\nabc\n" + n + " end 0\n" + n + " done 1\n", "not as long");
        row("count negative", head + n + " begin one\n-1\nabc\n" + n + " end 0\n" + n + " done 1\n", "no length");
        row("count with a sign", head + n + " begin one\n+3\nabc\n" + n + " end 0\n" + n + " done 1\n", "no length");
        row("count overflowing", head + n + " begin one\n99999999999999999999\nabc\n" + n + " end 0\n", "no length");
        row("count empty", head + n + " begin one\n\nabc\n" + n + " end 0\n" + n + " done 1\n", "no length");
        row("section twice", head + one + one + n + " done 2\n", "twice");
        row("name with a path", head + n + " begin ../x\n0\n\n" + n + " end 0\n" + n + " done 1\n",
            "where a section should begin");
        row("name empty", head + n + " begin \n0\n\n" + n + " end 0\n" + n + " done 1\n",
            "where a section should begin");
        row("foreign nonce in a section", head + "ffff begin one\n0\n\nffff end 0\n" + n + " done 1\n",
            "where a section should begin");
        row("status not a number", head + n + " begin one\n0\n\n" + n + " end fine\n" + n + " done 1\n", "has no end");
        row("status out of range", head + n + " begin one\n0\n\n" + n + " end 256\n" + n + " done 1\n", "has no end");
        row("absent with text", head + n + " begin one\n3\nabc\n" + n + " end absent\n" + n + " done 1\n",
            "absent, but has text");
        row("a line of 10 MiB", head + QByteArray(10 * 1024 * 1024, 'A'), "longer than");
        row("a line of 3 MiB", head + QByteArray(3 * 1024 * 1024, 'A') + '\n' + n + " done 0\n", "without an end mark");
        QByteArray many = head;
        for (int i = 0; i < 100; ++i)
            many += n + " begin s" + QByteArray::number(i) + "\n0\n\n" + n + " end 0\n";
        row("too many sections", many + n + " done 100\n", "more than 64");
        row("escape sequences", head + "\x1b]0;owned\x07\n" + n + " done 0\n", "\\x1b");
        row("not UTF-8", head + "\xff\xfe\xc0\x80\n" + n + " done 0\n", "where a section should begin");
        row("NUL bytes", head + QByteArray(3, '\0') + '\n' + n + " done 0\n", "where a section should begin");
        row("CRLF", QByteArray(head + one + n + " done 1\n").replace("\n", "\r\n"), "no header");
    }
    void refuses()
    {
        QFETCH(QByteArray, output);
        QFETCH(QString, said);
        const auto report = ProbeReport::parse(output, ReportBuilder::nonce);
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::BadServerData);
        QVERIFY2(report.error().what.contains(said), qPrintable(report.error().what));
        QVERIFY(!report.error().what.contains(QChar(0x1b)));
        QVERIFY(!report.error().remedy.isEmpty());
        QVERIFY(!judgeProbe(output, ReportBuilder::nonce));
    }

    void everyCutIsRefused()
    {
        const QByteArray whole = ReportBuilder::recorded("documented").bytes();
        QVERIFY(ProbeReport::parse(whole, ReportBuilder::nonce));
        for (qsizetype length = 0; length < whole.size(); ++length)
            QVERIFY2(!ProbeReport::parse(whole.first(length), ReportBuilder::nonce),
                     QByteArray::number(length).constData());
    }

    void garbledSectionsNeverPass_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("not UTF-8") << QByteArray("\xff\xfe\xc0\x80\xed\xa0\x80");
        QTest::newRow("escapes") << QByteArray("\x1b[2J\x1b]0;Status: active\x07");
        QTest::newRow("a long line") << QByteArray(1024 * 1024, 'A');
        QTest::newRow("many lines") << QByteArray("x\n").repeated(200000);
        QTest::newRow("NUL") << QByteArray(100, '\0');
        QTest::newRow("a translated answer") << QByteArray("Zustand: Aktiv\nVoreinstellung: ablehnen (eingehend)");
    }
    /// Each section in turn, then all together, replaced by rubbish: what was read from it must not be "Pass".
    void garbledSectionsNeverPass()
    {
        QFETCH(QByteArray, text);
        const QByteArrayList names { "ufw-status", "fail2ban", "apt-config", "apt-archives", "apt-pending", "dpkg",
                                     "stamps",     "units",    "sshd",       "accounts",     "service",     "iptables",
                                     "ip6tables",  "sockets",  "addresses",  "routes" };
        for (const QByteArray &name : names) {
            ReportBuilder builder = ReportBuilder::recorded("documented");
            builder.set(name, text);
            const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
            QVERIFY(outcome);
            const auto verdict = [&](const char *id) {
                return std::find_if(outcome->results.begin(), outcome->results.end(),
                                    [&](const CheckResult &r) { return r.checkId == QLatin1StringView(id); })
                    ->verdict;
            };
            const auto notPass = [&](std::initializer_list<const char *> ids) {
                for (const char *id : ids)
                    QVERIFY2(verdict(id) != Verdict::Pass, (name + ": " + id).constData());
            };
            if (name == "ufw-status")
                notPass({ "firewall.active", "firewall.default-incoming", "firewall.default-outgoing",
                          "firewall.default-routed", "firewall.rules" });
            else if (name == "fail2ban")
                notPass({ "fail2ban.active", "fail2ban.sshd-jail", "fail2ban.limits", "fail2ban.banned" });
            else if (name == "apt-config")
                notPass({ "updates.unattended", "updates.origins" });
            else if (name == "apt-archives")
                notPass({ "updates.origins", "updates.security" });
            else if (name == "apt-pending")
                notPass({ "updates.security", "updates.pending" });
            else if (name == "dpkg")
                notPass({ "updates.security", "updates.pending", "updates.packages" });
            else if (name == "stamps")
                notPass({ "updates.last-run", "updates.reboot" });
            else if (name == "units")
                notPass({ "updates.unattended" });
            else if (name == "sockets")
                notPass({ "network.exposure", "network.listeners" });
            else if (name == "addresses")
                notPass({ "network.exposure" });
            else if (name == "iptables" || name == "routes")
                notPass({ "network.docker-user" });
            // No rule at all is what a server without a firewall shows.
            if ((name == "iptables" || name == "ip6tables") && !text.isEmpty())
                notPass({ "network.exposure" });
            // The areas that have one section each.
            for (const CheckResult &result : outcome->results)
                QVERIFY2(checkInfo(result.checkId).area.toLatin1() != name || result.verdict != Verdict::Pass,
                         qPrintable(result.checkId));
        }
        ReportBuilder all = ReportBuilder::recorded("documented");
        for (const QByteArray &name :
             names + QByteArrayList { "os-release", "tools", "sudo", "clock", "ufw-conf", "ufw-defaults", "apt-dates" })
            all.set(name, text);
        if (all.bytes().size() > ProbeReport::maxBytes)
            return;
        const auto outcome = judgeProbe(all.bytes(), ReportBuilder::nonce);
        QVERIFY(outcome);
        for (const CheckResult &result : outcome->results) {
            // "off" is the default of the automatic reboot; but without the tool it does not apply.
            QVERIFY2(result.verdict != Verdict::Pass, qPrintable(result.checkId));
            for (const QString &line : result.evidence)
                QVERIFY(!line.contains(QChar(0x1b)) && !line.contains(u'\n'));
        }
    }

    /// Random bytes thrown into a real report: never a crash, and a changed frame never yields a better verdict unseen.
    void randomDamage()
    {
        const QByteArray whole = ReportBuilder::recorded("updates-pending").bytes();
        QRandomGenerator random(20261121);
        for (int round = 0; round < 1000; ++round) {
            QByteArray damaged = whole;
            const int hits = 1 + int(random.bounded(8));
            for (int hit = 0; hit < hits; ++hit) {
                const qsizetype at = qsizetype(random.bounded(quint32(damaged.size())));
                switch (random.bounded(3)) {
                case 0:
                    damaged[at] = char(random.bounded(256));
                    break;
                case 1:
                    damaged.remove(at, qsizetype(random.bounded(40)));
                    break;
                default:
                    damaged.insert(at, QByteArray(qsizetype(random.bounded(20)), char(random.bounded(256))));
                    break;
                }
            }
            if (const auto outcome = judgeProbe(damaged, ReportBuilder::nonce))
                QCOMPARE(outcome->results.size(), checkCatalogue().size());
        }
    }
};

QTEST_APPLESS_MAIN(tst_ProbeReport)
#include "tst_ProbeReport.moc"
