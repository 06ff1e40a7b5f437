// SPDX-License-Identifier: MIT
// The five variants of the lab's real servers, probed over SSH; what is changed on a server, the next refresh shows.
// Needs HELMCLAW_LAB, the lab's command (tests/run brings the lab up and sets it); without it: skipped, exit code 77.
#include "LabFleet.h"
#include "models/posture/PostureJson.h"
#include "models/posture/ProbeScript.h"

#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTest>

using namespace Helmclaw;

class tst_LabPosture : public QObject
{
    Q_OBJECT

    using Ran = LabFleet::Ran;
    LabFleet m_fleet;

    ServerPosture refreshed(const QString &server) { return m_fleet.refreshed(server); }
    static bool succeeds(const QString &server, const QStringList &argv) { return LabFleet::succeeds(server, argv); }
    /// The letters of an area.
    static QString letters(const ServerPosture &posture, const QString &area)
    {
        const QString all = LabFleet::letters(posture);
        const QString mark = area + u':';
        const qsizetype start = all.indexOf(mark);
        return start < 0 ? all : all.mid(start + mark.size()).section(u' ', 0, 0);
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_fleet.open()); }

    void everyVariantsTrueState_data()
    {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("area");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *server, const char *area, const char *expected) {
            QTest::addRow("%s %s", server, area)
                << QString::fromLatin1(server) << QString::fromLatin1(area) << QString::fromLatin1(expected);
        };
        // lab1 documented, lab2 ufw inactive, lab3 fail2ban stopped, lab4 updates pending, lab5 no sudo.
        row("lab1", "firewall", "PPPPP");
        row("lab2", "firewall", "FF---");
        row("lab3", "firewall", "PPPPP");
        row("lab4", "firewall", "PPPPP");
        row("lab5", "firewall", "?????");
        row("lab1", "fail2ban", "PPPP");
        row("lab2", "fail2ban", "PPPP");
        row("lab3", "fail2ban", "FF--");
        row("lab4", "fail2ban", "PPPP");
        row("lab5", "fail2ban", "P???");
        // openclaw-ansible's origins match nothing on Debian: "origins" fails on every one of them.
        row("lab1", "updates", "PFPPP.PP");
        row("lab2", "updates", "PFPPP.PP");
        row("lab3", "updates", "PFPPP.PP");
        row("lab4", "updates", "PFFWP.PW");
        row("lab5", "updates", "PFPPP.PP");
        // Debian's sshd as it is installed: passwords, keys for root, X11, and SHA-1 in its MACs.
        row("lab1", "sshd", "FWPPWPW");
        row("lab5", "sshd", "??????W");
        // Two servers have a gateway; openclaw-ansible leaves its folder open to read, and sets no rate limit.
        row("lab1", "openclaw", "PPPPWPW?-?");
        row("lab2", "openclaw", "PPPPWPW?-?");
        row("lab3", "openclaw", "----------");
        row("lab4", "openclaw", "----------");
        row("lab5", "openclaw", "----------");
        // openclaw-ansible puts the service user into docker.
        row("lab1", "accounts", "PWPPP");
        row("lab5", "accounts", "?WP??");
        // Gateways, where there are any, are on lab1 and lab2.
        row("lab3", "service", "-----");
        row("lab5", "service", "?????");
        row("lab1", "network", "PPP-");
        row("lab2", "network", "PPF-");
        row("lab3", "network", "PPP-");
        row("lab4", "network", "PPP-");
        row("lab5", "network", "?P?-");
    }
    void everyVariantsTrueState()
    {
        QFETCH(QString, server);
        QFETCH(QString, area);
        QFETCH(QString, expected);
        // One probe a server is enough for all areas.
        const ServerPosture posture =
            m_fleet.posture(server).results.isEmpty() ? refreshed(server) : m_fleet.posture(server);
        QString actual = letters(posture, area);
        if (area == u"updates") {
            // Package lists age with the lab's cache; then "unknown" is the truth, and says why.
            for (const char *id : { "updates.security", "updates.pending" }) {
                const CheckResult *result = posture.find(QLatin1StringView(id));
                QVERIFY(result);
                if (result->verdict == Verdict::Unknown) {
                    QVERIFY2(result->summary.contains(u"days old"_qs), qPrintable(result->summary));
                    expected[QLatin1StringView(id).endsWith(u"security"_qs) ? 2 : 3] = u'?';
                }
            }
            // Whether the daily timer has run since the lab was built depends on the hour.
            const CheckResult *lastRun = posture.find(u"updates.last-run"_qs);
            QVERIFY(lastRun && (lastRun->verdict == Verdict::Warn || lastRun->verdict == Verdict::Pass));
            actual[expected.indexOf(u'.')] = u'.';
        }
        QCOMPARE(actual, expected);
        QCOMPARE(posture.withSudo, server != u"lab5");
        for (const CheckResult &result : posture.results)
            QVERIFY2(!result.evidence.isEmpty(), qPrintable(result.checkId));
    }

    void pendingUpdatesAndWhoWantsTheReboot()
    {
        const ServerPosture posture = refreshed(u"lab4"_qs);
        const CheckResult *security = posture.find(u"updates.security"_qs);
        QVERIFY(security);
        QCOMPARE(security->evidence.filter(QRegularExpression(u"^apt-cache policy: lab-"_qs)).size(), 2);
        QVERIFY(security->evidence.join(u'\n').contains(u"lab-image 6.1.1-1 → 6.1.2-1"));
        const CheckResult *reboot = posture.find(u"updates.reboot"_qs);
        QVERIFY(reboot);
        QVERIFY2(reboot->evidence.join(u'\n').contains(u"/var/run/reboot-required.pkgs: "),
                 qPrintable(reboot->evidence.join(u'\n')));
    }

    void theFirewallSwitchedOffIsSeen()
    {
        QCOMPARE(refreshed(u"lab1"_qs).find(u"firewall.active"_qs)->verdict, Verdict::Pass);
        QVERIFY(succeeds(u"lab1"_qs, { u"ufw"_qs, u"disable"_qs }));
        const ServerPosture off = refreshed(u"lab1"_qs);
        QCOMPARE(off.find(u"firewall.active"_qs)->verdict, Verdict::Fail);
        QCOMPARE(off.find(u"firewall.active"_qs)->evidence.first(), u"ufw status verbose: Status: inactive"_qs);
        QCOMPARE(off.find(u"firewall.active"_qs)->since, off.probedAt);
        QCOMPARE(off.find(u"firewall.default-incoming"_qs)->verdict, Verdict::Fail);
        QVERIFY(succeeds(u"lab1"_qs, { u"ufw"_qs, u"--force"_qs, u"enable"_qs }));
        QVERIFY(succeeds(u"lab1"_qs, { u"ufw"_qs, u"allow"_qs, u"8080/tcp"_qs }));
        const ServerPosture wide = refreshed(u"lab1"_qs);
        QVERIFY(succeeds(u"lab1"_qs, { u"ufw"_qs, u"delete"_qs, u"allow"_qs, u"8080/tcp"_qs }));
        QCOMPARE(wide.find(u"firewall.active"_qs)->verdict, Verdict::Pass);
        QCOMPARE(wide.find(u"firewall.rules"_qs)->verdict, Verdict::Warn);
        QVERIFY(wide.find(u"firewall.rules"_qs)->evidence.first().contains(u"8080/tcp"));
        QCOMPARE(refreshed(u"lab1"_qs).find(u"firewall.rules"_qs)->verdict, Verdict::Pass);
    }

    void aRealBanIsSeen()
    {
        // Another address of this machine than the one the pool comes from tries to get in, as nobody the server knows.
        const QRegularExpression hostName(u"HostName ([0-9.]+)"_qs);
        QFile config(m_fleet.sshConfig());
        QVERIFY(config.open(QIODevice::ReadOnly));
        const QString address = hostName.match(QString::fromUtf8(config.readAll())).captured(1);
        QVERIFY(!address.isEmpty());
        const QString prefix = address.section(u'.', 0, 1);
        const QString attacker = prefix + u".250.9"_qs;
        const QString bridge = u"hclab"_qs + prefix.section(u'.', 1);
        QCOMPARE(LabFleet::run(u"ip"_qs, { u"addr"_qs, u"add"_qs, attacker + u"/32"_qs, u"dev"_qs, bridge }).status, 0);
        const auto takeAway = qScopeGuard([&] {
            LabFleet::run(u"ip"_qs, { u"addr"_qs, u"del"_qs, attacker + u"/32"_qs, u"dev"_qs, bridge });
        });
        QVERIFY(!refreshed(u"lab1"_qs).find(u"fail2ban.banned"_qs)->evidence.join(u'\n').contains(attacker));
        // Once banned, an attempt hangs: the firewall drops or rejects, whatever ssh's own deadlines say.
        for (int attempt = 0; attempt < 6; ++attempt) {
            LabFleet::run(u"timeout"_qs,
                          { u"5"_qs,
                            u"ssh"_qs,
                            u"-F"_qs,
                            u"/dev/null"_qs,
                            u"-b"_qs,
                            attacker,
                            u"-o"_qs,
                            u"BatchMode=yes"_qs,
                            u"-o"_qs,
                            u"ConnectTimeout=3"_qs,
                            u"-o"_qs,
                            u"StrictHostKeyChecking=no"_qs,
                            u"-o"_qs,
                            u"UserKnownHostsFile=/dev/null"_qs,
                            u"-o"_qs,
                            u"IdentityAgent=none"_qs,
                            u"-o"_qs,
                            u"IdentityFile=none"_qs,
                            u"nobody-here@%1"_qs.arg(address),
                            u"true"_qs });
        }
        QTRY_VERIFY_WITH_TIMEOUT(
            refreshed(u"lab1"_qs).find(u"fail2ban.banned"_qs)->evidence.contains(u"sshd: %1"_qs.arg(attacker)), 30000);
        const CheckResult banned = *m_fleet.posture(u"lab1"_qs).find(u"fail2ban.banned"_qs);
        QCOMPARE(banned.verdict, Verdict::Pass);
        QVERIFY2(banned.summary.contains(u"sshd: 1"), qPrintable(banned.summary));
        QVERIFY(succeeds(u"lab1"_qs, { u"fail2ban-client"_qs, u"set"_qs, u"sshd"_qs, u"unbanip"_qs, attacker }));
        QVERIFY(!refreshed(u"lab1"_qs).find(u"fail2ban.banned"_qs)->evidence.join(u'\n').contains(attacker));
    }

    void fail2banStoppedIsSeen()
    {
        QVERIFY(succeeds(u"lab1"_qs, { u"systemctl"_qs, u"stop"_qs, u"fail2ban"_qs }));
        const ServerPosture stopped = refreshed(u"lab1"_qs);
        QVERIFY(succeeds(u"lab1"_qs, { u"systemctl"_qs, u"start"_qs, u"fail2ban"_qs }));
        QCOMPARE(stopped.find(u"fail2ban.active"_qs)->verdict, Verdict::Fail);
        QCOMPARE(stopped.find(u"fail2ban.sshd-jail"_qs)->verdict, Verdict::Fail);
        QCOMPARE(stopped.find(u"fail2ban.banned"_qs)->verdict, Verdict::NotApplicable);
        QTRY_COMPARE_WITH_TIMEOUT(refreshed(u"lab1"_qs).find(u"fail2ban.sshd-jail"_qs)->verdict, Verdict::Pass, 30000);
    }

    void looseLimitsAreSeen()
    {
        QVERIFY(succeeds(u"lab1"_qs, { u"fail2ban-client"_qs, u"set"_qs, u"sshd"_qs, u"maxretry"_qs, u"50"_qs }));
        const ServerPosture loose = refreshed(u"lab1"_qs);
        QVERIFY(succeeds(u"lab1"_qs, { u"fail2ban-client"_qs, u"set"_qs, u"sshd"_qs, u"maxretry"_qs, u"5"_qs }));
        QCOMPARE(loose.find(u"fail2ban.limits"_qs)->verdict, Verdict::Warn);
        QVERIFY(loose.find(u"fail2ban.limits"_qs)->evidence.contains(u"fail2ban-client get sshd maxretry: 50"_qs));
    }

    /// The gateway's configuration is read, but its token is in nothing that is kept or shown.
    void theGatewaysTokenIsNowhere()
    {
        for (const QString &server : { u"lab1"_qs, u"lab2"_qs }) {
            const LabFleet::Ran config =
                LabFleet::onServer(server, { u"cat"_qs, u"/home/openclaw/.openclaw/openclaw.json"_qs });
            const QByteArray token =
                QJsonDocument::fromJson(config.output)[u"gateway"][u"auth"][u"token"].toString().toUtf8();
            QVERIFY(token.size() >= 16);
            const ServerPosture posture = refreshed(server);
            QCOMPARE(posture.find(u"openclaw.auth"_qs)->verdict, Verdict::Pass);
            const QByteArray all = QJsonDocument(postureToJson(posture)).toJson();
            QVERIFY(all.contains("gateway.auth.token: set"));
            QVERIFY(!all.contains(token)); // never print it
            // Nor does the probe itself tell it.
            for (const QString &user : { u"root"_qs, u"ops"_qs, u"openclaw"_qs }) {
                const LabFleet::Ran probe =
                    LabFleet::onServer(server,
                                       { u"setpriv"_qs, u"--reuid=%1"_qs.arg(user), u"--clear-groups"_qs,
                                         u"--regid=%1"_qs.arg(user), u"sh"_qs, u"-s"_qs, u"--"_qs, u"00ff"_qs },
                                       probeScript());
                QVERIFY(probe.output.endsWith("\n") && probe.output.contains("begin openclaw"));
                QVERIFY(!probe.output.contains(token) && !probe.errors.contains(token));
            }
        }
    }

    /// The two lines that the remedies name are enough for what they promise.
    void scopedSudoIsEnoughForWhatItNames()
    {
        const QByteArray rule =
            "ops ALL=(root) NOPASSWD: /usr/sbin/ufw status verbose, /usr/bin/fail2ban-client status sshd\n";
        QCOMPARE(
            LabFleet::onServer(u"lab5"_qs, { u"sh"_qs, u"-c"_qs, u"cat >/etc/sudoers.d/helmclaw"_qs }, rule).status, 0);
        const ServerPosture posture = refreshed(u"lab5"_qs);
        QVERIFY(succeeds(u"lab5"_qs, { u"rm"_qs, u"/etc/sudoers.d/helmclaw"_qs }));
        QCOMPARE(letters(posture, u"firewall"_qs), u"PPPPP"_qs);
        QCOMPARE(letters(posture, u"fail2ban"_qs), u"PP?P"_qs);
        QCOMPARE(letters(refreshed(u"lab5"_qs), u"firewall"_qs), u"?????"_qs);
    }

    /// The probe reads only, and a user who may not use sudo leaves no trace of a refused attempt.
    void theProbeLeavesNoTrace()
    {
        QVERIFY(succeeds(u"lab5"_qs, { u"sh"_qs, u"-c"_qs, u"touch /run/before && sleep 1.1"_qs }));
        QVERIFY(!refreshed(u"lab5"_qs).results.isEmpty());
        const Ran sudo = LabFleet::onServer(u"lab5"_qs, { u"journalctl"_qs, u"-q"_qs, u"-t"_qs, u"sudo"_qs });
        QCOMPARE(sudo.status, 0);
        QVERIFY2(!sudo.output.contains("incorrect password") && !sudo.output.contains("NOT in sudoers")
                     && !sudo.output.contains("a password is required"),
                 sudo.output.constData());
        for (const QString &server : { u"lab1"_qs, u"lab5"_qs }) {
            QVERIFY(succeeds(server, { u"sh"_qs, u"-c"_qs, u"touch /run/before && sleep 1.1"_qs }));
            QVERIFY(!refreshed(server).results.isEmpty());
            // Log-ins and fail2ban's own database write while we look; configuration, packages and homes must not
            // change.
            const Ran changed = LabFleet::onServer(
                server,
                { u"find"_qs, u"/etc"_qs, u"/home"_qs, u"/root"_qs, u"/usr"_qs, u"/var/cache"_qs, u"/var/lib/apt"_qs,
                  u"/var/lib/dpkg"_qs, u"/tmp"_qs, u"/var/tmp"_qs, u"-xdev"_qs, u"-newer"_qs, u"/run/before"_qs });
            QCOMPARE(changed.output, QByteArray());
        }
    }
};

int main(int argc, char *argv[])
{
    if (!qEnvironmentVariableIsSet("HELMCLAW_LAB")) {
        qInfo("SKIP: no lab (HELMCLAW_LAB is not set); tests/run starts one where it can");
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_LabPosture test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_LabPosture.moc"
