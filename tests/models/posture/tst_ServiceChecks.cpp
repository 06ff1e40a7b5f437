// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/Judge.h"
#include "tests/support/SourceDir.h"

#include <QFile>
#include <QTest>

#include <functional>

using namespace Helmclaw;

using Edit = std::function<void(ReportBuilder &)>;
Q_DECLARE_METATYPE(Edit)

/// Section "service" as it was recorded on the lab's servers (systemd 252) with a unit of the gateway's name: in a
/// user's manager without hardening, hardened without PrivateUsers (systemd leaves the sandbox out and says nothing),
/// hardened; and a hardened system unit.
class tst_ServiceChecks : public QObject
{
    Q_OBJECT

    static ReportBuilder recorded(const QByteArray &name)
    {
        ReportBuilder builder = ReportBuilder::recorded("documented");
        if (name.isEmpty())
            return builder;
        QFile file(Test::sourcePath("tests/fixtures/posture/service/%1.txt").arg(QString::fromLatin1(name)));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("no fixture %s", name.constData());
        return builder.set("service", file.readAll().trimmed());
    }
    static QList<CheckResult> results(const ReportBuilder &builder)
    {
        const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
        if (!outcome)
            qFatal("%s", qPrintable(outcome.error().toString()));
        QList<CheckResult> its;
        for (const CheckResult &result : outcome->results) {
            if (checkInfo(result.checkId).area == u"service")
                its.append(result);
        }
        return its;
    }

private Q_SLOTS:
    void recordings_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QString>("letters");
        QTest::newRow("none") << QByteArray() << u"-----"_qs;
        QTest::newRow("bare") << QByteArray("user-bare") << u"FFFFW"_qs;
        QTest::newRow("configured, but silently left out") << QByteArray("user-silently-not") << u"PFFFW"_qs;
        QTest::newRow("hardened") << QByteArray("user-hardened") << u"PPPPP"_qs;
        QTest::newRow("system unit") << QByteArray("system-hardened") << u"PPPPP"_qs;
    }
    void recordings()
    {
        QFETCH(QByteArray, name);
        QFETCH(QString, letters);
        QString actual;
        for (const CheckResult &result : results(recorded(name))) {
            actual += QStringLiteral("-P?WF").at(int(result.verdict));
            QVERIFY(!result.evidence.isEmpty() && !result.summary.isEmpty());
        }
        QCOMPARE(actual, letters);
    }

    void oneChange_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<QString>("letters");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *what, const char *name, const char *letters, const char *text, Edit edit) {
            QTest::newRow(what) << QByteArray(name) << std::move(edit) << QString::fromLatin1(letters)
                                << QString::fromUtf8(text);
        };
        using B = ReportBuilder;
        const auto change = [](const QByteArray &before, const QByteArray &after) {
            return [=](B &b) { b.replace("service", before, after); };
        };
        const auto without = [](const QByteArray &key) {
            return [=](B &b) {
                QByteArrayList lines = b.text("service").split('\n');
                lines.removeIf([&](const QByteArray &line) { return line.startsWith(key); });
                b.set("service", lines.join('\n'));
            };
        };
        row("only full", "user-hardened", "PPWPP", "only full, not strict",
            change("ProtectSystem=strict", "ProtectSystem=full"));
        row("a home that may be written", "user-hardened", "PPPWP", "/home/openclaw may be written",
            change("mount\t/home/openclaw/.local\t/home/openclaw/.local\t", "mount\t/home/openclaw\t/home/openclaw\t"));
        row("homes by the system's protection", "user-hardened", "PPPPP", "ProtectSystem=strict",
            change("ProtectHome=read-only", "ProtectHome=no"));
        row("mounts not readable", "user-hardened", "P???P", "could not be read", without("mount\t"));
        row("process not readable", "user-hardened", "????P", "could not be read", [=](B &b) {
            without("mount\t")(b);
            without("privileges\t")(b);
        });
        row("no score", "user-hardened", "PPPP-", "no score", without("exposure\t"));
        row("stopped", "user-hardened", "PPPPP", "not running now", [=](B &b) {
            for (const char *key : { "mount\t", "privileges\t", "process\t", "running\t" })
                without(key)(b);
            change("ActiveState=active", "ActiveState=inactive")(b);
        });
        row("privileges not set", "user-hardened", "FPPPP", "not in force", change("privileges\t1", "privileges\t0"));
        row("another user's manager", "user-hardened", "?????", "1007 (denied)",
            change("manager\tsystem\t0", "manager\t1007\tdenied\nmanager\tsystem\t0"));
        row("nobody tells, but it runs", "user-hardened", "?????", "openclaw-gateway.service", [=](B &b) {
            b.set("service",
                  "running\t0::/user.slice/user-999.slice/user@999.service/app.slice/openclaw-gateway.service\n"
                  "manager\tsystem\t0\nmanager\t999\tnone\ncomplete");
        });
        row("one of two", "user-bare", "FFFFW", "openclaw.service", [=](B &b) {
            change("manager\tsystem\t0\n",
                   "manager\tsystem\t0\nshow\tId=openclaw.service\nshow\tLoadState=loaded\nshow\tActiveState=active\n"
                   "show\tMainPID=7\nprocess\t7\nprivileges\t1\n")(b);
        });
        row("cut", "user-hardened", "?????", "not understood",
            [](B &b) { b.set("service", b.text("service").chopped(9)); });
        row("systemctl fails", "user-hardened", "?????", "not understood",
            change("manager\tsystem\t0", "manager\tsystem\t1"));
        row("a line too many", "user-hardened", "?????", "not understood",
            change("\ncomplete", "\nSystem has not been booted with systemd\ncomplete"));
        row("mounts of no process", "user-hardened", "?????", "not understood",
            change("manager\tsystem\t0", "manager\tsystem\t0\nmount\t/\t/\tro"));
        row("no systemd", "", "-----", "no systemd", [](B &b) { b.set("service", "", "absent"); });
        row("not asked", "", "?????", "did not answer", [](B &b) { b.remove("service"); });
        row("macOS", "user-bare", "-----", "not supported on macOS",
            [](B &b) { b.set("kernel", "Darwin 23.1.0 arm64"); });
    }
    void oneChange()
    {
        QFETCH(QByteArray, name);
        QFETCH(Edit, edit);
        QFETCH(QString, letters);
        QFETCH(QString, text);
        ReportBuilder builder = recorded(name);
        edit(builder);
        QString actual;
        QString all;
        for (const CheckResult &result : results(builder)) {
            actual += QStringLiteral("-P?WF").at(int(result.verdict));
            all += result.summary + u'\n' + result.evidence.join(u'\n') + u'\n';
        }
        QVERIFY2(actual == letters, qPrintable(actual + u": "_qs + all));
        QVERIFY2(all.contains(text), qPrintable(all));
    }

    void theRemedyFitsTheUnit()
    {
        QVERIFY(results(recorded("user-bare")).at(2).remedy.contains(u"PrivateUsers=yes"));
        ReportBuilder system = recorded("system-hardened");
        system.replace("service", "show\tProtectSystem=strict", "show\tProtectSystem=no");
        const QString remedy = results(system).at(2).remedy;
        QVERIFY2(remedy.contains(u"sudo systemctl edit openclaw.service") && !remedy.contains(u"PrivateUsers"),
                 qPrintable(remedy));
    }
};

QTEST_GUILESS_MAIN(tst_ServiceChecks)
#include "tst_ServiceChecks.moc"
