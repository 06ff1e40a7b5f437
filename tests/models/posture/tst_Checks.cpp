// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/Judge.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace Helmclaw;

using Edit = std::function<void(ReportBuilder &)>;
Q_DECLARE_METATYPE(Edit)

/// Recorded answers of real servers (tests/lab), as they were or changed in one place, and what each check says of
/// them.
class tst_Checks : public QObject
{
    Q_OBJECT

    static QList<CheckResult> results(const ReportBuilder &builder)
    {
        const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
        if (!outcome)
            qFatal("%s", qPrintable(outcome.error().toString()));
        return outcome->results;
    }
    static CheckResult result(const ReportBuilder &builder, const QString &id)
    {
        const QList<CheckResult> all = results(builder);
        const auto it = std::find_if(all.begin(), all.end(), [&](const CheckResult &r) { return r.checkId == id; });
        return it == all.end() ? CheckResult() : *it;
    }

private Q_SLOTS:
    void everyCheckOfTheCatalogueIsJudgedInItsOrder()
    {
        const QList<CheckInfo> catalogue = checkCatalogue();
        const QList<CheckResult> all = results(ReportBuilder::recorded("documented"));
        QCOMPARE(all.size(), catalogue.size());
        for (qsizetype i = 0; i < all.size(); ++i) {
            QCOMPARE(all.at(i).checkId, catalogue.at(i).id);
            QVERIFY(all.at(i).checkId.startsWith(catalogue.at(i).area + u'.'));
            QVERIFY(!catalogue.at(i).why.isEmpty() && !catalogue.at(i).title.isEmpty()
                    && !catalogue.at(i).shortTitle.isEmpty());
            QCOMPARE(checkInfo(all.at(i).checkId).title, catalogue.at(i).title);
        }
        QVERIFY(checkInfo(u"no.such"_qs).id.isEmpty());
    }

    void everyResultExplainsItself_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char *name :
             { "documented", "ufw-inactive", "fail2ban-stopped", "updates-pending", "no-sudo", "many-rules-and-bans" })
            QTest::newRow(name) << QByteArray(name);
    }
    void everyResultExplainsItself()
    {
        QFETCH(QByteArray, name);
        for (const CheckResult &result : results(ReportBuilder::recorded(name))) {
            QVERIFY2(!result.summary.isEmpty(), qPrintable(result.checkId));
            QVERIFY2(!result.evidence.isEmpty(), qPrintable(result.checkId));
            const bool needsRemedy = result.verdict == Verdict::Unknown || result.verdict == Verdict::Warn
                || result.verdict == Verdict::Fail;
            QVERIFY2(result.remedy.isEmpty() != needsRemedy, qPrintable(result.checkId));
        }
    }

    void variants_data()
    {
        // One letter a check, in the catalogue's order: P pass, F fail, W warn, ? unknown, - not applicable.
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QString>("expected");
        QTest::newRow("documented") << QByteArray("documented") << u"PPPPP PPPP PFPPPWPP"_qs;
        QTest::newRow("ufw-inactive") << QByteArray("ufw-inactive") << u"FF--- PPPP PFPPPWPP"_qs;
        QTest::newRow("fail2ban-stopped") << QByteArray("fail2ban-stopped") << u"PPPPP FF-- PFPPPWPP"_qs;
        QTest::newRow("updates-pending") << QByteArray("updates-pending") << u"PPPPP PPPP PFFWPWPW"_qs;
        QTest::newRow("no-sudo") << QByteArray("no-sudo") << u"????? P??? PFPPPWPP"_qs;
        QTest::newRow("many-rules-and-bans") << QByteArray("many-rules-and-bans") << u"PPPPF PPPP PFPPPWPP"_qs;
    }
    void variants()
    {
        QFETCH(QByteArray, name);
        QFETCH(QString, expected);
        QString actual;
        for (const CheckResult &result : results(ReportBuilder::recorded(name))) {
            // The other areas have tests of their own.
            if (!QStringList { u"firewall"_qs, u"fail2ban"_qs, u"updates"_qs }.contains(checkInfo(result.checkId).area))
                continue;
            if (!actual.isEmpty() && checkInfo(result.checkId).area != checkInfo(m_last).area)
                actual += u' ';
            m_last = result.checkId;
            actual += QStringLiteral("-P?WF").at(int(result.verdict));
        }
        QCOMPARE(actual, expected);
    }

    void oneChange_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<QString>("inSummaryOrEvidence");
        const auto row = [](const char *name, const char *id, Verdict verdict, const char *text, Edit edit) {
            QTest::newRow(name) << QString::fromLatin1(id) << std::move(edit) << verdict << QString::fromUtf8(text);
        };
        using B = ReportBuilder;
        const Verdict pass = Verdict::Pass, warn = Verdict::Warn, fail = Verdict::Fail, unknown = Verdict::Unknown,
                      none = Verdict::NotApplicable;

        // Firewall
        row("loaded, but off at boot", "firewall.active", warn, "ufw.conf: ENABLED=no",
            [](B &b) { b.set("ufw-conf", "ENABLED=no"); });
        row("unit disabled", "firewall.active", warn, "not after the next boot", [](B &b) {
            b.replace("units", "Id=ufw.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled",
                      "Id=ufw.service\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled");
        });
        row("no ufw", "firewall.active", unknown, "not installed",
            [](B &b) { b.set("tools", "apt-cache systemctl ").set("ufw-status", "", "absent"); });
        row("no ufw: incoming", "firewall.default-incoming", unknown, "not installed",
            [](B &b) { b.set("tools", "apt-cache systemctl "); });
        row("root-less, off in the file", "firewall.active", fail, "ENABLED=no",
            [](B &b) { b.set("sudo", "none x", "1").remove("ufw-status").set("ufw-conf", "ENABLED=no"); });
        row("root-less, unit stopped", "firewall.active", fail, "ufw.service: inactive", [](B &b) {
            b.set("sudo", "none x", "1")
                .remove("ufw-status")
                .replace("units", "Id=ufw.service\nLoadState=loaded\nActiveState=active",
                         "Id=ufw.service\nLoadState=loaded\nActiveState=inactive");
        });
        row("root-less, allow in the file", "firewall.default-incoming", fail, "DEFAULT_INPUT_POLICY=ACCEPT", [](B &b) {
            b.remove("ufw-status").replace("ufw-defaults", "INPUT_POLICY=\"DROP\"", "INPUT_POLICY=\"ACCEPT\"");
        });
        row("root-less, deny in the file", "firewall.default-incoming", unknown, "DEFAULT_INPUT_POLICY=DROP",
            [](B &b) { b.remove("ufw-status"); });
        row("root-less remedy", "firewall.active", unknown, "configured on",
            [](B &b) { b.set("sudo", "none x", "1").remove("ufw-status"); });
        row("reject incoming", "firewall.default-incoming", pass, "reject",
            [](B &b) { b.replace("ufw-status", "deny (incoming)", "reject (incoming)"); });
        row("allow incoming", "firewall.default-incoming", fail, "allow (incoming)",
            [](B &b) { b.replace("ufw-status", "deny (incoming)", "allow (incoming)"); });
        row("deny outgoing", "firewall.default-outgoing", warn, "deny (outgoing)",
            [](B &b) { b.replace("ufw-status", "allow (outgoing)", "deny (outgoing)"); });
        row("deny routed", "firewall.default-routed", pass, "deny (routed)",
            [](B &b) { b.replace("ufw-status", "disabled (routed)", "deny (routed)"); });
        row("allow routed", "firewall.default-routed", fail, "allow (routed)",
            [](B &b) { b.replace("ufw-status", "disabled (routed)", "allow (routed)"); });
        row("disabled, kernel routes", "firewall.default-routed", unknown, "ip_forward=1",
            [](B &b) { b.replace("forwarding", "ip_forward=0", "ip_forward=1"); });
        row("disabled, would allow", "firewall.default-routed", warn, "DEFAULT_FORWARD_POLICY=ACCEPT",
            [](B &b) { b.replace("ufw-defaults", "FORWARD_POLICY=\"DROP\"", "FORWARD_POLICY=\"ACCEPT\""); });
        row("inactive and routing", "firewall.default-routed", fail, "inactive", [](B &b) {
            b.set("ufw-status", "Status: inactive").replace("forwarding", "ip_forward=0", "ip_forward=1");
        });
        row("one more port", "firewall.rules", warn, "8080/tcp", [](B &b) {
            b.set("ufw-status", b.text("ufw-status") + "\n8080/tcp                   ALLOW IN    Anywhere");
        });
        row("one more port, IPv6 only", "firewall.rules", warn, "8080/tcp (v6)", [](B &b) {
            b.set("ufw-status", b.text("ufw-status") + "\n8080/tcp (v6)              ALLOW IN    Anywhere (v6)");
        });
        row("Tailscale's port", "firewall.rules", pass, "41641/udp", [](B &b) {
            b.set("ufw-status",
                  b.text("ufw-status")
                      + "\n41641/udp                  ALLOW IN    Anywhere                   # Tailscale");
        });
        row("another SSH port", "firewall.rules", warn, "2222/tcp", [](B &b) {
            b.set("ufw-status", b.text("ufw-status") + "\n2222/tcp                   ALLOW IN    Anywhere");
        });
        row("SSH listens there", "firewall.rules", pass, "2222/tcp", [](B &b) {
            b.set("ssh-port", "2222")
                .set("ufw-status", b.text("ufw-status") + "\n2222/tcp                   ALLOW IN    Anywhere");
        });
        row("22 without tcp", "firewall.rules", warn, "22 ", [](B &b) {
            b.set("ufw-status", b.text("ufw-status") + "\n22                         ALLOW IN    Anywhere");
        });
        row("everything", "firewall.rules", fail, "everything", [](B &b) {
            b.set("ufw-status", b.text("ufw-status") + "\nAnywhere                   ALLOW IN    Anywhere");
        });
        row("a row nobody understands", "firewall.rules", unknown, "not understood",
            [](B &b) { b.set("ufw-status", b.text("ufw-status") + "\nzzz"); });
        row("routed open", "firewall.rules", warn, "8080/tcp", [](B &b) {
            b.set("ufw-status", b.text("ufw-status") + "\n172.17.0.2 8080/tcp        ALLOW FWD   Anywhere");
        });

        // fail2ban
        const QByteArray down = "error\tFileNotFoundError\t[Errno 2] No such file or directory";
        row("not installed", "fail2ban.active", fail, "not installed",
            [](B &b) { b.set("tools", "ufw apt-cache systemctl ").set("fail2ban", "", "absent"); });
        row("stopped: limits", "fail2ban.limits", none, "not running", [down](B &b) {
            b.set("fail2ban", down, "1")
                .replace("units", "Id=fail2ban.service\nLoadState=loaded\nActiveState=active",
                         "Id=fail2ban.service\nLoadState=loaded\nActiveState=failed");
        });
        row("runs without its socket", "fail2ban.active", unknown, "does not answer",
            [down](B &b) { b.set("fail2ban", down, "1"); });
        row("running, disabled", "fail2ban.active", warn, "next boot", [](B &b) {
            b.replace("units", "Id=fail2ban.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled",
                      "Id=fail2ban.service\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled");
        });
        row("no systemd, no sudo", "fail2ban.active", unknown, "sudo",
            [](B &b) { b.set("units", "", "absent").remove("fail2ban").set("sudo", "none x", "1"); });
        row("other jail only", "fail2ban.sshd-jail", fail, "recidive",
            [](B &b) { b.replace("fail2ban", "jail\tsshd", "jail\trecidive"); });
        row("maxretry 6", "fail2ban.limits", warn, "maxretry 6 > 5",
            [](B &b) { b.replace("fail2ban", "maxretry\t5", "maxretry\t6"); });
        row("maxretry 3", "fail2ban.limits", pass, "3 failures",
            [](B &b) { b.replace("fail2ban", "maxretry\t5", "maxretry\t3"); });
        row("bantime 600", "fail2ban.limits", warn, "bantime 600 s",
            [](B &b) { b.replace("fail2ban", "bantime\t3600", "bantime\t600"); });
        row("bantime for ever", "fail2ban.limits", pass, "ever",
            [](B &b) { b.replace("fail2ban", "bantime\t3600", "bantime\t-1"); });
        row("findtime 60", "fail2ban.limits", warn, "findtime 60 s",
            [](B &b) { b.replace("fail2ban", "findtime\t600", "findtime\t60"); });
        row("bantime no number", "fail2ban.limits", unknown, "3600",
            [](B &b) { b.replace("fail2ban", "bantime\t3600", "bantime\t1h"); });
        row("jails cut off", "fail2ban.sshd-jail", unknown, "not understood",
            [](B &b) { b.replace("fail2ban", "\ncomplete", ""); });
        row("one jail missing", "fail2ban.banned", unknown, "not understood",
            [](B &b) { b.replace("fail2ban", "jails\t1", "jails\t2"); });
        row("banned", "fail2ban.banned", pass, "sshd: 1", [](B &b) {
            b.replace("fail2ban", "banned-now\t0", "banned-now\t1")
                .replace("fail2ban", "complete", "banned\t198.51.100.7\ncomplete");
        });
        row("hostile address", "fail2ban.banned", pass, "\\x1b[2J",
            [](B &b) { b.replace("fail2ban", "complete", "banned\t\x1b[2J\ncomplete"); });
        const QByteArray status = "Status for the jail: sshd\n|- Filter\n|  |- Currently failed:\t0\n`- Actions\n   |- "
                                  "Currently banned:\t1\n   |- Total banned:\t1\n   `- Banned IP list:\t198.51.100.7";
        const Edit scoped = [status](B &b) { b.set("sudo", "scoped").remove("fail2ban").set("fail2ban-sshd", status); };
        row("scoped sudo: jail", "fail2ban.sshd-jail", pass, "sshd", scoped);
        row("scoped sudo: banned", "fail2ban.banned", pass, "198.51.100.7", scoped);
        row("scoped sudo: limits", "fail2ban.limits", unknown, "bantime = 3600", scoped);
        row("scoped sudo: no such jail", "fail2ban.sshd-jail", unknown, "exit status 255", [](B &b) {
            b.set("sudo", "scoped")
                .remove("fail2ban")
                .set("fail2ban-sshd", "Sorry but the jail 'sshd' does not exist", "255");
        });

        // Updates
        row("no unattended-upgrades", "updates.unattended", fail, "not installed",
            [](B &b) { b.set("tools", "apt-cache ufw fail2ban-client systemctl "); });
        row("no unattended-upgrades: origins", "updates.origins", none, "not installed",
            [](B &b) { b.set("tools", "apt-cache ufw fail2ban-client systemctl "); });
        row("upgrade 0", "updates.unattended", fail, "Unattended-Upgrade \"0\"", [](B &b) {
            b.replace("apt-config", "Periodic::Unattended-Upgrade \"1\"", "Periodic::Unattended-Upgrade \"0\"");
        });
        row("upgrade not set", "updates.unattended", fail, "is not set",
            [](B &b) { b.replace("apt-config", "APT::Periodic::Unattended-Upgrade \"1\";", ""); });
        row("lists 0", "updates.unattended", fail, "Update-Package-Lists",
            [](B &b) { b.replace("apt-config", "Lists \"1\"", "Lists \"0\""); });
        row("Enable 0", "updates.unattended", fail, "APT::Periodic::Enable \"0\"",
            [](B &b) { b.set("apt-config", b.text("apt-config") + "\nAPT::Periodic::Enable \"0\";"); });
        row("timer stopped", "updates.unattended", fail, "apt-daily-upgrade.timer: inactive", [](B &b) {
            b.replace("units", "Id=apt-daily-upgrade.timer\nLoadState=loaded\nActiveState=active",
                      "Id=apt-daily-upgrade.timer\nLoadState=loaded\nActiveState=inactive");
        });
        row("timer masked", "updates.unattended", fail, "apt-daily.timer", [](B &b) {
            b.replace("units", "Id=apt-daily.timer\nLoadState=loaded", "Id=apt-daily.timer\nLoadState=masked");
        });
        row("no systemd", "updates.unattended", unknown, "nothing tells", [](B &b) { b.set("units", "", "absent"); });
        row("Debian's own pattern", "updates.origins", pass, "covered", [](B &b) {
            b.set("apt-config",
                  b.text("apt-config")
                      + "\nUnattended-Upgrade::Origins-Pattern:: "
                        "\"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\";");
        });
        row("no origin at all", "updates.origins", fail, "never installed",
            [](B &b) { b.set("apt-config", "APT::Periodic::Unattended-Upgrade \"1\";"); });
        row("an origin nobody understands", "updates.origins", unknown, "colour=red",
            [](B &b) { b.set("apt-config", "Unattended-Upgrade::Origins-Pattern:: \"colour=red\";"); });
        row("no security archive", "updates.origins", unknown, "no security archive",
            [](B &b) { b.set("apt-archives", ""); });
        row("unknown distribution", "updates.origins", unknown, "not every origin",
            [](B &b) { b.replace("os-release", "ID=debian", "ID=acmeos"); });
        row("apt.conf broken", "updates.origins", unknown, "could not be read",
            [](B &b) { b.set("apt-config", "E: Syntax error /etc/apt/apt.conf:1", "100"); });
        row("lists 8 days old", "updates.security", unknown, "9 days old", [](B &b) { b.set("clock", "1795900000"); });
        row("lists 8 days old: pending", "updates.pending", unknown, "9 days old",
            [](B &b) { b.set("clock", "1795900000"); });
        row("lists old, but fetched", "updates.security", pass, "update-stamp",
            [](B &b) { b.set("clock", "1795900000").set("stamps", "1795890000 /var/lib/apt/periodic/update-stamp"); });
        row("no date", "updates.security", unknown, "age", [](B &b) { b.set("apt-dates", "", "absent"); });
        row("no clock", "updates.security", unknown, "age", [](B &b) { b.set("clock", "soon"); });
        row("apt silent on one", "updates.security", unknown, "210 of 211",
            [](B &b) { b.set("apt-pending", "checked 210"); });
        row("apt fails", "updates.security", unknown, "could not be opened",
            [](B &b) { b.set("apt-pending", "E: The package lists could not be opened.\nchecked 0", "100"); });
        row("no security archive: pending", "updates.security", unknown, "no security archive", [](B &b) {
            b.replace("apt-archives", "|Debian-Security|", "|Debian|")
                .replace("apt-archives", "bookworm-security", "bookworm-x")
                .replace("apt-archives", "oldstable-security", "oldstable-x");
        });
        row("nothing half installed", "updates.packages", pass, "211", [](B &) {});
        row("half installed", "updates.packages", fail, "iF lab-tool",
            [](B &b) { b.set("dpkg", "broken iF lab-tool\ninstalled 211"); });
        row("ran today", "updates.last-run", pass, "less than a day",
            [](B &b) { b.set("stamps", b.text("clock") + " /var/lib/apt/periodic/unattended-upgrades-stamp"); });
        row("ran 4 days ago", "updates.last-run", warn, "4 day", [](B &b) {
            b.set("clock", "1795900000").set("stamps", "1795500000 /var/lib/apt/periodic/unattended-upgrades-stamp");
        });
        row("ran 20 days ago", "updates.last-run", fail, "20 day",
            [](B &b) { b.set("clock", "1795900000").set("stamps", "1794100000 /var/lib/apt/periodic/upgrade-stamp"); });
        row("no stamps folder", "updates.last-run", unknown, "no trace", [](B &b) { b.set("stamps", "", "absent"); });
        row("reboots by itself", "updates.auto-reboot", warn, "Automatic-Reboot \"true\"",
            [](B &b) { b.replace("apt-config", "Automatic-Reboot \"false\"", "Automatic-Reboot \"true\""); });
        row("not set is off", "updates.auto-reboot", pass, "is not set",
            [](B &b) { b.replace("apt-config", "Unattended-Upgrade::Automatic-Reboot \"false\";", ""); });
        row("reboot required", "updates.reboot", warn, "linux-image-6.1.0-42-amd64", [](B &b) {
            b.set("stamps", b.text("clock") + " /var/run/reboot-required")
                .set("reboot-packages", "linux-image-6.1.0-42-amd64\nlinux-image-6.1.0-42-amd64");
        });
        row("reboot required for long", "updates.reboot", fail, "20 day",
            [](B &b) { b.set("clock", "1795900000").set("stamps", "1794100000 /var/run/reboot-required"); });
        row("no reboot hook", "updates.reboot", unknown, "nothing on this server would tell",
            [](B &b) { b.set("stamps", "1793624159 /var/lib/apt/periodic"); });

        // Other systems
        const Edit mac = [](B &b) {
            b.set("kernel", "Darwin 24.1.0 arm64")
                .set("os-release", "", "absent")
                .set("tools", "")
                .set("apt", "", "absent")
                .remove("ufw-status")
                .remove("fail2ban");
        };
        for (const char *id : { "firewall.active", "firewall.rules", "fail2ban.active", "fail2ban.banned",
                                "updates.security", "updates.reboot" })
            row(QByteArray("macOS: " + QByteArray(id)).constData(), id, none, "Darwin", mac);
        const Edit rpm = [](B &b) {
            b.set("tools", "systemctl ").set("apt", "", "absent").remove("ufw-status").remove("fail2ban");
        };
        row("no apt", "updates.security", unknown, "no apt", rpm);
        row("no apt: auto reboot", "updates.auto-reboot", unknown, "no apt", rpm);
    }
    void oneChange()
    {
        QFETCH(QString, id);
        QFETCH(Edit, edit);
        QFETCH(Verdict, verdict);
        QFETCH(QString, inSummaryOrEvidence);
        ReportBuilder builder = ReportBuilder::recorded("documented");
        edit(builder);
        const CheckResult result = tst_Checks::result(builder, id);
        const QString all = result.summary + u'\n' + result.evidence.join(u'\n');
        QVERIFY2(result.verdict == verdict, qPrintable(verdictName(result.verdict) + u": "_qs + all));
        QVERIFY2(all.contains(inSummaryOrEvidence), qPrintable(all));
    }

    void pendingPackages()
    {
        const CheckResult security = result(ReportBuilder::recorded("updates-pending"), u"updates.security"_qs);
        QCOMPARE(security.evidence.filter(u"apt-cache policy: lab-"_qs),
                 (QStringList {
                     u"apt-cache policy: lab-image 6.1.1-1 → 6.1.2-1 (file:/srv/lab-security ./ Packages)"_qs,
                     u"apt-cache policy: lab-library 1.0-1 → 1.0-1+deb12u1 (file:/srv/lab-security ./ Packages)"_qs }));
        const CheckResult other = result(ReportBuilder::recorded("updates-pending"), u"updates.pending"_qs);
        QCOMPARE(other.evidence.filter(u"apt-cache policy: lab-"_qs).size(), 1);
    }

    void anyNewerSecurityVersionCounts()
    {
        // The candidate comes from the ordinary archive, but the security fix below it is not installed either.
        ReportBuilder builder = ReportBuilder::recorded("updates-pending");
        builder.replace("apt-pending", "     2.0-1+deb12u1 500\n        500 file:/srv/lab-updates ./ Packages\n",
                        "     2.0-1+deb12u1 500\n        500 file:/srv/lab-updates ./ Packages\n     2.0-1+sec 500\n   "
                        "     500 file:/srv/lab-security ./ Packages\n");
        QVERIFY(result(builder, u"updates.security"_qs).evidence.join(u'\n').contains(u"lab-tool"));
        QCOMPARE(result(builder, u"updates.pending"_qs).verdict, Verdict::Pass);
    }

    void heldAndPhasedPackagesWait()
    {
        ReportBuilder held = ReportBuilder::recorded("updates-pending");
        held.set("dpkg", "hold lab-tool\ninstalled 214");
        QCOMPARE(result(held, u"updates.pending"_qs).verdict, Verdict::Pass);
        QVERIFY(result(held, u"updates.pending"_qs).summary.contains(u"1 held"));
        ReportBuilder phased = ReportBuilder::recorded("updates-pending");
        phased.replace("apt-pending", "     2.0-1+deb12u1 500\n", "     2.0-1+deb12u1 500 (phased 20%)\n");
        QCOMPARE(result(phased, u"updates.pending"_qs).verdict, Verdict::Pass);
        // A held security update leaves its hole open all the same.
        ReportBuilder heldSecurity = ReportBuilder::recorded("updates-pending");
        heldSecurity.set("dpkg", "hold lab-image\nhold lab-library\ninstalled 214");
        QCOMPARE(result(heldSecurity, u"updates.security"_qs).verdict, Verdict::Fail);
    }

    void pinnedDowngradesAndForbiddenCandidatesAreNotPending()
    {
        ReportBuilder builder = ReportBuilder::recorded("updates-pending");
        builder.set(
            "apt-pending",
            "lab-image:\n  Installed: 6.1.2-1\n  Candidate: 6.1.1-1\n  Version table:\n *** 6.1.2-1 100\n"
            "        100 /var/lib/dpkg/status\n     6.1.1-1 1001\n       1001 file:/srv/lab-security ./ Packages\n"
            "lab-tool:\n  Installed: 2.0-1\n  Candidate: (none)\n  Version table:\n *** 2.0-1 -1\n        100 "
            "/var/lib/dpkg/status\nchecked 214");
        QCOMPARE(result(builder, u"updates.security"_qs).verdict, Verdict::Pass);
        QCOMPARE(result(builder, u"updates.pending"_qs).verdict, Verdict::Pass);
    }

    void remediesNameTheUser()
    {
        const CheckResult active = result(ReportBuilder::recorded("no-sudo"), u"firewall.active"_qs);
        QVERIFY(active.remedy.contains(u"ops ALL=(root) NOPASSWD: /usr/sbin/ufw status verbose"));
    }

    void refusesAReportWithoutItsBasics()
    {
        for (const char *name : { "kernel", "user", "tools", "sudo" }) {
            ReportBuilder builder = ReportBuilder::recorded("documented");
            builder.remove(name);
            const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
            QVERIFY(!outcome);
            QCOMPARE(outcome.error().code, ErrorCode::BadServerData);
        }
    }

private:
    QString m_last;
};

QTEST_GUILESS_MAIN(tst_Checks)
#include "tst_Checks.moc"
