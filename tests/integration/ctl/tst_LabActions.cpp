// SPDX-License-Identifier: MIT
// Fixes on the lab's real servers: fail2ban's settings and bans, updates, restarts. Each server is left as it was
// found. Needs HELMCLAW_LAB (tests/run brings the lab up and sets it).
#include "tests/integration/ctl/LabCtl.h"
#include "tests/integration/ctl/PtySession.h"

#include <QJsonArray>
#include <QProcess>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

class tst_LabActions : public QObject, private LabCtl
{
    Q_OBJECT

    const QStringList m_yes { u"--yes"_s, u"--json"_s };

    /// fail2ban reads its files anew, and is ready again.
    static QString reloaded()
    {
        return u"; fail2ban-client reload; for i in $(seq 100); do fail2ban-client ping && break; sleep 0.2; done"_s;
    }
    [[nodiscard]] bool pass(const QString &check, const QString &server)
    {
        const QJsonArray checks =
            ctl({ u"status"_s, server, u"--json"_s }, 120).json()["servers"_L1][0]["checks"_L1].toArray();
        for (const QJsonValue &value : checks) {
            if (value["id"_L1].toString() == check)
                return value["verdict"_L1].toString() == "pass"_L1;
        }
        qWarning() << "there is no" << check;
        return false;
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(open({ u"lab1"_s, u"lab2"_s, u"lab3"_s, u"lab4"_s })); }
    void cleanup()
    {
        inServer(u"lab1"_s,
                 u"rm -f /etc/fail2ban/jail.d/a-lab.local /etc/fail2ban/jail.d/zz-lab.local "
                 "/etc/fail2ban/jail.d/helmclaw-* /etc/apt/apt.conf.d/52helmclaw-origins; "
                 "rm -rf /var/backups/helmclaw"_s
                     + reloaded());
    }

    void aBanIsLifted()
    {
        QVERIFY(does(u"lab1"_s, u"fail2ban-client set sshd banip 192.0.2.7 192.0.2.8 && sleep 1"_s));
        const QStringList unban { u"unban"_s, u"192.0.2.7"_s, u"lab1"_s };
        QVERIFY(ctl(unban + QStringList { u"--dry-run"_s }).err.contains("sudo fail2ban-client unban 192.0.2.7"));
        const ProgramRun run = ctl(unban + m_yes);
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QVERIFY(does(u"lab1"_s, u"[ \"$(fail2ban-client get sshd banned 192.0.2.7)\" = 0 ]"_s));
        QVERIFY(does(u"lab1"_s, u"[ \"$(fail2ban-client get sshd banned 192.0.2.8)\" = 1 ]"_s));
        QVERIFY(does(u"lab1"_s, u"fail2ban-client unban 192.0.2.8"_s));
        // Nothing to do is no failure; what is no address never leaves this computer.
        const ProgramRun again = ctl(unban + m_yes);
        QCOMPARE(again.exitCode, 0);
        QVERIFY(again.err.contains("192.0.2.7 is not banned"));
        QCOMPARE(ctl({ u"unban"_s, u"--all"_s, u"lab1"_s }).exitCode, 2);
        QCOMPARE(ctl({ u"unban"_s, u"lab1"_s }).exitCode, 2);
    }

    void neverBanMe()
    {
        QVERIFY(does(u"lab1"_s,
                     u"printf '[DEFAULT]\\nignoreip = 127.0.0.0/8 ::1\\n' >/etc/fail2ban/jail.d/a-lab.local"_s
                         + reloaded()));
        // Somebody else's address is not taken.
        const QString action = u"fail2ban.never-ban-me"_s;
        const ProgramRun other = ctl({ u"fix"_s, action, u"--with"_s, u"address=192.0.2.7"_s, u"lab1"_s, u"--yes"_s });
        QCOMPARE(other.exitCode, 3);
        static const QRegularExpression from(u"you come from ([0-9.]+), not from 192.0.2.7"_s);
        const QString me = from.match(QString::fromUtf8(other.err)).captured(1);
        QVERIFY2(!me.isEmpty(), other.err.constData());
        QCOMPARE(ctl({ u"fix"_s, action, u"lab1"_s }).exitCode, 2);

        const QStringList fix { u"fix"_s, action, u"--with"_s, u"address="_s + me, u"lab1"_s };
        const ProgramRun look = ctl(fix + QStringList { u"--dry-run"_s });
        QVERIFY2(look.err.contains("+ignoreip = 127.0.0.0/8 ::1 " + me.toUtf8()), look.err.constData());
        const ProgramRun run = ctl(fix + m_yes);
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QVERIFY(does(u"lab1"_s, u"fail2ban-client get sshd ignoreip | grep -qF -- '- %1'"_s.arg(me)));
        QVERIFY(does(u"lab1"_s, u"fail2ban-client get sshd ignoreip | grep -qF -- '- 127.0.0.0/8'"_s));
        QVERIFY(ctl(fix + m_yes).err.contains("is never banned already"));
    }

    void aFileThatChangesAfterItWasShownIsLeftAlone()
    {
        const QString mine = u"/etc/fail2ban/jail.d/helmclaw-limits.local"_s;
        QVERIFY(does(u"lab1"_s, u"echo '# one' >%1; fail2ban-client set sshd maxretry 50"_s.arg(mine)));
        PtySession fix(QStringLiteral(HELMCLAWCTL), withFiles({ u"fix"_s, u"fail2ban.limits"_s, u"lab1"_s }));
        QVERIFY(fix.waitFor("Type yes: "));
        QVERIFY2(fix.output().contains("-# one"), fix.output().constData());
        QVERIFY(does(u"lab1"_s, u"echo '# two' >%1"_s.arg(mine)));
        fix.type("yes\n");
        QCOMPARE(fix.exitCode(), 3);
        QVERIFY(does(u"lab1"_s, u"[ \"$(cat %1)\" = '# two' ]"_s.arg(mine)));
        QVERIFY(does(u"lab1"_s, u"[ ! -e /var/backups/helmclaw ]"_s));
    }

    void theLimits()
    {
        const QString mine = u"/etc/fail2ban/jail.d/helmclaw-limits.local"_s;
        QVERIFY(does(u"lab1"_s,
                     u"echo '# before' >%1; printf '[sshd]\\nmaxretry = 50\\nfindtime = 60\\nbantime = 86400\\n' "
                     ">/etc/fail2ban/jail.d/a-lab.local"_s.arg(mine)
                         + reloaded()));
        const ProgramRun run = ctl(QStringList { u"fix"_s, u"fail2ban.limits"_s, u"lab1"_s } + m_yes);
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
        // What was stricter has stayed, and the file that was there is kept.
        QVERIFY(does(u"lab1"_s, u"[ \"$(fail2ban-client get sshd bantime)\" = 86400 ]"_s));
        QVERIFY(does(u"lab1"_s, u"grep -q before /var/backups/helmclaw/helmclaw-limits.local"_s));
    }

    void theSshJail()
    {
        QVERIFY(
            does(u"lab1"_s, u"printf '[sshd]\\nenabled = false\\n' >/etc/fail2ban/jail.d/a-lab.local"_s + reloaded()));
        QVERIFY(!pass(u"fail2ban.sshd-jail"_s, u"lab1"_s));
        const ProgramRun run = ctl(QStringList { u"fix"_s, u"fail2ban.sshd-jail"_s, u"lab1"_s } + m_yes);
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
    }

    void aFileThatFail2banDoesNotAcceptIsPutBack()
    {
        // A later file breaks what the fix would make of it.
        QVERIFY(
            does(u"lab1"_s, u"printf '[sshd]\\nenabled = false\\n' >/etc/fail2ban/jail.d/a-lab.local"_s + reloaded()));
        QVERIFY(does(u"lab1"_s, u"printf '[sshd]\\nfilter = no-such-filter\\n' >/etc/fail2ban/jail.d/zz-lab.local"_s));
        const ProgramRun run = ctl(QStringList { u"fix"_s, u"fail2ban.sshd-jail"_s, u"lab1"_s } + m_yes);
        QCOMPARE(run.exitCode, 3);
        QCOMPARE(step(run, 1), u"failed"_s);
        QVERIFY(step(run, 1, "problem").contains(u"put back"_s));
        QVERIFY(does(u"lab1"_s, u"[ ! -e /etc/fail2ban/jail.d/helmclaw-sshd.local ]"_s));
    }

    void theOrigins()
    {
        QVERIFY(!pass(u"updates.origins"_s, u"lab1"_s)); // as openclaw-ansible leaves it
        const ProgramRun run = ctl(QStringList { u"fix"_s, u"updates.origins"_s, u"lab1"_s } + m_yes);
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
        QVERIFY(run.json()["servers"_L1][0]["steps"_L1][2]["diff"_L1].toString().contains("+    \"origin=Debian"_L1));
    }

    void halfInstalledPackages()
    {
        QVERIFY(does(u"lab1"_s,
                     u"d=$(mktemp -d); mkdir $d/DEBIAN; printf '%s\\n' 'Package: lab-broken' 'Version: 1' "
                     "'Architecture: all' 'Maintainer: lab <lab@example.invalid>' 'Description: lab' "
                     ">$d/DEBIAN/control; dpkg-deb --build --root-owner-group $d $d.deb; dpkg --unpack $d.deb; "
                     "rm -r $d $d.deb"_s));
        const ProgramRun run = ctl(QStringList { u"fix"_s, u"updates.packages"_s, u"lab1"_s } + m_yes, 300);
        QVERIFY(does(u"lab1"_s, u"dpkg --purge lab-broken; rm -r /var/log/helmclaw"_s));
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
    }

    void anUpgradeGoesOnWithoutUsAndIsFoundOut()
    {
        const auto restored = qScopeGuard([this] { restoreUpdates(); });
        QVERIFY(does(u"lab4"_s,
                     u"cd /; tar -cf /root/lab-kept.tar var/lib/dpkg usr/share/lab-library usr/share/lab-image"_s));
        QVERIFY(!pass(u"updates.security"_s, u"lab4"_s));
        QProcess fix;
        fix.start(QStringLiteral(HELMCLAWCTL), withFiles({ u"fix"_s, u"updates.security"_s, u"lab4"_s, u"--yes"_s }));
        // Its output is followed while it runs.
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += fix.readAllStandardError()).contains("Starting unattended upgrades script"),
                                 240000);
        fix.kill();
        QVERIFY(fix.waitForFinished());
        const QJsonArray tasks = ctl({ u"tasks"_s, u"--json"_s, u"--limit"_s, u"1"_s }).json()["tasks"_L1].toArray();
        QCOMPARE(tasks.first()["state"_L1].toString(), u"unknown"_s);
        // It is waited for: its own end, and its own exit status.
        const QString id = tasks.first()["id"_L1].toString();
        const ProgramRun found = ctl({ u"tasks"_s, u"find-out"_s, id, u"--yes"_s, u"--json"_s }, 600);
        QVERIFY2(found.exitCode == 0, (found.err + found.out).constData());
        QVERIFY(step(found, 1, "output").contains(u"All upgrades installed"_s));
        QVERIFY(pass(u"updates.security"_s, u"lab4"_s));
        QVERIFY(pass(u"updates.origins"_s, u"lab4"_s));
    }

    void anUpgradeWithoutSystemd()
    {
        const auto restored = qScopeGuard([this] { restoreUpdates(); });
        QVERIFY(does(u"lab4"_s,
                     u"cd /; tar -cf /root/lab-kept.tar var/lib/dpkg usr/share/lab-library usr/share/lab-image"_s));
        // This is where sd_booted(3) looks; systemd itself goes on.
        QVERIFY(does(u"lab4"_s, u"mv /run/systemd/system /run/systemd/system.lab"_s));
        const ProgramRun run = ctl(QStringList { u"fix"_s, u"updates.security"_s, u"lab4"_s } + m_yes, 600);
        QVERIFY(does(u"lab4"_s, u"mv /run/systemd/system.lab /run/systemd/system"_s));
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
    }

    void aRestartIsWaitedFor()
    {
        const QString id = u"cat /proc/sys/kernel/random/boot_id"_s;
        const QByteArray before = inServer(u"lab3"_s, id).out;
        QVERIFY(does(u"lab3"_s, u"touch /run/reboot-required"_s));
        const ProgramRun run = ctl(QStringList { u"fix"_s, u"updates.reboot"_s, u"lab3"_s } + m_yes, 600);
        QVERIFY2(run.exitCode == 0, (run.err + run.out).constData());
        QCOMPARE(verdict(run), u"pass"_s);
        const QByteArray after = inServer(u"lab3"_s, id).out;
        QVERIFY(!after.isEmpty() && after != before);
        QCOMPARE(step(run, 2, "output").trimmed().toUtf8(), after.trimmed());
        // What is not needed is not done for the check, but for who asks.
        QCOMPARE(ctl(QStringList { u"fix"_s, u"updates.reboot"_s, u"lab3"_s } + m_yes).exitCode, 0);
        QCOMPARE(inServer(u"lab3"_s, id).out, after);
        QCOMPARE(ctl(QStringList { u"reboot"_s, u"lab3"_s } + m_yes, 600).exitCode, 0);
        QVERIFY(inServer(u"lab3"_s, id).out != after);
        QCOMPARE(ctl({ u"reboot"_s }).exitCode, 2); // never all of them by mistake
    }

    void aRestartAtATime()
    {
        const QString scheduled = u"grep -q '^MODE=reboot$' /run/systemd/shutdown/scheduled"_s;
        QCOMPARE(ctl({ u"reboot"_s, u"lab2"_s, u"--at"_s, u"soon"_s }).exitCode, 2);
        const ProgramRun run = ctl(QStringList { u"reboot"_s, u"lab2"_s, u"--at"_s, u"+600"_s } + m_yes);
        const bool planned = inServer(u"lab2"_s, scheduled).exitCode == 0;
        const ProgramRun back = ctl(QStringList { u"reboot"_s, u"lab2"_s, u"--cancel"_s } + m_yes);
        QVERIFY(does(u"lab2"_s, u"shutdown -c; [ ! -e /run/systemd/shutdown/scheduled ]"_s));
        QVERIFY2(run.exitCode == 0 && planned, (run.err + run.out).constData());
        QVERIFY2(back.exitCode == 0, (back.err + back.out).constData());
    }

private:
    void restoreUpdates()
    {
        inServer(u"lab4"_s,
                 u"[ ! -d /run/systemd/system.lab ] || mv /run/systemd/system.lab /run/systemd/system; "
                 "while [ -e /run/systemd/transient/helmclaw-upgrade-* ]; do sleep 1; done; "
                 "[ ! -e /root/lab-kept.tar ] || tar -xf /root/lab-kept.tar -C /; rm -f /root/lab-kept.tar; "
                 "rm -rf /etc/apt/apt.conf.d/52helmclaw-origins /var/backups/helmclaw /var/log/helmclaw"_s);
    }
};

int main(int argc, char *argv[])
{
    if (qEnvironmentVariableIsEmpty("HELMCLAW_LAB")) {
        qInfo("SKIP: no lab (HELMCLAW_LAB is not set); tests/run starts one where it can");
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_LabActions test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_LabActions.moc"
