// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/Judge.h"
#include "models/posture/SshdAlgorithms.h"

#include <QTest>

#include <functional>

using namespace Helmclaw;

using Edit = std::function<void(ReportBuilder &)>;
Q_DECLARE_METATYPE(Edit)

/// What a real server's `sshd -T` and files said (recorded in tests/lab), changed in one place.
class tst_SshdChecks : public QObject
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
        const auto row = [](const char *name, const char *id, Verdict verdict, const char *text, Edit edit) {
            QTest::newRow(name) << QByteArray("documented") << QStringLiteral("sshd.") + QLatin1StringView(id)
                                << std::move(edit) << verdict << QString::fromUtf8(text);
        };
        const auto rootless = [](const char *name, const char *id, Verdict verdict, const char *text, Edit edit) {
            QTest::newRow(name) << QByteArray("no-sudo") << QStringLiteral("sshd.") + QLatin1StringView(id)
                                << std::move(edit) << verdict << QString::fromUtf8(text);
        };
        using B = ReportBuilder;
        const Verdict pass = Verdict::Pass, warn = Verdict::Warn, fail = Verdict::Fail, unknown = Verdict::Unknown,
                      none = Verdict::NotApplicable;
        const auto set = [](const QByteArray &before, const QByteArray &after) {
            return [=](B &b) { b.replace("sshd", "effective\t" + before + '\n', "effective\t" + after + '\n'); };
        };
        const auto config = [](const QByteArray &line) {
            return [=](B &b) { b.replace("sshd", "config\t/etc/ssh/sshd_config\t\tUsePAM yes\n", line + '\n'); };
        };
        const auto noPasswords = set("passwordauthentication yes", "passwordauthentication no");
        const auto noRoot = set("permitrootlogin without-password", "permitrootlogin no");

        row("Debian's own", "password-login", fail, "a password is enough", [](B &) {});
        row("keys only", "password-login", pass, "off: keys only", noPasswords);
        row("PAM asks", "password-login", fail, "usepam yes", [=](B &b) {
            noPasswords(b);
            set("kbdinteractiveauthentication no", "kbdinteractiveauthentication yes")(b);
        });
        row("PAM asks, by its older name", "password-login", fail, "keyboard-interactive", [=](B &b) {
            noPasswords(b);
            set("kbdinteractiveauthentication no", "challengeresponseauthentication yes")(b);
        });
        row("key and password", "password-login", pass, "only together with a key",
            set("authenticationmethods any",
                "authenticationmethods publickey,password publickey,keyboard-interactive"));
        row("one way without a key", "password-login", fail, "a password is enough",
            set("authenticationmethods any", "authenticationmethods publickey,password password"));
        row("passwords for some", "password-login", warn, "not for everybody: Match User backup", [=](B &b) {
            noPasswords(b);
            config("config\t/etc/ssh/sshd_config.d/x.conf\tMatch User backup\tPasswordAuthentication=\"yes\"")(b);
        });
        row("Match that is stricter", "password-login", pass, "keys only", [=](B &b) {
            noPasswords(b);
            config("config\t/etc/ssh/sshd_config\tMatch User backup\tPasswordAuthentication no")(b);
        });
        row("a file that not even root could read", "password-login", unknown, "/etc/ssh/sshd_config.d/x.conf",
            [=](B &b) {
                noPasswords(b);
                config("unreadable\t/etc/ssh/sshd_config.d/x.conf")(b);
            });
        row("includes within includes", "password-login", unknown, "exceptions", [=](B &b) {
            noPasswords(b);
            config("config\t/etc/ssh/sshd_config.d/x.conf\t\tInclude /srv/more")(b);
        });

        row("root with a key", "root-login", warn, "with a key", [](B &) {});
        row("root", "root-login", fail, "with a password too",
            set("permitrootlogin without-password", "permitrootlogin yes"));
        row("no root", "root-login", pass, "permitrootlogin no", noRoot);
        row("root for some", "root-login", warn, "Match Address 10.0.0.0/8", [=](B &b) {
            noRoot(b);
            config("config\t/etc/ssh/sshd_config\tMatch Address 10.0.0.0/8\tPermitRootLogin prohibit-password")(b);
        });
        row("root: a word that sshd has not", "root-login", unknown, "",
            set("permitrootlogin without-password", "permitrootlogin maybe"));
        row("tries", "max-auth-tries", pass, "6 tries", [](B &) {});
        row("many tries", "max-auth-tries", warn, "20 tries", set("maxauthtries 6", "maxauthtries 20"));
        row("tries: no number", "max-auth-tries", unknown, "", set("maxauthtries 6", "maxauthtries few"));
        row("empty passwords", "empty-passwords", fail, "permitemptypasswords yes",
            set("permitemptypasswords no", "permitemptypasswords yes"));
        row("no empty passwords", "empty-passwords", pass, "refused", [](B &) {});
        row("X11", "x11-forwarding", warn, "on", [](B &) {});
        row("no X11", "x11-forwarding", pass, "off", set("x11forwarding yes", "x11forwarding no"));

        row("Debian's algorithms", "algorithms", warn, "umac-64@openssh.com", [](B &) {});
        row("CBC", "algorithms", fail, "broken: 3des-cbc",
            set("ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-"
                "gcm@openssh.com",
                "ciphers aes256-ctr,3des-cbc"));
        row("algorithms: no list", "algorithms", unknown, "",
            [](B &b) { b.replace("sshd", "effective\tmacs ", "effective\tmacs <b>,,\x1b[0m"); });

        row("tunnels", "forwarding", pass, "localhost", [](B &) {});
        row("no tunnels", "forwarding", fail, "cannot work", set("allowtcpforwarding yes", "allowtcpforwarding no"));
        row("remote only", "forwarding", fail, "cannot work",
            set("allowtcpforwarding yes", "allowtcpforwarding remote"));
        row("nothing at all", "forwarding", fail, "cannot work", set("disableforwarding no", "disableforwarding yes"));
        row("tunnels elsewhere", "forwarding", fail, "PermitOpen",
            set("permitopen any", "permitopen 10.0.0.1:443 localhost:18789"));
        row("tunnels to one port", "forwarding", pass, "only to", set("permitopen any", "permitopen 127.0.0.1:18789"));
        row("no tunnels for some", "forwarding", warn, "Match Group ops",
            config("config\t/etc/ssh/sshd_config\tMatch Group ops\tAllowTcpForwarding no"));

        row("sshd -T fails", "password-login", unknown, "exit status 255: ", [](B &b) {
            QByteArray text = b.text("sshd");
            text = text.left(text.indexOf("status\t0")) + "status\t255\neffective\tno hostkeys\ncomplete";
            b.set("sshd", text);
        });
        row("sshd -T said something twice", "password-login", unknown, "not understood", [=](B &b) {
            noPasswords(b);
            set("x11forwarding yes", "x11forwarding yes\neffective\tpasswordauthentication no")(b);
        });
        row("cut", "password-login", unknown, "", [=](B &b) {
            noPasswords(b);
            b.set("sshd", b.text("sshd").chopped(9));
        });
        row("no OpenSSH", "password-login", unknown, "not OpenSSH", [](B &b) { b.set("sshd", "", "absent"); });
        row("not asked", "password-login", unknown, "", [](B &b) { b.remove("sshd"); });
        row("not Linux", "password-login", none, "", [](B &b) { b.set("kernel", "Darwin 23.1.0 arm64"); });

        rootless("nothing said", "password-login", unknown, "not readable without sudo", [](B &) {});
        rootless("passwords said", "password-login", fail, "sshd_config: passwordauthentication yes",
                 config("config\t/etc/ssh/sshd_config\t\tPasswordAuthentication yes"));
        rootless("passwords said, with keys", "password-login", unknown, "authenticationmethods publickey,password",
                 config("config\t/etc/ssh/sshd_config\t\tPasswordAuthentication yes\nconfig\t/etc/ssh/"
                        "sshd_config\t\tAuthenticationMethods publickey,password"));
        rootless("passwords denied", "password-login", unknown, "sshd_config: passwordauthentication no",
                 config("config\t/etc/ssh/sshd_config\t\tPasswordAuthentication no"));
        rootless("said both ways", "password-login", unknown, "",
                 config("config\t/etc/ssh/sshd_config\t\tPasswordAuthentication yes\nconfig\t/etc/ssh/"
                        "sshd_config\t\tPasswordAuthentication no"));
        rootless("said, but a file is hidden", "root-login", unknown, "50-cloud-init.conf: not readable",
                 config("config\t/etc/ssh/sshd_config\t\tPermitRootLogin yes\nunreadable\t/etc/ssh/sshd_config.d/"
                        "50-cloud-init.conf"));
        rootless("X11 said", "x11-forwarding", warn, "x11forwarding yes", [](B &) {});
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

    void theRemedyIsTheDropIn()
    {
        const CheckResult is = result(ReportBuilder::recorded("documented"), u"sshd.algorithms"_qs);
        QVERIFY2(is.remedy.contains(
                     u"MACs -umac-64-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,hmac-sha1"),
                 qPrintable(is.remedy));
    }

    void algorithms_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("strength");
        for (const char *name : { "arcfour128", "3des-cbc", "hmac-md5-96-etm@openssh.com", "ssh-rsa", "ssh-dss",
                                  "diffie-hellman-group1-sha1", "gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==" })
            QTest::newRow(name) << QString::fromLatin1(name) << int(AlgorithmStrength::Broken);
        for (const char *name : { "aes256-cbc", "hmac-sha1", "hmac-sha1-etm@openssh.com", "umac-64@openssh.com",
                                  "diffie-hellman-group14-sha1" })
            QTest::newRow(name) << QString::fromLatin1(name) << int(AlgorithmStrength::Weak);
        for (const char *name : { "aes256-ctr", "hmac-sha2-256", "rsa-sha2-512", "ssh-ed25519", "umac-128@openssh.com",
                                  "sntrup761x25519-sha512@openssh.com", "diffie-hellman-group14-sha256" })
            QTest::newRow(name) << QString::fromLatin1(name) << int(AlgorithmStrength::Fine);
    }
    void algorithms()
    {
        QFETCH(QString, name);
        QFETCH(int, strength);
        QCOMPARE(int(algorithmStrength(name)), strength);
        QVERIFY(isAlgorithmList(name) || name.contains(u'='));
    }
};

QTEST_GUILESS_MAIN(tst_SshdChecks)
#include "tst_SshdChecks.moc"
