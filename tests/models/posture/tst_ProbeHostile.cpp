// SPDX-License-Identifier: MIT
// A server that lies, or whose files and programs say what nobody expected: recorded reports with rubbish, forged
// frames, endless lines and mutations (a fixed seed). tests/fuzz has the same invariants for libFuzzer.
#include "ProbeInvariants.h"
#include "ReportBuilder.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/ProbeReport.h"

#include <QHash>
#include <QRandomGenerator>
#include <QTest>

using namespace Helmclaw;

class tst_ProbeHostile : public QObject
{
    Q_OBJECT

    using Verdicts = QHash<QString, Verdict>;

    static Verdicts verdicts(const QList<CheckResult> &results)
    {
        Verdicts all;
        for (const CheckResult &result : results)
            all.insert(result.checkId, result.verdict);
        return all;
    }
    static Verdicts verdicts(const ReportBuilder &builder)
    {
        const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
        return outcome ? verdicts(outcome->results) : Verdicts();
    }
    static const QByteArrayList &fixtures()
    {
        static const QByteArrayList names { "documented",      "ufw-inactive", "fail2ban-stopped",
                                            "updates-pending", "no-sudo",      "many-rules-and-bans" };
        return names;
    }
    /// Checks that pass now and did not before, but those whose bad news the section itself was.
    static QStringList newlyPassed(const Verdicts &before, const QList<CheckResult> &after, const QByteArray &section)
    {
        // A list of what is wrong: without the list nothing is. Whoever can falsify it is root on the server.
        static const QHash<QByteArray, QStringList> badNews {
            { "ufw-conf", { u"firewall.active"_qs } }, // ENABLED=no of a firewall that runs
        };
        QStringList passed;
        for (const CheckResult &result : after) {
            if (result.verdict == Verdict::Pass && before.value(result.checkId) != Verdict::Pass
                && !badNews.value(section).contains(result.checkId))
                passed.append(result.checkId + u": "_qs + result.summary);
        }
        return passed;
    }

private Q_SLOTS:
    void rubbish_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("blank lines") << QByteArray("\n\n \n\t\n");
        QTest::newRow("NUL") << QByteArray(64, '\0');
        QTest::newRow("wrong UTF-8") << QByteArray("\xff\xfe\xc0\xaf\xed\xa0\x80\xf5\n\xe6\x97");
        QTest::newRow("escapes") << QByteArray("\x1b[2J\x1b]0;owned\x07\x1b[31mPASS\x1b[0m\r\n\b\b\b\x9b\x35m");
        QTest::newRow("bidi") << QByteArray("\xe2\x80\xae"
                                            "evitca :sutatS"
                                            "\xe2\x80\xac\xe2\x81\xa6");
        QTest::newRow("HTML") << QByteArray("<b>Status: active</b><img src=x onerror=alert(1)><script>&amp;</script>");
        QTest::newRow("good news in prose") << QByteArray("Everything is fine. active enabled yes 0 pass ok complete");
        QTest::newRow("complete alone") << QByteArray("complete");
        QTest::newRow("tabs") << QByteArray("\t\t\t\n\tcomplete\t\n");
        QTest::newRow("numbers") << QByteArray("-1\n99999999999999999999\n0x10\n1e9\nnan");
        QTest::newRow("another language") << QByteArray("Keine Berechtigung\nzugriff verweigert");
        QTest::newRow("a frame without its nonce")
            << QByteArray("x\nffffffffffffffff end 0\nffffffffffffffff begin ufw-status\n14\nStatus: active");
        QTest::newRow("a frame with it") << QByteArray(
            "x\n" + ReportBuilder::nonce + " end 0\n" + ReportBuilder::nonce + " begin ufw-status\n14\nStatus: active\n"
            + ReportBuilder::nonce + " end 0\n" + ReportBuilder::nonce + " done 1");
    }
    /// Each section of each recording replaced: nothing passes that did not pass before.
    void rubbish()
    {
        QFETCH(QByteArray, text);
        for (const QByteArray &name : fixtures()) {
            const ReportBuilder whole = ReportBuilder::recorded(name);
            const Verdicts before = verdicts(whole);
            for (const QByteArray &section : whole.names()) {
                for (const char *status : { "0", "1" }) {
                    if (*status == '1' && name != "documented")
                        continue;
                    ReportBuilder builder = whole;
                    builder.set(section, text, status);
                    const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
                    if (!outcome)
                        continue; // one of the sections without which nothing is judged
                    const QString broken = brokenInvariant(*outcome);
                    QVERIFY2(broken.isEmpty(), qPrintable(QString::fromLatin1(name + ", " + section + ": ") + broken));
                    const QStringList passed = newlyPassed(before, outcome->results, section);
                    QVERIFY2(passed.isEmpty(),
                             qPrintable(QString::fromLatin1(name + ", " + section + " " + status + ": ")
                                        + passed.join(u'\n')));
                }
            }
        }
    }

    /// A section that is not sent, or said to be absent.
    void missing()
    {
        for (const QByteArray &name : fixtures()) {
            const ReportBuilder whole = ReportBuilder::recorded(name);
            const Verdicts before = verdicts(whole);
            for (const QByteArray &section : whole.names()) {
                for (const bool absent : { false, true }) {
                    ReportBuilder builder = whole;
                    if (absent)
                        builder.set(section, "", "absent");
                    else
                        builder.remove(section);
                    const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
                    if (!outcome)
                        continue;
                    const QString broken = brokenInvariant(*outcome);
                    QVERIFY2(broken.isEmpty(), qPrintable(QString::fromLatin1(name + ", " + section + ": ") + broken));
                    const QStringList passed = newlyPassed(before, outcome->results, section);
                    QVERIFY2(passed.isEmpty(),
                             qPrintable(QString::fromLatin1(name + ", " + section + ": ") + passed.join(u'\n')));
                }
            }
        }
    }

    /// What a section says in another one's name, with the right frame and the right nonce, changes nothing but itself.
    void forgedFrames()
    {
        const ReportBuilder bad = ReportBuilder::recorded("ufw-inactive");
        const ReportBuilder good = ReportBuilder::recorded("documented");
        const Verdicts before = verdicts(bad);
        for (const QByteArray &section : bad.names()) {
            ReportBuilder builder = bad;
            builder.set(section, bad.text(section) + '\n' + good.bytes());
            const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
            if (!outcome)
                continue;
            for (const CheckResult &result : outcome->results) {
                if (checkInfo(result.checkId).area != u"firewall")
                    continue;
                // The checks of the firewall, which is off here and on in the forged report.
                QVERIFY2(result.verdict != Verdict::Pass || before.value(result.checkId) == Verdict::Pass,
                         qPrintable(QString::fromLatin1(section) + u": "_qs + result.checkId));
            }
        }
    }

    void endlessLines()
    {
        const ReportBuilder whole = ReportBuilder::recorded("documented");
        const Verdicts before = verdicts(whole);
        for (const char *pattern : { "A", "a b ", "[", "0\t", "x=y,", "\xe2\x80\xae", "<b>", "(ALL) " }) {
            const QByteArray line = QByteArray(pattern).repeated(1000 * 1000 / int(qstrlen(pattern)));
            for (const QByteArray &section : whole.names()) {
                ReportBuilder builder = whole;
                builder.set(section, line);
                const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
                if (!outcome)
                    continue;
                const QString broken = brokenInvariant(*outcome);
                QVERIFY2(broken.isEmpty(), qPrintable(QString::fromLatin1(section + ": ") + broken));
                QVERIFY(newlyPassed(before, outcome->results, section).isEmpty());
            }
        }
        // 10 MiB are more than the whole report may have.
        ReportBuilder builder = whole;
        builder.set("os-release", QByteArray(10 * 1024 * 1024, 'A'));
        QVERIFY(!judgeProbe(builder.bytes(), ReportBuilder::nonce));
    }

    /// Bytes changed, lines taken out, doubled and swapped between sections, framed anew; and the frames themselves.
    void mutations()
    {
        QRandomGenerator random(20261122);
        const auto below = [&](qsizetype bound) { return bound > 0 ? qsizetype(random.bounded(quint32(bound))) : 0; };
        for (int round = 0; round < 600; ++round) {
            ReportBuilder builder = ReportBuilder::recorded(fixtures().at(below(fixtures().size())));
            const QByteArrayList names = builder.names();
            for (int hits = 1 + int(below(6)); hits > 0; --hits) {
                const QByteArray section = names.at(below(names.size()));
                QByteArray text = builder.text(section);
                QByteArrayList lines = text.split('\n');
                const qsizetype at = below(lines.size());
                switch (below(6)) {
                case 0:
                    lines.removeAt(at);
                    break;
                case 1:
                    lines.insert(below(lines.size()), lines.at(at));
                    break;
                case 2:
                    lines[at].insert(below(lines.at(at).size()), char(below(256)));
                    break;
                case 3:
                    lines[at].truncate(below(lines.at(at).size()));
                    break;
                case 4:
                    lines.insert(at, builder.text(names.at(below(names.size()))));
                    break;
                default:
                    lines[at] = "\x1b[2J\xe2\x80\xae<b>" + lines.at(at) + "\xff\r";
                    break;
                }
                builder.set(section, lines.join('\n'));
            }
            QByteArray bytes = builder.bytes();
            if (round % 5 == 0)
                bytes[below(bytes.size())] = char(below(256));
            const auto outcome = judgeProbe(bytes, ReportBuilder::nonce);
            if (!outcome)
                continue;
            const QString broken = brokenInvariant(*outcome);
            QVERIFY2(broken.isEmpty(), qPrintable(u"round %1: "_qs.arg(round) + broken));
        }
    }
};

QTEST_GUILESS_MAIN(tst_ProbeHostile)
#include "tst_ProbeHostile.moc"
