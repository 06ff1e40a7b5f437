// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/Judge.h"
#include "models/posture/SudoRules.h"

#include <QTest>

#include <functional>

using namespace Helmclaw;

using Edit = std::function<void(ReportBuilder &)>;
Q_DECLARE_METATYPE(Edit)

/// What a real server (tests/lab, set up as openclaw-ansible does) said of its accounts, changed in one place.
class tst_AccountChecks : public QObject
{
    Q_OBJECT

    static CheckResult result(const ReportBuilder &builder, const QString &id)
    {
        const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
        if (!outcome)
            qFatal("%s", qPrintable(outcome.error().toString()));
        for (const CheckResult &result : outcome->results) {
            if (result.checkId == id)
                return result;
        }
        return {};
    }

private Q_SLOTS:
    void oneChange_data()
    {
        QTest::addColumn<QByteArray>("fixture");
        QTest::addColumn<QString>("id");
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<QString>("text");
        const auto on = [](const char *fixture) {
            return [fixture](const char *name, const char *id, Verdict verdict, const char *text, Edit edit) {
                QTest::newRow(name) << QByteArray(fixture) << QStringLiteral("accounts.") + QLatin1StringView(id)
                                    << std::move(edit) << verdict << QString::fromUtf8(text);
            };
        };
        const auto row = on("documented");
        const auto rootless = on("no-sudo");
        using B = ReportBuilder;
        const Verdict pass = Verdict::Pass, warn = Verdict::Warn, fail = Verdict::Fail, unknown = Verdict::Unknown,
                      none = Verdict::NotApplicable;
        const auto change = [](const QByteArray &before, const QByteArray &after) {
            return [=](B &b) { b.replace("accounts", before, after); };
        };
        /// One more command for the service user.
        const auto may = [&](const QByteArray &rule) {
            return change("says\t    (ALL) NOPASSWD: /usr/bin/systemctl daemon-reload\n",
                          "says\t    (ALL) NOPASSWD: /usr/bin/systemctl daemon-reload\nsays\t    " + rule + '\n');
        };
        const auto line = [&](const QByteArray &text) { return change("\ncomplete", '\n' + text + "\ncomplete"); };

        row("documented", "sudo-scope", pass, "-u ssh", [](B &) {});
        row("everything", "sudo-scope", fail, "anything: ALL", may("(ALL : ALL) NOPASSWD: ALL"));
        row("a shell", "sudo-scope", fail, "/bin/bash", may("(root) /bin/bash"));
        row("any unit", "sudo-scope", fail, "systemctl restart *", may("(root) /usr/bin/systemctl restart *"));
        row("programs of a folder", "sudo-scope", fail, "/opt/*", may("(root) NOPASSWD: /opt/*"));
        row("an editor among others", "sudo-scope", fail, "/usr/bin/vim",
            may("(root) NOPASSWD: /usr/bin/uptime, SETENV: /usr/bin/vim"));
        row("wider", "sudo-scope", warn, "wider than documented: /usr/bin/journalctl -u ssh",
            may("(ALL) NOPASSWD: /usr/bin/journalctl -u ssh"));
        row("Helmclaw's own", "sudo-scope", pass, "fail2ban-client",
            may("(root) NOPASSWD: /usr/sbin/ufw status verbose, /usr/bin/fail2ban-client status sshd"));
        row("sudo says something else", "sudo-scope", unknown, "did not answer as expected",
            change("says\tUser openclaw may run the following commands on lab1:", "says\tsays nothing of use"));
        row("a line that is no rule", "sudo-scope", unknown, "", may("Runas and Command-specific defaults"));
        row("nothing", "sudo-scope", pass, "nothing", [](B &b) {
            QByteArray text = b.text("accounts");
            const qsizetype from = text.indexOf("sudo\topenclaw");
            text.replace(from, text.indexOf("sudo\tops") - from,
                         "sudo\topenclaw\t1\nsays\tUser openclaw is not allowed to run sudo on lab1.\n");
            b.set("accounts", text);
        });
        row("a stranger", "sudo-scope", warn, "/etc/sudoers.d/x:eve ALL",
            line("file\t/etc/sudoers.d/x:eve ALL=(ALL) NOPASSWD: ALL"));
        row("a group of strangers", "sudo-scope", warn, "%friends",
            line("file\t/etc/sudoers.d/x:%friends ALL = (ALL : ALL) ALL"));
        row("everybody", "sudo-scope", fail, "everybody", line("file\t/etc/sudoers:ALL ALL=(ALL) NOPASSWD: ALL"));
        row("no service user", "sudo-scope", none, "no service user", change("service\topenclaw\t999\n", ""));
        row("no sudo", "sudo-scope", none, "nobody", [](B &b) {
            QByteArray text = b.text("accounts");
            b.set("accounts", text.left(text.indexOf("sudo\topenclaw")) + "nosudo\ncomplete");
        });

        row("in docker", "root-equivalent-groups", warn, "openclaw in docker", [](B &) {});
        row("nobody", "root-equivalent-groups", pass, "nobody", change("group\tdocker\topenclaw", "group\tdocker\t"));
        row("by the primary group", "root-equivalent-groups", warn, "eve in lxd",
            line("group\tlxd\t\nprimary\tlxd\teve"));
        row("no groups", "root-equivalent-groups", unknown, "could not be read",
            change("count\t/etc/group\t45", "unreadable\t/etc/group"));

        row("root alone", "uid-zero", pass, "root alone", [](B &) {});
        row("two roots", "uid-zero", fail, "toor", change("uid0\troot\n", "uid0\troot\nuid0\ttoor\n"));
        row("no root", "uid-zero", unknown, "", change("uid0\troot\n", ""));
        row("no passwd", "uid-zero", unknown, "", change("count\t/etc/passwd\t23", "unreadable\t/etc/passwd"));

        row("no empty password", "empty-passwords", pass, "none", [](B &) {});
        row("an empty one", "empty-passwords", fail, "without a password: eve", line("empty\t/etc/shadow\teve"));
        row("no shadow", "empty-passwords", unknown, "", change("count\t/etc/shadow\t23", "unreadable\t/etc/shadow"));

        row("no keys", "authorized-keys", pass, "none weak", [](B &) {});
        const QByteArray file = "keyfile\t/root/.ssh/authorized_keys\n";
        const QByteArray key = "key\t/root/.ssh/authorized_keys\t";
        row("strong keys", "authorized-keys", pass, "ssh-ed25519, ssh-rsa 4096",
            line(file + key + "ssh-ed25519\t0\n" + key + "ssh-rsa\t4096"));
        row("an old key", "authorized-keys", warn, "ssh-rsa 2048", line(file + key + "ssh-rsa\t2048"));
        row("a short key", "authorized-keys", fail, "ssh-rsa 1024", line(file + key + "ssh-rsa\t1024"));
        row("DSA", "authorized-keys", fail, "ssh-dss", line(file + key + "ssh-dss\t0"));
        row("a line that is no key", "authorized-keys", unknown, "no key",
            line(file + "oddkey\t/root/.ssh/authorized_keys"));
        row("a link", "authorized-keys", unknown, "no plain file", line("nofile\t/root/.ssh/authorized_keys"));
        row("keys elsewhere", "authorized-keys", unknown, "/etc/keys/%u", [](B &b) {
            b.replace("sshd", "authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2",
                      "authorizedkeysfile /etc/keys/%u");
        });

        for (const char *id :
             { "sudo-scope", "root-equivalent-groups", "uid-zero", "empty-passwords", "authorized-keys" }) {
            row(qPrintable(u"cut: "_qs + QLatin1StringView(id)), id, unknown, "",
                [](B &b) { b.set("accounts", b.text("accounts").chopped(9)); });
            row(qPrintable(u"a line too many: "_qs + QLatin1StringView(id)), id, unknown, "",
                line("awk: cannot open \"/etc/passwd\""));
            row(qPrintable(u"after the end: "_qs + QLatin1StringView(id)), id, unknown, "",
                [](B &b) { b.set("accounts", b.text("accounts") + "\nuid0\troot"); });
            row(qPrintable(u"macOS: "_qs + QLatin1StringView(id)), id, none, "",
                [](B &b) { b.set("kernel", "Darwin 23.1.0 arm64"); });
        }

        rootless("sudo, without root", "sudo-scope", unknown, "not readable", [](B &) {});
        rootless("everything, without root", "sudo-scope", fail, "ALL",
                 change("sudo\tops\t1\nsays\tsudo: a password is required",
                        "sudo\topenclaw\t0\nsays\tUser openclaw may run the following commands on lab5:\nsays\t    "
                        "(ALL) NOPASSWD: ALL"));
        rootless("groups, without root", "root-equivalent-groups", warn, "openclaw is in docker", [](B &) {});
        rootless("user IDs, without root", "uid-zero", pass, "root alone", [](B &) {});
        rootless("passwords, without root", "empty-passwords", unknown, "not readable without sudo", [](B &) {});
        rootless("an open account, without root", "empty-passwords", fail, "/etc/passwd: eve",
                 line("empty\t/etc/passwd\teve"));
        rootless("keys, without root", "authorized-keys", unknown, "not readable without sudo", [](B &) {});
    }
    void oneChange()
    {
        QFETCH(QByteArray, fixture);
        QFETCH(QString, id);
        QFETCH(Edit, edit);
        QFETCH(Verdict, verdict);
        QFETCH(QString, text);
        ReportBuilder builder = ReportBuilder::recorded(fixture);
        edit(builder);
        const CheckResult is = result(builder, id);
        const QString all = is.summary + u'\n' + is.evidence.join(u'\n');
        QVERIFY2(is.verdict == verdict, qPrintable(verdictName(is.verdict) + u": "_qs + all));
        QVERIFY2(all.contains(text), qPrintable(all));
        QVERIFY2(!is.evidence.isEmpty(), qPrintable(all));
        QCOMPARE(is.remedy.isEmpty(), verdict == Verdict::Pass || verdict == Verdict::NotApplicable);
    }

    void sudoCommands()
    {
        const SudoListing listing = SudoListing::parse(
            u"x"_qs,
            { u"User x may run the following commands on h:"_qs,
              u"    (root : adm) SETENV: NOPASSWD: /bin/a \\, \"b\", PASSWD: /bin/c *"_qs, u"    (db) NOEXEC: ALL"_qs },
            0);
        QVERIFY(listing.understood);
        QCOMPARE(listing.commands.size(), 3);
        QCOMPARE(listing.commands.at(0).text(), u"(root : adm) NOPASSWD: /bin/a , b"_qs);
        QCOMPARE(listing.commands.at(1).text(), u"(root : adm) /bin/c *"_qs);
        QVERIFY(listing.commands.at(2).isAsGoodAsRoot());
        QVERIFY(!SudoListing::parse(u"x"_qs, { u"User x may run the following commands on h:"_qs }, 0).understood);
        QVERIFY(!SudoListing::parse(u"x"_qs, {}, 0).understood);
        QVERIFY(!SudoListing::parse(u"x"_qs, { u"sudo: a password is required"_qs }, 1).understood);
    }
};

QTEST_GUILESS_MAIN(tst_AccountChecks)
#include "tst_AccountChecks.moc"
