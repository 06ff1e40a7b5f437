// SPDX-License-Identifier: MIT
// Fixes on the lab's real servers: what is broken there by the server's own tools, "helmclawctl fix" puts right, and it
// never locks its user out. Needs HELMCLAW_LAB (tests/run brings the lab up and sets it).
#include "models/fleet/ServerSessions.h"
#include "models/tasks/Task.h"
#include "ssh/SshPool.h"
#include "tests/integration/ctl/LabCtl.h"
#include "tests/integration/ctl/PtySession.h"

#include <QJsonArray>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

class tst_LabFix : public QObject, private LabCtl
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(open({ u"lab1"_s, u"lab2"_s, u"lab5"_s })); }

    void fail2ban()
    {
        QVERIFY(does(u"lab1"_s, u"systemctl disable --now fail2ban"_s));
        const ProgramRun look = ctl({ u"fix"_s, u"fail2ban.active"_s, u"lab1"_s, u"--dry-run"_s });
        QCOMPARE(look.exitCode, 0);
        QVERIFY2(look.err.contains("sudo systemctl enable --now fail2ban.service"), look.err.constData());
        QVERIFY(!does(u"lab1"_s, u"systemctl is-active --quiet fail2ban"_s));
        // Nobody says yes here.
        QCOMPARE(ctl({ u"fix"_s, u"fail2ban.active"_s, u"lab1"_s, u"--batch"_s }).exitCode, 2);
        QVERIFY(!does(u"lab1"_s, u"systemctl is-active --quiet fail2ban"_s));

        const ProgramRun run = ctl({ u"fix"_s, u"fail2ban.active"_s, u"lab1"_s, u"--yes"_s, u"--json"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
        QVERIFY(does(u"lab1"_s, u"systemctl is-active --quiet fail2ban && systemctl is-enabled --quiet fail2ban"_s));
        // It is on record, and there is nothing left to do.
        const QString id = run.json()["id"_L1].toString();
        const ProgramRun tasks = ctl({ u"tasks"_s, u"show"_s, id.left(8), u"--json"_s });
        QCOMPARE(tasks.json()["state"_L1].toString(), u"succeeded"_s);
        QCOMPARE(ctl({ u"fix"_s, u"fail2ban.active"_s, u"lab1"_s }).exitCode, 0);
        QCOMPARE(ctl({ u"tasks"_s, u"--json"_s }).json()["tasks"_L1].toArray().size(), 1);
    }

    void confirmedOnTheTerminal()
    {
        QVERIFY(does(u"lab1"_s, u"systemctl stop fail2ban"_s));
        PtySession no(QStringLiteral(HELMCLAWCTL), withFiles({ u"fix"_s, u"fail2ban.active"_s, u"lab1"_s }));
        QVERIFY(no.waitFor("Type yes: "));
        no.type("y\n");
        QCOMPARE(no.exitCode(), 0);
        QVERIFY(no.output().contains("Nothing was done."));
        QVERIFY(!does(u"lab1"_s, u"systemctl is-active --quiet fail2ban"_s));
        PtySession yes(QStringLiteral(HELMCLAWCTL), withFiles({ u"fix"_s, u"fail2ban.active"_s, u"lab1"_s }));
        QVERIFY(yes.waitFor("Type yes: "));
        yes.type("yes\n");
        QCOMPARE(yes.exitCode(), 0);
        QVERIFY(does(u"lab1"_s, u"systemctl is-active --quiet fail2ban"_s));
    }

    void automaticUpdates()
    {
        const QString file = u"/etc/apt/apt.conf.d/20auto-upgrades"_s;
        QVERIFY(does(u"lab1"_s,
                     u"cp -p %1 /root/kept; echo 'APT::Periodic::Unattended-Upgrade \"0\";' > %1; "
                     "systemctl disable --now apt-daily-upgrade.timer"_s.arg(file)));
        const ProgramRun run = ctl({ u"fix"_s, u"updates.unattended"_s, u"lab1"_s, u"--yes"_s, u"--json"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
        QVERIFY(does(u"lab1"_s, u"grep -q 'Unattended-Upgrade \"0\"' /var/backups/helmclaw/20auto-upgrades"_s));
        // Another file contradicts it: the fix does not say that it is done.
        QVERIFY(does(u"lab1"_s, u"echo 'APT::Periodic::Enable \"0\";' > /etc/apt/apt.conf.d/99off"_s));
        const ProgramRun other = ctl({ u"fix"_s, u"updates.unattended"_s, u"lab1"_s, u"--yes"_s, u"--json"_s });
        QCOMPARE(other.exitCode, 3);
        QCOMPARE(verdict(other), u"fail"_s);
        QVERIFY(
            does(u"lab1"_s, u"rm -r /etc/apt/apt.conf.d/99off /var/backups/helmclaw; mv /root/kept %1"_s.arg(file)));
    }

    void theFirewallWithoutARuleForSshIsNotEnabled()
    {
        QVERIFY(does(u"lab2"_s, u"ufw status | grep -q inactive && ufw delete allow 22/tcp"_s));
        const ProgramRun run = ctl({ u"fix"_s, u"firewall.active"_s, u"lab2"_s, u"--yes"_s, u"--json"_s });
        QCOMPARE(run.exitCode, 3);
        QCOMPARE(step(run, 1), u"failed"_s);
        QCOMPARE(step(run, 3), u"skipped"_s);
        QVERIFY(step(run, 1, "problem").contains(u"sudo ufw limit 22/tcp"_s));
        QVERIFY(does(u"lab2"_s, u"ufw status | grep -q inactive; ufw allow 22/tcp comment SSH"_s));
    }

    void theFirewall()
    {
        const ProgramRun run = ctl({ u"fix"_s, u"firewall.active"_s, u"lab2"_s, u"--yes"_s, u"--json"_s });
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
        // Nothing is left that would switch it off again.
        QVERIFY(does(u"lab2"_s, u"! systemctl list-timers --all | grep -q helmclaw-revert"_s));
        QVERIFY(does(u"lab2"_s, u"ufw disable"_s));
    }

    void aFirewallThatLocksOutIsSwitchedOffByTheServerItself()
    {
        // The rule for SSH is there, but one before it denies this computer.
        QVERIFY(does(u"lab2"_s, u"ufw insert 1 deny from 10.0.0.0/8 to any port 22 && ufw allow 22/tcp"_s));
        QProcess fix;
        fix.start(QStringLiteral(HELMCLAWCTL),
                  withFiles({ u"fix"_s, u"firewall.active"_s, u"lab2"_s, u"--yes"_s, u"--json"_s }));
        QVERIFY(fix.waitForFinished(120000));
        QCOMPARE(fix.exitCode(), 3);
        const ProgramRun run { fix.exitCode(), fix.readAllStandardOutput(), fix.readAllStandardError() };
        QCOMPARE(step(run, 3), u"succeeded"_s); // it was enabled
        QCOMPARE(step(run, 4), u"failed"_s); // and nobody got in
        QTRY_VERIFY_WITH_TIMEOUT(inServer(u"lab2"_s, u"ufw status | grep -q inactive"_s).exitCode == 0, 200000);
        QVERIFY(ctl({ u"status"_s, u"lab2"_s, u"--json"_s }).exitCode != 3); // we get in again
        QVERIFY(does(u"lab2"_s, u"ufw delete deny from 10.0.0.0/8 to any port 22"_s));
    }

    void withoutRootNothingIsTried()
    {
        QVERIFY(does(u"lab5"_s, u"systemctl stop fail2ban"_s));
        const ProgramRun run = ctl({ u"fix"_s, u"fail2ban.active"_s, u"lab5"_s, u"--yes"_s });
        QVERIFY(does(u"lab5"_s, u"systemctl start fail2ban"_s));
        QCOMPARE(run.exitCode, 3);
        QVERIFY2(run.err.contains("lab5: the login may not become root, which the fix needs"), run.err.constData());
    }

    /// As "ops", who is not root: what runs under sudo is root's, and ends with us nevertheless.
    void cancellingEndsWhatRunsAsRoot()
    {
        SshPoolOptions options;
        options.ownKnownHostsFile = path(u"known_hosts"_s);
        SshPool pool(options);
        Fleet fleet;
        QVERIFY(fleet.load(path(u"fleet.json"_s)));
        ServerSessions sessions(&fleet, &pool);
        sessions.setSshConfigFile(sshConfig());
        TaskPlan plan;
        plan.id = TaskPlan::newId();
        TaskStep sleep;
        sleep.argv = { u"sh"_s, u"-c"_s, u"id -u; echo $$ > /run/helmclaw-test.pid; sleep 600; true"_s };
        sleep.asRoot = true;
        plan.servers = { { fleet.byName(u"lab1"_s)->id, u"lab1"_s, { sleep } } };
        Task task(plan, &sessions, path(u"tasks"_s));
        QSignalSpy finished(&task, &Task::finished);
        QSignalSpy output(&task, &Task::outputAdded);
        task.start();
        const QString alive = u"kill -0 $(cat /run/helmclaw-test.pid)"_s;
        QTRY_VERIFY_WITH_TIMEOUT(!output.isEmpty() && inServer(u"lab1"_s, alive).exitCode == 0, 60000);
        QCOMPARE(output.first().at(1).toString(), u"0"_s);
        task.cancel();
        QVERIFY(!finished.isEmpty() || finished.wait(30000));
        QCOMPARE(task.run().state, TaskState::Cancelled);
        QTRY_VERIFY_WITH_TIMEOUT(inServer(u"lab1"_s, alive).exitCode != 0, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(inServer(u"lab1"_s, u"pgrep -f '[s]leep 600'"_s).exitCode == 1, 20000);
    }
};

int main(int argc, char *argv[])
{
    if (qEnvironmentVariableIsEmpty("HELMCLAW_LAB")) {
        qInfo("SKIP: no lab (HELMCLAW_LAB is not set); tests/run starts one where it can");
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_LabFix test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_LabFix.moc"
