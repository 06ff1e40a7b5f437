// SPDX-License-Identifier: MIT
// helmclawctl as a script uses it: the real executable, its standard output, its exit codes; a real sshd on loopback.
#include "ssh/HostKey.h"
#include "tests/integration/ctl/CtlRunner.h"
#include "tests/integration/ssh/SshdFixture.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

class TestHelmclawctl : public QObject
{
    Q_OBJECT

    using Run = ProgramRun;

    Run ctl(const QStringList &arguments, const QByteArray &input = {}) const
    {
        // Right after the command: what follows "--" belongs to the server.
        const QStringList files { u"--fleet"_s, path("fleet.json"), u"--known-hosts"_s, path("known_hosts") };
        return plain(arguments.mid(0, 1) + files + arguments.mid(1), input);
    }
    static Run plain(const QStringList &arguments, const QByteArray &input = {})
    {
        return runProgram(QStringLiteral(HELMCLAWCTL), arguments, input);
    }
    [[nodiscard]] QString path(const char *name) const { return m_dir->filePath(QString::fromLatin1(name)); }
    void write(const char *name, const QByteArray &text) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    [[nodiscard]] QByteArray read(const char *name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] QStringList addArguments() const
    {
        return { u"servers"_s,    u"add"_s,
                 u"here"_s,       u"127.0.0.1"_s,
                 u"--port"_s,     QString::number(m_sshd->port()),
                 u"--identity"_s, m_sshd->identityFile(),
                 u"--user"_s,     m_sshd->user() };
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Test::SshdFixture> m_sshd;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString why = Test::SshdFixture::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        m_sshd = std::make_unique<Test::SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }
    void cleanupTestCase() { m_sshd.reset(); }

    void usageErrorsAreTwoAndSayWhatToDo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no command") << QStringList();
        QTest::newRow("unknown command") << QStringList { u"frobnicate"_s };
        QTest::newRow("unknown option") << QStringList { u"status"_s, u"--frobnicate"_s };
        QTest::newRow("unknown server") << QStringList { u"status"_s, u"nobody"_s };
        QTest::newRow("checks of nobody") << QStringList { u"checks"_s, u"nobody"_s };
        QTest::newRow("no such check") << QStringList { u"explain"_s, u"no.such"_s };
        QTest::newRow("explain on nobody") << QStringList { u"explain"_s, u"firewall.active"_s, u"nobody"_s };
        QTest::newRow("tunnel to nobody") << QStringList { u"tunnel"_s, u"nobody"_s };
        QTest::newRow("tunnel without a name") << QStringList { u"tunnel"_s };
        QTest::newRow("hostkey without a verb") << QStringList { u"hostkey"_s };
        QTest::newRow("hostkey of nobody") << QStringList { u"hostkey"_s, u"show"_s, u"nobody"_s };
        QTest::newRow("a report of no format") << QStringList { u"report"_s };
        QTest::newRow("a report on nobody") << QStringList { u"report"_s, u"nobody"_s, u"--html"_s, u"-"_s };
        QTest::newRow("a report on no group")
            << QStringList { u"report"_s, u"--html"_s, u"-"_s, u"--group"_s, u"nobody"_s };
        QTest::newRow("fix without a check") << QStringList { u"fix"_s };
        QTest::newRow("a check that has no fix") << QStringList { u"fix"_s, u"firewall.rules"_s };
        QTest::newRow("a fix that must be told something") << QStringList { u"fix"_s, u"fail2ban.unban"_s };
        QTest::newRow("a fix that is told too much")
            << QStringList { u"fix"_s, u"fail2ban.active"_s, u"--with"_s, u"address=192.0.2.7"_s };
        QTest::newRow("unban nobody") << QStringList { u"unban"_s };
        QTest::newRow("unban what is no address") << QStringList { u"unban"_s, u"example.org"_s };
        QTest::newRow("restart everything") << QStringList { u"reboot"_s };
        QTest::newRow("fix on nobody") << QStringList { u"fix"_s, u"fail2ban.active"_s, u"nobody"_s };
        QTest::newRow("waves of nothing") << QStringList { u"fix"_s, u"fail2ban.active"_s, u"--wave"_s, u"0"_s };
        QTest::newRow("a task that is not there") << QStringList { u"tasks"_s, u"show"_s, u"0123abcd"_s };
        QTest::newRow("an id that is a path") << QStringList { u"tasks"_s, u"show"_s, u"../../x"_s };
        QTest::newRow("tasks with another verb") << QStringList { u"tasks"_s, u"undo"_s, u"0123abcd"_s };
        QTest::newRow("a limit that is none") << QStringList { u"tasks"_s, u"--limit"_s, u"x"_s };
        QTest::newRow("exec without a command") << QStringList { u"exec"_s, u"nobody"_s };
        QTest::newRow("servers add without a host") << QStringList { u"servers"_s, u"add"_s, u"x"_s };
        QTest::newRow("a host that looks like an option")
            << QStringList { u"servers"_s, u"add"_s, u"--"_s, u"x"_s, u"-oProxyCommand=id"_s };
        QTest::newRow("a port that is none")
            << QStringList { u"servers"_s, u"add"_s, u"x"_s, u"y"_s, u"--port"_s, u"99999"_s };
    }
    void usageErrorsAreTwoAndSayWhatToDo()
    {
        QFETCH(QStringList, arguments);
        const QStringList fleet { u"--fleet"_s, path("fleet.json") };
        const Run run = arguments.isEmpty() ? plain({}) : plain(arguments.mid(0, 1) + fleet + arguments.mid(1));
        QCOMPARE(run.exitCode, 2);
        QVERIFY(!run.err.trimmed().isEmpty());
        QVERIFY(run.out.isEmpty());
        QVERIFY2(!QFile::exists(path("fleet.json")), "a refused command must not write");
    }

    void aReportTellsWhatIsNotKnown()
    {
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"one"_s, u"127.0.0.1"_s, u"--port"_s, u"1"_s, u"--tag"_s, u"prod"_s })
                     .exitCode,
                 0);
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"two"_s, u"127.0.0.1"_s, u"--port"_s, u"1"_s }).exitCode, 0);
        const Run run = ctl({ u"report"_s, u"--group"_s, u"prod"_s, u"--html"_s, path("r.html"), u"--json"_s, u"-"_s });
        QCOMPARE(run.exitCode, 3);
        QVERIFY(run.err.contains("one: "));
        const QJsonArray servers = run.json().value("servers"_L1).toArray();
        QCOMPARE(servers.size(), 1);
        QCOMPARE(servers.at(0)["worst"_L1].toString(), u"unknown"_s);
        QVERIFY(servers.at(0)["risk"_L1]["known"_L1].isNull());
        QFile html(path("r.html"));
        QVERIFY(html.open(QIODevice::ReadOnly));
        QVERIFY(html.readAll().contains("Residual risk: Unknown"));
        QCOMPARE(ctl({ u"report"_s, u"--csv"_s, path("no/such/folder/r.csv") }).exitCode, 2);
    }

    void serversCanBeAddedEditedAndRemoved()
    {
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"one"_s, u"one.example.org"_s, u"--tag"_s, u"prod"_s }).exitCode, 0);
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"one"_s, u"--port"_s, u"2200"_s }).exitCode, 0);
        const QJsonObject server =
            ctl({ u"servers"_s, u"--json"_s }).json().value("servers"_L1).toArray().at(0).toObject();
        QCOMPARE(server.value("host"_L1).toString(), u"one.example.org"_s);
        QCOMPARE(server.value("port"_L1).toInt(), 2200);
        QCOMPARE(server.value("tags"_L1).toArray(), QJsonArray { u"prod"_s });
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"one"_s, u"--tag"_s, QString(), u"--identity"_s, u"/k"_s }).exitCode,
                 0);
        QVERIFY(ctl({ u"servers"_s }).out.contains("one\tone.example.org:2200\t\n"));
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"one"_s, u"--identity"_s, QString() }).exitCode, 0);
        const QJsonObject cleared =
            ctl({ u"servers"_s, u"--json"_s }).json().value("servers"_L1).toArray().at(0).toObject();
        QVERIFY(cleared.value("tags"_L1).toArray().isEmpty() && cleared.value("identityFiles"_L1).toArray().isEmpty());
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"one"_s, u"again"_s }).exitCode, 2);
        QCOMPARE(ctl({ u"servers"_s, u"remove"_s, u"one"_s }).exitCode, 0);
        QVERIFY(ctl({ u"servers"_s, u"--json"_s }).json().value("servers"_L1).toArray().isEmpty());
    }

    void aBrokenFleetFileIsNamedAndKept()
    {
        const QByteArray broken = "{\"helmclawFleet\": 1, \"servers\": [";
        write("fleet.json", broken);
        const Run run = ctl({ u"servers"_s, u"add"_s, u"x"_s, u"y"_s });
        QCOMPARE(run.exitCode, 2);
        QVERIFY2(run.err.contains("fleet.json"), run.err.constData());
        QCOMPARE(read("fleet.json"), broken);
    }

    void importShowsFirstAndAddsOnlyWhatIsNamed()
    {
        write("ssh_config", "Host alpha beta\n  HostName 127.0.0.1\n  User someone\nHost *.example.org\n  Port 2222\n");
        const QStringList config { u"--ssh-config"_s, path("ssh_config") };
        const Run preview = ctl(QStringList { u"servers"_s, u"import"_s } + config);
        QCOMPARE(preview.exitCode, 0);
        QVERIFY2(preview.out.contains("alpha") && preview.out.contains("beta"), preview.out.constData());
        QVERIFY(!QFile::exists(path("fleet.json")));
        QCOMPARE(ctl(QStringList { u"servers"_s, u"import"_s, u"beta"_s } + config).exitCode, 0);
        const QJsonArray servers = ctl({ u"servers"_s, u"--json"_s }).json().value("servers"_L1).toArray();
        QCOMPARE(servers.size(), 1);
        QCOMPARE(servers.at(0).toObject().value("host"_L1).toString(), u"beta"_s);
        QCOMPARE(ctl(QStringList { u"servers"_s, u"import"_s, u"gamma"_s } + config).exitCode, 2);
        // One that cannot be used is an error that says why and what to do, and the others stay out as well.
        write("ssh_config", "Host alpha beta\nHost bad\n  RevokedHostKeys /x\n");
        const Run bad = ctl(QStringList { u"servers"_s, u"import"_s, u"alpha"_s, u"bad"_s } + config);
        QCOMPARE(bad.exitCode, 2);
        QVERIFY2(bad.err.contains("bad: ") && bad.err.contains("RevokedHostKeys") && bad.err.contains("@revoked"),
                 bad.err.constData());
        QCOMPARE(ctl({ u"servers"_s, u"--json"_s }).json().value("servers"_L1).toArray().size(), 1);
        QCOMPARE(ctl(QStringList { u"servers"_s, u"import"_s, u"beta"_s } + config).exitCode, 0); // it is there
    }

    void showTellsTheWayAndWhatIsNotFollowed()
    {
        write("ssh_config",
              "Host web\n  HostName 10.0.0.5\n  ProxyJump one,ops@two:33\n  SetEnv A=b\n  StrictHostKeyChecking no\n"
              "Host bad\n  RevokedHostKeys /x\n");
        const QStringList config { u"--ssh-config"_s, path("ssh_config") };
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"w"_s, u"web"_s }).exitCode, 0);
        const Run shown = ctl(QStringList { u"servers"_s, u"show"_s, u"w"_s } + config);
        QCOMPARE(shown.exitCode, 0);
        for (const char *part : { "@10.0.0.5:22", "ops@two:33", "SetEnv A=b", "StrictHostKeyChecking" })
            QVERIFY2(shown.out.contains(part), shown.out.constData());
        QVERIFY2(shown.out.contains("not followed  SetEnv"), shown.out.constData());
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"w"_s, u"--jump"_s, u"me@mine"_s }).exitCode, 0);
        QVERIFY(ctl(QStringList { u"servers"_s, u"show"_s, u"w"_s } + config).out.contains("mine (me@mine:22)"));
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"w"_s, u"--jump"_s, u"-oX=y"_s }).exitCode, 2);
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"w"_s, u"--jump"_s, QString() }).exitCode, 0);
        // The same words as in status and in the window.
        QVERIFY(!shown.out.contains("because"));
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"w"_s, u"--backend"_s, u"openssh"_s }).exitCode, 0);
        const Run through = ctl(QStringList { u"servers"_s, u"show"_s, u"w"_s } + config);
        QVERIFY2(through.out.contains("through OpenSSH's ssh, because the server's settings say so"),
                 through.out.constData());
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"b"_s, u"bad"_s }).exitCode, 0);
        const Run both = ctl(QStringList { u"servers"_s, u"show"_s, u"--json"_s } + config);
        QCOMPARE(both.exitCode, 3);
        const QJsonArray servers = both.json().value("servers"_L1).toArray();
        QCOMPARE(servers.size(), 2);
        const QJsonObject target = servers.at(0).toObject().value("target"_L1).toObject();
        QCOMPARE(target.value("jumpHosts"_L1).toArray().size(), 2);
        QCOMPARE(target.value("sshBackendReason"_L1).toString(), u"the server's settings say so"_s);
        QCOMPARE(
            servers.at(1).toObject().value("sshConfig"_L1).toArray().at(0).toObject().value("weight"_L1).toString(),
            u"refused"_s);
        const Run refused = ctl(QStringList { u"servers"_s, u"show"_s, u"b"_s } + config);
        QVERIFY2(refused.out.contains("refused       RevokedHostKeys /x"), refused.out.constData());
        const QStringList status { u"status"_s, u"b"_s };
        QVERIFY(ctl(status + config).out.contains("ssh_config, refused: RevokedHostKeys /x"));
        const QJsonObject json =
            ctl(status + QStringList { u"--json"_s } + config).json().value("servers"_L1).toArray().at(0).toObject();
        QCOMPARE(json.value("sshConfig"_L1), servers.at(1).toObject().value("sshConfig"_L1));
    }

    void anUnknownHostKeyIsNamedByItsFile()
    {
        Test::SshdFixture sshd;
        const QString key = sshd.makeKey(u"ecdsa_host_key"_s, {}, u"ecdsa"_s);
        sshd.addConfig(u"HostKey "_s + key);
        sshd.addConfig(u"HostKeyAlgorithms ecdsa-sha2-nistp256"_s);
        QVERIFY(sshd.start());
        QCOMPARE(
            ctl({ u"servers"_s, u"add"_s, u"e"_s, u"127.0.0.1"_s, u"--port"_s, QString::number(sshd.port()) }).exitCode,
            0);
        const Run run = ctl({ u"exec"_s, u"e"_s, u"--"_s, u"true"_s });
        QCOMPARE(run.exitCode, 255);
        QVERIFY2(run.err.contains("/etc/ssh/ssh_host_ecdsa_key.pub"), run.err.constData());
    }

    void anUnknownHostKeyIsRefusedWithoutATerminal()
    {
        QCOMPARE(ctl(addArguments()).exitCode, 0);
        const Run refused = ctl({ u"exec"_s, u"here"_s, u"--"_s, u"true"_s });
        QCOMPARE(refused.exitCode, 255);
        QVERIFY2(refused.err.contains(fingerprint().toLatin1()), refused.err.constData());
        const Run wrong =
            ctl({ u"exec"_s, u"here"_s, u"--accept-host-key"_s, u"SHA256:nonsense"_s, u"--"_s, u"true"_s });
        QCOMPARE(wrong.exitCode, 255);
        const Run accepted = ctl({ u"exec"_s, u"here"_s, u"--accept-host-key"_s, fingerprint(), u"--"_s, u"true"_s });
        QVERIFY2(accepted.exitCode == 0, accepted.err.constData());
        QCOMPARE(ctl({ u"exec"_s, u"here"_s, u"--"_s, u"true"_s }).exitCode, 0);
    }

    void execPassesWordsAndExitCodesThrough()
    {
        pinned();
        const QStringList words { u"a b"_s, u"$(id)"_s, u"'"_s, u"*"_s, u"-n"_s, u"ü"_s, QString() };
        const Run echoed = ctl(QStringList { u"exec"_s, u"here"_s, u"--"_s, u"printf"_s, u"%s|"_s } + words);
        QCOMPARE(echoed.exitCode, 0);
        QCOMPARE(QString::fromUtf8(echoed.out), words.join(u'|') + u'|');
        QCOMPARE(ctl({ u"exec"_s, u"here"_s, u"--"_s, u"sh"_s, u"-c"_s, u"exit 42"_s }).exitCode, 42);
        const Run both = ctl({ u"exec"_s, u"here"_s, u"--"_s, u"sh"_s, u"-c"_s, u"echo out; echo err >&2"_s });
        QCOMPARE(both.out, QByteArray("out\n"));
        QCOMPARE(both.err, QByteArray("err\n"));
        QCOMPARE(ctl({ u"exec"_s, u"here"_s, u"--stdin"_s, u"--"_s, u"wc"_s, u"-c"_s }, QByteArray(100000, 'x'))
                     .out.trimmed(),
                 QByteArray("100000"));
        const Run late = ctl({ u"exec"_s, u"here"_s, u"--timeout"_s, u"1"_s, u"--"_s, u"sleep"_s, u"60"_s });
        QCOMPARE(late.exitCode, 255);
    }

    void statusTellsUnreachableFromFailing()
    {
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"dead"_s, u"127.0.0.1"_s, u"--port"_s, u"1"_s }).exitCode, 0);
        const Run run = ctl({ u"status"_s, u"--json"_s });
        QCOMPARE(run.exitCode, 3);
        const QJsonObject server = run.json().value("servers"_L1).toArray().at(0).toObject();
        QCOMPARE(server.value("error"_L1).toObject().value("code"_L1).toString(), u"connection-refused"_s);
        QVERIFY(!server.value("error"_L1).toObject().value("remedy"_L1).toString().isEmpty());
        // This machine has none of the lab's services: whatever the verdicts are, the server answered.
        QCOMPARE(ctl({ u"servers"_s, u"remove"_s, u"dead"_s }).exitCode, 0);
        pinned();
        const Run answered = ctl({ u"status"_s, u"here"_s, u"--json"_s });
        QVERIFY2(answered.exitCode == 0 || answered.exitCode == 1, answered.err.constData());
        const QJsonObject here = answered.json().value("servers"_L1).toArray().at(0).toObject();
        QVERIFY(!here.contains("error"_L1) || here.value("error"_L1).isNull());
        QVERIFY(here.value("checks"_L1).toArray().size() > 10);
    }

    void aTunnelThatFailsSaysItOnce()
    {
        QCOMPARE(ctl(addArguments()).exitCode, 0);
        const QStringList tunnel { u"tunnel"_s, u"here"_s }; // its host key is not accepted
        const Run plainText = ctl(tunnel);
        QCOMPARE(plainText.exitCode, 3);
        QVERIFY(plainText.out.isEmpty());
        QCOMPARE(plainText.err.count("was not accepted"), 1);
        QVERIFY2(plainText.err.contains("here: Failed"), plainText.err.constData());

        const Run json = ctl(tunnel + QStringList { u"--json"_s });
        QCOMPARE(json.exitCode, 3);
        QVERIFY2(!json.err.contains("was not accepted"), json.err.constData());
        QList<QJsonObject> lines;
        for (const QByteArray &line : json.out.trimmed().split('\n'))
            lines.append(QJsonDocument::fromJson(line).object());
        QCOMPARE(lines.constLast()["state"_L1].toString(), u"failed"_s);
        QCOMPARE(lines.constLast()["server"_L1].toString(), u"here"_s);
        QVERIFY(lines.constLast()["error"_L1]["what"_L1].toString().contains(fingerprint()));
        QCOMPARE(json.out.count(fingerprint().toLatin1()), 1);
    }

    void aChangedHostKeyStopsEverything()
    {
        pinned();
        QCOMPARE(ctl({ u"exec"_s, u"here"_s, u"--"_s, u"true"_s }).exitCode, 0);
        m_sshd->kill();
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        const Run run = ctl({ u"status"_s, u"here"_s, u"--json"_s });
        QCOMPARE(run.exitCode, 3);
        const QJsonObject error =
            run.json().value("servers"_L1).toArray().at(0).toObject().value("error"_L1).toObject();
        QCOMPARE(error.value("code"_L1).toString(), u"host-key-changed"_s);
        const Run forced = ctl({ u"exec"_s, u"here"_s, u"--accept-host-key"_s, fingerprint(), u"--"_s, u"true"_s });
        QCOMPARE(forced.exitCode, 255);

        // Looking sends no login; replacing wants the fingerprint, and the right one.
        const Run shown = ctl({ u"hostkey"_s, u"show"_s, u"here"_s, u"--json"_s });
        QCOMPARE(shown.exitCode, 1);
        QCOMPARE(shown.json().value("verdict"_L1).toString(), u"changed"_s);
        QCOMPARE(shown.json().value("offered"_L1).toObject().value("fingerprint"_L1).toString(), fingerprint());
        const QJsonObject old = shown.json().value("pinned"_L1).toArray().at(0).toObject();
        QCOMPARE(old.value("file"_L1).toString(), path("known_hosts"));
        const Run picture = ctl({ u"hostkey"_s, u"show"_s, u"here"_s });
        QCOMPARE(picture.out.count("+----[SHA256]-----+"), 2);
        QCOMPARE(ctl({ u"hostkey"_s, u"replace"_s, u"here"_s }).exitCode, 2);
        const QByteArray before = read("known_hosts");
        const Run wrong =
            ctl({ u"hostkey"_s, u"replace"_s, u"here"_s, u"--fingerprint"_s, old.value("fingerprint"_L1).toString() });
        QCOMPARE(wrong.exitCode, 1);
        QVERIFY2(wrong.err.contains(fingerprint().toLatin1()), wrong.err.constData());
        QCOMPARE(read("known_hosts"), before);
        QVERIFY2(!m_sshd->log().contains("userauth"), m_sshd->log().constData());

        const Run replaced = ctl({ u"hostkey"_s, u"replace"_s, u"here"_s, u"--fingerprint"_s, fingerprint() });
        QVERIFY2(replaced.exitCode == 0, replaced.err.constData());
        QVERIFY(!m_sshd->log().contains("userauth"));
        QCOMPARE(ctl({ u"hostkey"_s, u"show"_s, u"here"_s }).exitCode, 0);
        QCOMPARE(ctl({ u"exec"_s, u"here"_s, u"--"_s, u"true"_s }).exitCode, 0);
        const Run log = ctl({ u"hostkey"_s, u"log"_s });
        QCOMPARE(log.exitCode, 0);
        const QList<QByteArray> lines = log.out.trimmed().split('\n');
        QCOMPARE(lines.size(), 2);
        QVERIFY(lines.at(0).contains("\tpin\there\t"));
        QVERIFY(lines.at(1).contains("\treplace\there\t") && lines.at(1).contains(fingerprint().toLatin1())
                && lines.at(1).contains(old.value("fingerprint"_L1).toString().toLatin1()));

        // A key in the user's own file is the user's to remove: the command is named, and it works.
        m_sshd->kill();
        QVERIFY(m_sshd->replaceHostKey());
        write("users_hosts", u"[127.0.0.1]:%1 "_s.arg(m_sshd->port()).toLatin1() + m_sshd->hostKeyLine() + '\n');
        write("ssh_config", "Host *\n  UserKnownHostsFile " + path("users_hosts").toUtf8() + '\n');
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        const QStringList config { u"--ssh-config"_s, path("ssh_config") };
        const Run foreign =
            ctl(QStringList { u"hostkey"_s, u"replace"_s, u"here"_s, u"--fingerprint"_s, fingerprint() } + config);
        QCOMPARE(foreign.exitCode, 1);
        QVERIFY2(foreign.err.contains("ssh-keygen -R") && foreign.err.contains(path("users_hosts").toUtf8()),
                 foreign.err.constData());
        const Run commands = ctl(QStringList { u"hostkey"_s, u"show"_s, u"here"_s, u"--json"_s } + config);
        const QString remove = commands.json().value("removalCommands"_L1).toArray().at(0).toString();
        QCOMPARE(runProgram(u"sh"_s, { u"-c"_s, remove }).exitCode, 0);
        const Run now =
            ctl(QStringList { u"hostkey"_s, u"replace"_s, u"here"_s, u"--fingerprint"_s, fingerprint() } + config);
        QVERIFY2(now.exitCode == 0, now.err.constData());
    }

    void checksAreATable()
    {
        pinned();
        const Run table = ctl({ u"checks"_s });
        QVERIFY2(table.exitCode == 0 || table.exitCode == 1, table.err.constData());
        const QByteArrayList lines = table.out.split('\n');
        QCOMPARE(lines.constFirst().trimmed(), QByteArray("here"));
        const QJsonObject json = ctl({ u"checks"_s, u"--json"_s }).json();
        const QJsonArray checks = json.value("checks"_L1).toArray();
        QCOMPARE(lines.size(), checks.size() + 2); // its head, and the end of the last line
        for (qsizetype i = 0; i < checks.size(); ++i) {
            const QByteArrayList words = lines.at(i + 1).simplified().split(' ');
            QCOMPARE(words.size(), 2);
            QCOMPARE(QString::fromUtf8(words.at(0)), checks.at(i)["id"_L1].toString());
            QVERIFY(QByteArrayList({ "pass", "warn", "FAIL", "unknown", "-" }).contains(words.at(1)));
        }
        const QJsonArray failing =
            ctl({ u"checks"_s, u"--failing"_s, u"--json"_s, u"here"_s }).json().value("checks"_L1).toArray();
        QVERIFY(failing.size() < checks.size());
        for (const QJsonValue &check : failing) {
            const QString verdict = check["servers"_L1][0]["verdict"_L1].toString();
            QVERIFY2(verdict == "fail"_L1 || verdict == "warn"_L1 || verdict == "unknown"_L1, qPrintable(verdict));
        }
    }

    void checksOfAServerThatDoesNotAnswer()
    {
        pinned();
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"gone"_s, u"127.0.0.1"_s, u"--port"_s, u"1"_s }).exitCode, 0);
        const Run run = ctl({ u"checks"_s, u"--batch"_s });
        QCOMPARE(run.exitCode, 3);
        QVERIFY2(run.err.contains("gone"), run.err.constData());
        QVERIFY(QRegularExpression(u"firewall\\.active +\\S+ +\\?"_s).match(QString::fromUtf8(run.out)).hasMatch());
        const QJsonArray servers = ctl({ u"checks"_s, u"--batch"_s, u"--json"_s }).json().value("servers"_L1).toArray();
        QVERIFY(servers.at(0)["error"_L1].isNull() && servers.at(1)["error"_L1].isObject());
    }

    void checksAreExplained()
    {
        const Run list = ctl({ u"explain"_s });
        QCOMPARE(list.exitCode, 0);
        QVERIFY(list.out.contains("openclaw.bind ") && list.out.contains("firewall.active "));
        // Without a server nothing is probed.
        const Run check = ctl({ u"explain"_s, u"fail2ban.active"_s });
        QCOMPARE(check.exitCode, 0);
        QVERIFY2(check.out.contains("Why: ") && check.out.contains("How it is judged: ") && check.out.contains("high")
                     && check.out.contains("helmclawctl fix fail2ban.active"),
                 check.out.constData());
        pinned();
        const Run here = ctl({ u"explain"_s, u"openclaw.bind"_s, u"here"_s });
        QVERIFY2(here.exitCode == 0 || here.exitCode == 1, here.err.constData());
        QVERIFY2(here.out.contains("\nhere: "), here.out.constData());
        const QJsonObject json = ctl({ u"explain"_s, u"openclaw.bind"_s, u"here"_s, u"--json"_s }).json();
        QCOMPARE(json.value("severity"_L1).toString(), u"critical"_s);
        QVERIFY(!json.value("how"_L1).toString().isEmpty());
        QVERIFY(!json["servers"_L1][0]["evidence"_L1].toArray().isEmpty());
    }

private:
    [[nodiscard]] QString fingerprint() const
    {
        const QByteArray blob = QByteArray::fromBase64(m_sshd->hostKeyLine().split(' ').at(1));
        return HostKey { "ssh-ed25519", blob }.fingerprint();
    }
    /// Adds the loopback server and pins its key.
    void pinned() const
    {
        QCOMPARE(ctl(addArguments()).exitCode, 0);
        QCOMPARE(ctl({ u"exec"_s, u"here"_s, u"--accept-host-key"_s, fingerprint(), u"--"_s, u"true"_s }).exitCode, 0);
    }
};

QTEST_GUILESS_MAIN(TestHelmclawctl)
#include "tst_Helmclawctl.moc"
