// SPDX-License-Identifier: MIT
// helmclawctl on the lab's real servers: their true state, changed on the server and seen by the next probe; the web
// UI's tunnel with its sign-in address. Needs HELMCLAW_LAB (tests/run brings the lab up and sets it).
#include "tests/integration/ctl/CtlRunner.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

class TestLabHelmclawctl : public QObject
{
    Q_OBJECT

    QString m_lab = qEnvironmentVariable("HELMCLAW_LAB");
    QTemporaryDir m_dir;
    QString m_sshConfig;

    [[nodiscard]] QStringList common() const
    {
        return { u"--fleet"_s,       m_dir.filePath(u"fleet.json"_s), u"--ssh-config"_s, m_sshConfig,
                 u"--known-hosts"_s, m_dir.filePath(u"known_hosts"_s) };
    }
    [[nodiscard]] ProgramRun ctl(const QStringList &arguments) const
    {
        return runProgram(QStringLiteral(HELMCLAWCTL), arguments + common());
    }
    ProgramRun inServer(const QString &server, const QStringList &argv) const
    {
        return runProgram(m_lab, QStringList { u"exec"_s, server, u"--"_s } + argv);
    }
    /// server → check id → verdict, from one run of "status --json".
    QHash<QString, QHash<QString, QString>> verdicts(const QStringList &servers, int *exitCode = nullptr) const
    {
        const ProgramRun run = ctl(QStringList { u"status"_s, u"--json"_s } + servers);
        if (exitCode)
            *exitCode = run.exitCode;
        QHash<QString, QHash<QString, QString>> all;
        for (const QJsonValue &server : run.json().value("servers"_L1).toArray()) {
            QHash<QString, QString> &checks = all[server["name"_L1].toString()];
            for (const QJsonValue &check : server["checks"_L1].toArray())
                checks.insert(check["id"_L1].toString(), check["verdict"_L1].toString());
        }
        return all;
    }
    [[nodiscard]] QString verdict(const QString &server, const QString &check) const
    {
        return verdicts({ server }).value(server).value(check);
    }
    /// The next line that a running tunnel prints.
    static QByteArray nextLine(QProcess &tunnel)
    {
        QElapsedTimer timer;
        timer.start();
        while (!tunnel.canReadLine() && timer.elapsed() < 60000 && tunnel.state() != QProcess::NotRunning)
            tunnel.waitForReadyRead(1000);
        return tunnel.readLine().trimmed();
    }

private Q_SLOTS:
    void initTestCase()
    {
        const ProgramRun path = runProgram(m_lab, { u"ssh-config"_s, u"--path"_s });
        QCOMPARE(path.exitCode, 0);
        m_sshConfig = QString::fromUtf8(path.out.trimmed());
        for (int n = 1; n <= 5; ++n)
            QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"lab%1"_s.arg(n), u"lab%1"_s.arg(n) }).exitCode, 0);
    }

    void everyServersTrueState()
    {
        int exitCode = -1;
        const auto all = verdicts({}, &exitCode);
        QCOMPARE(exitCode, 1); // variants 2 to 4 are made to fail
        QCOMPARE(all.size(), 5);
        QCOMPARE(all[u"lab1"_s][u"firewall.active"_s], u"pass"_s);
        QCOMPARE(all[u"lab1"_s][u"firewall.default-incoming"_s], u"pass"_s);
        QCOMPARE(all[u"lab1"_s][u"fail2ban.active"_s], u"pass"_s);
        QCOMPARE(all[u"lab1"_s][u"fail2ban.limits"_s], u"pass"_s);
        QCOMPARE(all[u"lab2"_s][u"firewall.active"_s], u"fail"_s);
        QCOMPARE(all[u"lab3"_s][u"fail2ban.active"_s], u"fail"_s);
        QCOMPARE(all[u"lab4"_s][u"updates.security"_s], u"fail"_s);
        QVERIFY(all[u"lab4"_s][u"updates.reboot"_s] == u"fail"_s || all[u"lab4"_s][u"updates.reboot"_s] == u"warn"_s);
        // Without sudo nothing that only root can read may be called good.
        QCOMPARE(all[u"lab5"_s][u"firewall.rules"_s], u"unknown"_s);
        QCOMPARE(all[u"lab5"_s][u"fail2ban.banned"_s], u"unknown"_s);
    }

    void changesOnTheServerAreSeenByTheNextProbe()
    {
        QCOMPARE(verdict(u"lab1"_s, u"firewall.active"_s), u"pass"_s);
        QCOMPARE(inServer(u"lab1"_s, { u"ufw"_s, u"disable"_s }).exitCode, 0);
        QCOMPARE(verdict(u"lab1"_s, u"firewall.active"_s), u"fail"_s);
        QCOMPARE(inServer(u"lab1"_s, { u"ufw"_s, u"--force"_s, u"enable"_s }).exitCode, 0);
        QCOMPARE(verdict(u"lab1"_s, u"firewall.active"_s), u"pass"_s);

        QCOMPARE(inServer(u"lab1"_s, { u"systemctl"_s, u"stop"_s, u"fail2ban"_s }).exitCode, 0);
        QCOMPARE(verdict(u"lab1"_s, u"fail2ban.active"_s), u"fail"_s);
        QCOMPARE(inServer(u"lab1"_s, { u"systemctl"_s, u"start"_s, u"fail2ban"_s }).exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(verdict(u"lab1"_s, u"fail2ban.active"_s), u"pass"_s, 15000);

        QCOMPARE(
            inServer(u"lab1"_s, { u"fail2ban-client"_s, u"set"_s, u"sshd"_s, u"banip"_s, u"203.0.113.9"_s }).exitCode,
            0);
        QVERIFY(ctl({ u"status"_s, u"--json"_s, u"lab1"_s }).out.contains("203.0.113.9"));
        QCOMPARE(
            inServer(u"lab1"_s, { u"fail2ban-client"_s, u"set"_s, u"sshd"_s, u"unbanip"_s, u"203.0.113.9"_s }).exitCode,
            0);
        QVERIFY(!ctl({ u"status"_s, u"--json"_s, u"lab1"_s }).out.contains("203.0.113.9"));
    }

    void whoCanReachWhichPort()
    {
        const auto rows = [this](int *exitCode) {
            const ProgramRun run = ctl({ u"exposure"_s, u"--json"_s, u"--probe"_s, u"lab1"_s });
            *exitCode = run.exitCode;
            QHash<QString, QJsonValue> found;
            for (const QJsonValue &row : run.json()["servers"_L1][0]["ports"_L1].toArray()) {
                if (row["family"_L1] == "ipv4"_L1)
                    found.insert(QString::number(row["port"_L1].toInt()), row);
            }
            return found;
        };
        int exitCode = -1;
        const QString listen = u"for i in $(seq 100); do ss -Hltn | grep -q :8080 && break; sleep 0.2; done"_s;
        const auto stop = qScopeGuard([this] { inServer(u"lab1"_s, { u"systemctl"_s, u"stop"_s, u"lab-exposed"_s }); });
        inServer(u"lab1"_s,
                 { u"sh"_s, u"-c"_s,
                   u"systemd-run -q --unit lab-exposed python3 -m http.server 8080 --bind 0.0.0.0; "_s + listen });
        auto found = rows(&exitCode);
        QCOMPARE(exitCode, 0);
        QCOMPARE(found[u"22"_s]["from"_L1].toString(), u"anyone"_s);
        QCOMPARE(found[u"22"_s]["process"_L1].toString(), u"sshd"_s);
        QCOMPARE(found[u"22"_s]["probe"_L1].toString(), u"confirmed"_s);
        QCOMPARE(found[u"8080"_s]["from"_L1].toString(), u"this-server"_s);
        QCOMPARE(found[u"8080"_s]["probe"_L1].toString(), u"confirmed"_s); // no way in from here, either

        QCOMPARE(inServer(u"lab1"_s, { u"ufw"_s, u"allow"_s, u"8080/tcp"_s }).exitCode, 0);
        found = rows(&exitCode);
        QCOMPARE(inServer(u"lab1"_s, { u"ufw"_s, u"delete"_s, u"allow"_s, u"8080/tcp"_s }).exitCode, 0);
        QCOMPARE(exitCode, 1);
        QCOMPARE(found[u"8080"_s]["from"_L1].toString(), u"anyone"_s);
        QCOMPARE(found[u"8080"_s]["probe"_L1].toString(), u"confirmed"_s);
        QVERIFY(found[u"8080"_s]["why"_L1].toString().contains(u"--dport 8080 -j ACCEPT"_s));

        const ProgramRun text = ctl({ u"exposure"_s, u"lab1"_s });
        QVERIFY2(text.out.contains("22/tcp IPv4 sshd: anyone ("), text.out.constData());
        QCOMPARE(ctl({ u"exposure"_s, u"lab5"_s }).exitCode, 3); // without root nobody knows
    }

    void theTunnelSignsInOnceAndTheTokenIsInNoArgument_data()
    {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("basePath");
        QTest::newRow("default port") << u"lab1"_s << QString();
        QTest::newRow("other port and a base path") << u"lab2"_s << u"/openclaw"_s;
    }
    void theTunnelSignsInOnceAndTheTokenIsInNoArgument()
    {
        QFETCH(QString, server);
        QFETCH(QString, basePath);
        const QByteArray config = inServer(server, { u"cat"_s, u"/home/openclaw/.openclaw/openclaw.json"_s }).out;
        const QByteArray token =
            QJsonDocument::fromJson(config)["gateway"_L1]["auth"_L1]["token"_L1].toString().toUtf8();
        QVERIFY(token.size() >= 16);

        QProcess tunnel;
        tunnel.start(QStringLiteral(HELMCLAWCTL), QStringList { u"tunnel"_s, server, u"--print-url"_s } + common());
        const QByteArray url = nextLine(tunnel);
        QVERIFY2(url.startsWith("http://127.0.0.1:"), tunnel.readAllStandardError().constData());
        QVERIFY(!url.contains(token));
        for (const QString &pid : QDir(u"/proc"_s).entryList({ u"[0-9]*"_s }, QDir::Dirs)) {
            QFile commandLine(u"/proc/%1/cmdline"_s.arg(pid));
            if (commandLine.open(QIODevice::ReadOnly))
                QVERIFY2(!commandLine.readAll().contains(token), qPrintable(pid));
        }

        const ProgramRun once = runProgram(u"curl"_s, { u"-si"_s, QString::fromLatin1(url) });
        static const QRegularExpression location(u"^Location: (http://127\\.0\\.0\\.1:(\\d+)(.*)/#token=(.*))\\r$"_s,
                                                 QRegularExpression::MultilineOption
                                                     | QRegularExpression::CaseInsensitiveOption);
        const auto match = location.match(QString::fromLatin1(once.out));
        QVERIFY2(match.hasMatch(), once.out.constData());
        QCOMPARE(match.captured(3), basePath);
        QVERIFY(match.captured(4).toLatin1() == token); // never print it
        const ProgramRun twice = runProgram(u"curl"_s, { u"-si"_s, QString::fromLatin1(url) });
        QVERIFY(!twice.out.contains(token));

        const QString localPort = match.captured(2);
        const ProgramRun page =
            runProgram(u"curl"_s, { u"-s"_s, u"http://127.0.0.1:%1%2/"_s.arg(localPort, basePath) });
        QVERIFY2(page.out.contains("<openclaw-app") || page.out.contains("OpenClaw"), page.out.left(400).constData());
        tunnel.terminate();
        QVERIFY(tunnel.waitForFinished(10000));
        QCOMPARE(tunnel.exitCode(), 0);
        QCOMPARE(runProgram(u"curl"_s, { u"-s"_s, u"http://127.0.0.1:%1/"_s.arg(localPort) }).exitCode, 7); // refused

        QProcess again;
        again.start(QStringLiteral(HELMCLAWCTL), QStringList { u"tunnel"_s, server } + common());
        QCOMPARE(nextLine(again), u"http://127.0.0.1:%1%2/"_s.arg(localPort, basePath).toLatin1());
        again.terminate();
        QVERIFY(again.waitForFinished(10000));

        QProcess json;
        json.start(QStringLiteral(HELMCLAWCTL), QStringList { u"tunnel"_s, server, u"--json"_s } + common());
        QJsonObject line;
        do {
            line = QJsonDocument::fromJson(nextLine(json)).object();
        } while (!line.isEmpty() && !line.contains("url"_L1));
        QCOMPARE(line["url"_L1].toString(), u"http://127.0.0.1:%1%2/"_s.arg(localPort, basePath));
        QCOMPARE(line["state"_L1].toString(), u"live"_s);
        json.terminate();
        QVERIFY(json.waitForFinished(10000));
    }

    void aServerWithoutAGatewaySaysSo()
    {
        const ProgramRun run = ctl({ u"tunnel"_s, u"lab3"_s });
        QCOMPARE(run.exitCode, 3);
        QVERIFY2(run.err.contains("lab3"), run.err.constData());
    }
};

int main(int argc, char *argv[])
{
    if (!qEnvironmentVariableIsSet("HELMCLAW_LAB")) {
        qInfo("SKIP: no lab (HELMCLAW_LAB is not set); tests/run starts one where it can");
        return 77;
    }
    QCoreApplication app(argc, argv);
    TestLabHelmclawctl test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_LabHelmclawctl.moc"
