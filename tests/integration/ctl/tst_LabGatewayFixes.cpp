// SPDX-License-Identifier: MIT
// Fixes of the lab's real OpenClaw gateway, on lab1, which is left as it was found. Needs HELMCLAW_LAB (tests/run
// brings the lab up, with gateways, and sets it).
#include "tests/integration/ctl/LabCtl.h"

#include <QJsonArray>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

class tst_LabGatewayFixes : public QObject, private LabCtl
{
    Q_OBJECT

    const QString m_server = u"lab1"_s;
    const QString m_drop = u"/home/openclaw/.config/systemd/user/openclaw-gateway.service.d"_s;

    /// "ctl VERB…" is openclaw's own systemctl in @p lines.
    [[nodiscard]] static QString asUser(const QString &lines)
    {
        return u"ctl() { runuser -u openclaw -- env XDG_RUNTIME_DIR=/run/user/$(id -u openclaw) systemctl --user \"$@\"; }; "_s
            + lines;
    }
    [[nodiscard]] QString pid() const
    {
        return QString::fromUtf8(
            inServer(m_server, asUser(u"ctl show -p MainPID --value openclaw-gateway"_s)).out.trimmed());
    }
    [[nodiscard]] ProgramRun fix(const QStringList &words) const
    {
        return ctl(words + QStringList { m_server, u"--yes"_s, u"--json"_s }, 1800);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(open({ m_server, u"lab3"_s }));
        if (inServer(m_server, u"[ -e /home/openclaw/.config/systemd/user/openclaw-gateway.service ]"_s).exitCode != 0)
            QSKIP("lab1 has no gateway: lab up 5 --with-gateway 1");
    }
    void cleanupTestCase()
    {
        inServer(m_server,
                 asUser(u"loginctl enable-linger openclaw; ctl enable --now openclaw-gateway; [ ! -e %1 ] || { rm -rf "
                        u"%1 /home/openclaw/.local/state/helmclaw; ctl daemon-reload; "
                        "ctl reset-failed openclaw-gateway; ctl restart openclaw-gateway; }; "
                        "chmod 755 /home/openclaw/.openclaw; chmod 600 /home/openclaw/.openclaw/openclaw.json"_s.arg(
                            m_drop)));
    }

    void theStateIsClosed()
    {
        QVERIFY(
            does(m_server, u"chmod 755 /home/openclaw/.openclaw; chmod 644 /home/openclaw/.openclaw/openclaw.json"_s));
        const ProgramRun run = fix({ u"fix"_s, u"gateway.close-state"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        // What it was is on record.
        QVERIFY(step(run, 0, "output").contains(u"755 /home/openclaw/.openclaw\n644 "_s));
        QVERIFY(does(m_server, u"[ \"$(stat -c %a%U /home/openclaw/.openclaw)\" = 700openclaw ]"_s));
        QVERIFY(does(m_server, u"[ \"$(stat -c %a%U /home/openclaw/.openclaw/openclaw.json)\" = 600openclaw ]"_s));
        QVERIFY(fix({ u"fix"_s, u"gateway.close-state"_s }).err.contains("closed to others already"));
    }

    void theAuditMendsWhatItCan()
    {
        QVERIFY(does(m_server, u"chmod 666 /home/openclaw/.openclaw/openclaw.json"_s));
        const ProgramRun run = fix({ u"fix"_s, u"gateway.audit-fix"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QVERIFY(does(m_server, u"[ \"$(stat -c %a%U /home/openclaw/.openclaw/openclaw.json)\" = 600openclaw ]"_s));
    }

    void theGatewayIsStarted()
    {
        QVERIFY(
            does(m_server, asUser(u"ctl disable --now openclaw-gateway; rm -f /var/lib/systemd/linger/openclaw"_s)));
        const ProgramRun run = fix({ u"fix"_s, u"openclaw.running"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
        QVERIFY(does(m_server, asUser(u"ctl is-enabled --quiet openclaw-gateway"_s)));
    }

    void theGatewayIsRestarted()
    {
        const QString before = pid();
        const ProgramRun run = fix({ u"restart-gateway"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QVERIFY(step(run, 3, "output").contains(u"\"status\":\"live\""_s));
        QVERIFY(pid() != before && pid() != u"0"_s);
        QCOMPARE(ctl({ u"restart-gateway"_s }).exitCode, 2);
        const ProgramRun none = ctl({ u"restart-gateway"_s, u"lab3"_s, u"--yes"_s });
        QCOMPARE(none.exitCode, 3);
        QVERIFY2(none.err.contains("lab3: no unit was found"), none.err.constData());
    }

    void aHardeningThatItCannotBearIsTakenBack()
    {
        // It writes where the hardening does not let it.
        QVERIFY(
            does(m_server,
                 asUser(u"mkdir -p %1; printf '[Service]\\nExecStartPre=/bin/sh -c \"echo >/home/openclaw/lab\"\\n' "
                        ">%1/a-lab.conf; chown -R openclaw: /home/openclaw/.config; ctl daemon-reload"_s.arg(m_drop))));
        const ProgramRun run = fix({ u"fix"_s, u"gateway.harden"_s });
        const QString log = step(run, 4, "output");
        QVERIFY2(run.exitCode == 3, (run.err + run.out).constData());
        QVERIFY2(log.contains(u"taking the hardening back"_s), (run.err + run.out).constData());
        QVERIFY2(log.contains(u"\"status\":\"live\""_s), (run.err + run.out).constData()); // it lives again
        QVERIFY(does(m_server, u"[ ! -e %1/helmclaw-hardening.conf ]"_s.arg(m_drop)));
        QVERIFY(does(m_server, u"grep -q 'NoNewPrivs:.*0' /proc/%1/status"_s.arg(pid())));
        QVERIFY(does(m_server, asUser(u"rm -rf %1 /home/openclaw/lab; ctl daemon-reload"_s.arg(m_drop))));
    }

    void theUnitIsHardened()
    {
        const ProgramRun look = ctl({ u"fix"_s, u"service.protect-system"_s, m_server, u"--dry-run"_s }, 300);
        QVERIFY2(look.err.contains("+ProtectSystem=strict"), look.err.constData());
        const ProgramRun run = fix({ u"fix"_s, u"gateway.harden"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(run.json()["verdicts"_L1].toArray().size(), 4);
        QVERIFY(does(m_server, u"grep -q 'NoNewPrivs:.*1' /proc/%1/status"_s.arg(pid())));
        // The same again changes nothing, and what was there is kept by its user.
        QVERIFY(does(m_server, u"echo '# mine' >>%1/helmclaw-hardening.conf"_s.arg(m_drop)));
        const ProgramRun again = ctl({ u"fix"_s, u"gateway.harden"_s, m_server, u"--dry-run"_s }, 300);
        QVERIFY2(again.err.contains("-# mine"), again.err.constData());
    }
};

int main(int argc, char *argv[])
{
    if (qEnvironmentVariableIsEmpty("HELMCLAW_LAB")) {
        qInfo("SKIP: no lab (HELMCLAW_LAB is not set); tests/run starts one where it can");
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_LabGatewayFixes test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_LabGatewayFixes.moc"
