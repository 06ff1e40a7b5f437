// SPDX-License-Identifier: MIT
#include "../posture/ReportBuilder.h"
#include "models/gateway/GatewayInstance.h"
#include "tests/support/SourceDir.h"

#include <QCoreApplication>
#include <QProcess>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QtTest>

#include <unistd.h>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;

/// What the server says about its gateways, and which one is taken to be meant.
class TestGatewayFacts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sudoUsers_data();
    void sudoUsers();
    void hostileTextChangesNothing();
    void whoIsReachedByLoopback();

    void asSeenByTheServiceUser();
    void asSeenByAnotherUser();
    void severalMustBeTold();
    void installedButNotRunning();
    void nothingThere();
    void hiddenProcesses();
    void aPortOfSomebodyElseIsRefused();
    void thePortsPrecedence();
    void oldVersionsListenOnMorePorts();
    void containersAreNotTheServersGateways();
    void theCommandLineProgramIsNoGateway();
    void aWantedPort();
    void systemUnits();

    void theScript_data();
    void theScript();
    void theScriptNamesNoSecret();

private:
    static ReportBuilder base(const QByteArray &user = "uid=1000\nname=ops\nhome=/home/ops\nsees-others=yes")
    {
        ReportBuilder report;
        report.set("user", user).set("sudo", "", "absent").set("listeners", "").set("processes", "").set("units", "");
        report.set("homes",
                   "home=/home/ops\nuid=1000\nuser=ops\nhome=/home/openclaw\nuid=999\nuser=openclaw\nconfig=yes "
                   "unreadable /home/openclaw/.openclaw/openclaw.json");
        return report.set("versions", "");
    }
    static GatewayFacts facts(const ReportBuilder &report)
    {
        const auto parsed = GatewayFacts::parse(report.bytes(), ReportBuilder::nonce);
        if (!parsed)
            qFatal("%s", qPrintable(parsed.error().what));
        return *parsed;
    }
    static inline const QByteArray running = "process=70\nuid=999\ngateway=yes\ntitle=openclaw-gateway";
    static inline const QByteArray unit =
        "unit=/home/openclaw/.config/systemd/user/"
        "openclaw-gateway.service\nuid=999\nscope=user\nport-flag=18900\npackage=/opt/openclaw/node_modules/openclaw";
};

void TestGatewayFacts::sudoUsers_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("users");
    const auto row = [](const char *name, const char *entries, const QStringList &users) {
        QTest::newRow(name)
            << u"Matching Defaults entries for ops on lab1:\n    env_reset\n\nUser ops may run the following commands on lab1:\n"_s
                + QString::fromUtf8(entries) + u'\n'
            << users;
    };
    row("all", "    (ALL : ALL) NOPASSWD: ALL", { u"ALL"_s });
    row("with a password", "    (ALL : ALL) ALL", {});
    row("one user", "    (openclaw) NOPASSWD: ALL", { u"openclaw"_s });
    row("several", "    (openclaw, web : web) NOPASSWD: ALL", { u"openclaw"_s, u"web"_s });
    row("tags", "    (openclaw) SETENV: NOPASSWD: LOG_OUTPUT: ALL", { u"openclaw"_s });
    row("root only", "    (root) NOPASSWD: ALL", { u"root"_s });
    row("some commands", "    (root) NOPASSWD: /usr/bin/systemctl start openclaw, /bin/cat ALL", {});
    row("two entries", "    (ALL) ALL\n    (openclaw) NOPASSWD: ALL", { u"openclaw"_s });
    row("not this one", "    (ALL, !root) NOPASSWD: ALL", { u"ALL"_s });
    row("a group", "    (%adm) NOPASSWD: ALL", {});
}

void TestGatewayFacts::sudoUsers()
{
    QFETCH(QString, text);
    QFETCH(QStringList, users);
    QCOMPARE(GatewayFacts::parseSudoUsers(text), users);
}

void TestGatewayFacts::hostileTextChangesNothing()
{
    ReportBuilder report = base();
    report.set("processes",
               "process=-5\nuid=1\ngateway=yes\nprocess=7 "
               "8\nuid=1\nprocess=70\nuid=999\ngateway=yes\nport-flag=99999\nenv-state-dir=relative/path\n"
               "env-config-path=/a\x1b[31m\nenv-profile=../../x\nlistens=0\nlistens=x\npackage=no");
    report.set("listeners",
               "listener=1 2\nlistener=70000 1 1 loopback\nlistener=18789 -1 1 loopback\nlistener=18789 999 5 "
               "loopback\nlistener=5 1 1 strange");
    report.set("units", "unit=relative\nuid=5\nunit=/x\nuid=x");
    report.set("homes",
               "home=/home/x\nuid=1000\nuser=a "
               "b\nhome=x\nuid=1\nuser=y\nhome=/home/openclaw\nuid=999\nuser=openclaw\nconfig=maybe "
               "perhaps\nconfig=yes readable relative");
    const GatewayFacts f = facts(report);
    QCOMPARE(f.processes.size(), 1);
    const GatewayProcess &process = f.processes.constFirst();
    QCOMPARE(process.settings.portFlag, 0);
    QVERIFY(process.settings.stateDir.isEmpty() && process.settings.configPath.isEmpty()
            && process.settings.profile.isEmpty() && process.listens.isEmpty());
    QCOMPARE(f.listeners.size(), 2);
    QVERIFY(f.units.isEmpty());
    QCOMPARE(f.homes.size(), 1);
    QVERIFY(f.homes.constFirst().configs.isEmpty());

    QByteArray cut = report.bytes();
    cut.chop(10);
    QVERIFY(!GatewayFacts::parse(cut, ReportBuilder::nonce));
    QVERIFY(!GatewayFacts::parse(report.bytes(), "other"));
    QVERIFY(!GatewayFacts::parse(base("name=x").bytes(), ReportBuilder::nonce));
}

void TestGatewayFacts::whoIsReachedByLoopback()
{
    ReportBuilder report = base();
    report.set("listeners",
               "listener=1 10 1 any6\nlistener=1 11 1 any4\nlistener=1 12 1 loopback\nlistener=2 20 1 any6\nlistener=2 "
               "21 1 any4\nlistener=3 30 1 other");
    const GatewayFacts f = facts(report);
    QCOMPARE(f.listenerUid(1), std::optional<uint>(12));
    QCOMPARE(f.listenerUid(2), std::optional<uint>(21));
    QCOMPARE(f.listenerUid(3), std::nullopt); // [::1] only
    QCOMPARE(f.listenerUid(4), std::nullopt);
}

void TestGatewayFacts::asSeenByTheServiceUser()
{
    ReportBuilder report = base("uid=999\nname=openclaw\nhome=/home/openclaw\nsees-others=yes");
    report.set("listeners", "listener=18900 999 5 loopback\nlistener=18900 999 6 other");
    report.set("processes",
               running
                   + "\nenvironment=yes\nenv-home=/home/"
                     "openclaw\nenv-port=18900\nlistens=18900\nprocess=71\nuid=999\npackage=/opt/openclaw/node_modules/"
                     "openclaw");
    report.set("units", unit);
    report.set(
        "homes",
        "home=/home/openclaw\nuid=999\nuser=openclaw\nconfig=yes readable /home/openclaw/.openclaw/openclaw.json");
    report.set("versions", "package=/opt/openclaw/node_modules/openclaw\nversion=2026.9.6");
    const GatewayFacts f = facts(report);
    const auto instances = gatewayInstances(f);
    QCOMPARE(instances.size(), 1); // process, unit and file are one gateway
    const auto chosen = chooseGateway(f, 0);
    QVERIFY(chosen);
    QVERIFY(chosen->running && chosen->configReadable);
    QCOMPARE(chosen->configPath, u"/home/openclaw/.openclaw/openclaw.json"_s);
    QCOMPARE(chosen->unit, u"openclaw-gateway.service"_s);
    QCOMPARE(chosen->version, u"2026.9.6"_s);
    QCOMPARE(gatewayPort(f, *chosen, nullptr, 0).value(), 18900);
    QVERIFY(betterInformedUser(f, chosen).isEmpty());
}

void TestGatewayFacts::asSeenByAnotherUser()
{
    ReportBuilder report = base();
    report.set("listeners", "listener=18900 999 5 loopback\nlistener=22 0 6 any4");
    report.set("processes", running);
    const GatewayFacts f = facts(report);
    const auto chosen = chooseGateway(f, 0);
    QVERIFY(chosen);
    QVERIFY(chosen->running && !chosen->configReadable);
    QCOMPARE(chosen->user, u"openclaw"_s);
    // Nobody could read which port it was given: the kernel says which is openclaw's.
    QCOMPARE(gatewayPort(f, *chosen, nullptr, 0).value(), 18900);
    QVERIFY(betterInformedUser(f, chosen).isEmpty());

    report.set("sudo", "    (ALL) NOPASSWD: ALL");
    const GatewayFacts mighty = facts(report);
    QCOMPARE(betterInformedUser(mighty, chooseGateway(mighty, 0)), u"openclaw"_s); // never root
    report.set("sudo", "    (root) NOPASSWD: ALL");
    const GatewayFacts rootOnly = facts(report);
    QVERIFY(betterInformedUser(rootOnly, chooseGateway(rootOnly, 0)).isEmpty());
}

void TestGatewayFacts::severalMustBeTold()
{
    ReportBuilder report = base();
    report.set("listeners", "listener=18789 999 5 loopback\nlistener=18800 1000 6 loopback");
    report.set("processes",
               running
                   + "\nprocess=90\nuid=1000\ngateway=yes\ntitle=openclaw-gateway\nenvironment=yes\nenv-home=/home/"
                     "ops\nlistens=18800");
    const GatewayFacts f = facts(report);
    const auto chosen = chooseGateway(f, 0);
    QVERIFY(!chosen);
    QCOMPARE(chosen.error().code, ErrorCode::InvalidInput);
    QVERIFY2(chosen.error().what.contains(u"openclaw"_s) && chosen.error().what.contains(u"18800"_s),
             qPrintable(chosen.error().what));
    QVERIFY(betterInformedUser(f, chosen).isEmpty());
    QCOMPARE(chooseGateway(f, 18800)->uid, 1000U);
    QCOMPARE(chooseGateway(f, 18789)->uid, 999U);
}

void TestGatewayFacts::installedButNotRunning()
{
    ReportBuilder report = base();
    report.set("units", unit);
    GatewayFacts f = facts(report);
    const auto chosen = chooseGateway(f, 0);
    QVERIFY(!chosen);
    QCOMPARE(chosen.error().code, ErrorCode::FileNotFound);
    QVERIFY2(chosen.error().remedy.contains(
                 u"sudo -u openclaw 'XDG_RUNTIME_DIR=/run/user/999' systemctl --user start openclaw-gateway.service"_s),
             qPrintable(chosen.error().remedy));
    QCOMPARE(chooseGateway(f, 18900).error().what, chosen.error().what);

    // Who may look closer does so before it is said: the unit may be in a folder that is closed to the login user.
    report.set("sudo", "    (openclaw) NOPASSWD: ALL");
    QCOMPARE(betterInformedUser(facts(report), chooseGateway(facts(report), 0)), u"openclaw"_s);
    // Only a configuration, no unit.
    f = facts(base());
    QVERIFY(chooseGateway(f, 0).error().remedy.contains(u"openclaw gateway run"_s));
}

void TestGatewayFacts::nothingThere()
{
    ReportBuilder report = base();
    report.set("homes", "home=/home/ops\nuid=1000\nuser=ops");
    QVERIFY(chooseGateway(facts(report), 0).error().what.contains(u"no OpenClaw gateway"_s));
    QVERIFY(chooseGateway(facts(report), 4000).error().what.contains(u"4000"_s));
    // Something listens on the default port: worth a probe.
    report.set("listeners", "listener=18789 0 5 loopback");
    QVERIFY(chooseGateway(facts(report), 0));
    // No /proc: only the entry can say which port, and nobody vouches for who listens.
    report.set("listeners", "", "absent");
    const GatewayFacts unknown = facts(report);
    QCOMPARE(chooseGateway(unknown, 0).error().code, ErrorCode::Unsupported);
    const auto chosen = chooseGateway(unknown, 4000);
    QVERIFY(chosen && !chosen->configReadable);
    QCOMPARE(gatewayPort(unknown, *chosen, nullptr, 4000).value(), 4000);
}

void TestGatewayFacts::hiddenProcesses()
{
    ReportBuilder report = base("uid=1000\nname=ops\nhome=/home/ops\nsees-others=no");
    QCOMPARE(chooseGateway(facts(report), 0).error().code,
             ErrorCode::PermissionDenied); // it is not claimed that it does not run
    report.set("sudo", "    (openclaw) NOPASSWD: ALL");
    const GatewayFacts may = facts(report);
    QCOMPARE(betterInformedUser(may, chooseGateway(may, 0)), u"openclaw"_s);
    report.set("sudo", "", "absent").set("listeners", "listener=4000 999 5 loopback");
    const GatewayFacts f = facts(report);
    const auto chosen = chooseGateway(f, 0);
    QVERIFY(chosen);
    QCOMPARE(gatewayPort(f, *chosen, nullptr, 0).value(), 4000);
}

void TestGatewayFacts::aPortOfSomebodyElseIsRefused()
{
    // The gateway is down or moved, and another user of the server waits for the token on its port.
    ReportBuilder report = base("uid=999\nname=openclaw\nhome=/home/openclaw\nsees-others=yes");
    report.set("listeners", "listener=18789 1000 5 loopback");
    report.set("processes", running + "\nenvironment=yes\nenv-home=/home/openclaw");
    const GatewayFacts f = facts(report);
    const auto chosen = chooseGateway(f, 0);
    QVERIFY(chosen);
    const GatewayConfig config;
    const auto port = gatewayPort(f, *chosen, &config, 0);
    QVERIFY(!port);
    QCOMPARE(port.error().code, ErrorCode::PermissionDenied);
    QVERIFY(port.error().what.contains(u"ops"_s));
    // With the port in the entry it is ops's listener that is meant, and never openclaw's configuration.
    const auto wanted = chooseGateway(f, 18789);
    QVERIFY(wanted);
    QCOMPARE(wanted->uid, 1000U);
    QVERIFY(!wanted->configReadable);
    // Root's: a container's published port.
    report.set("listeners", "listener=18789 0 5 loopback");
    const GatewayFacts published = facts(report);
    QCOMPARE(gatewayPort(published, *chooseGateway(published, 0), &config, 0).value(), 18789);
}

void TestGatewayFacts::thePortsPrecedence()
{
    ReportBuilder report = base("uid=999\nname=openclaw\nhome=/home/openclaw\nsees-others=yes");
    report.set("listeners",
               "listener=1 999 5 loopback\nlistener=2 999 5 loopback\nlistener=3 999 5 loopback\nlistener=18789 999 5 "
               "loopback");
    const auto port = [&](const QByteArray &process, std::optional<quint16> configured, quint16 wanted) {
        report.set("processes", "process=70\nuid=999\ngateway=yes\nenvironment=yes\n" + process);
        const GatewayFacts f = facts(report);
        GatewayConfig config;
        config.port = configured;
        return gatewayPort(f, chooseGateway(f, wanted).value(), &config, wanted).value();
    };
    QCOMPARE(port("port-flag=1\nenv-port=2", 3, 0), 1);
    QCOMPARE(port("env-port=2", 3, 0), 2);
    QCOMPARE(port("env-home=/home/openclaw", 3, 0), 3);
    QCOMPARE(port("env-home=/home/openclaw", {}, 0), 18789);
    QCOMPARE(port("port-flag=1", 3, 2), 2);
}

void TestGatewayFacts::oldVersionsListenOnMorePorts()
{
    ReportBuilder report = base("uid=999\nname=openclaw\nhome=/home/openclaw\nsees-others=yes");
    report.set("listeners",
               "listener=18891 999 5 loopback\nlistener=18889 999 5 loopback\nlistener=18892 999 5 loopback");
    report.set("processes", running + "\nenvironment=yes\nlistens=18891\nlistens=18889\nlistens=18892");
    const GatewayFacts f = facts(report);
    QCOMPARE(gatewayPort(f, *chooseGateway(f, 0), nullptr, 0).value(), 18889);
    const GatewayConfig config; // says 18789, but that is not what runs
    QCOMPARE(gatewayPort(f, *chooseGateway(f, 0), &config, 0).value(), 18889);
}

void TestGatewayFacts::containersAreNotTheServersGateways()
{
    ReportBuilder report = base();
    report.set("processes", running + "\nnetwork=other");
    QVERIFY(!chooseGateway(facts(report), 0));
}

void TestGatewayFacts::theCommandLineProgramIsNoGateway()
{
    ReportBuilder report = base("uid=999\nname=openclaw\nhome=/home/openclaw\nsees-others=yes");
    report.set("processes",
               "process=70\nuid=999\ngateway=yes\ntitle=openclaw\nenvironment=yes\nenv-home=/home/openclaw");
    QVERIFY(!chooseGateway(facts(report), 0));
    report.set(
        "processes",
        "process=70\nuid=999\ngateway=yes\ntitle=openclaw\nenvironment=yes\nenv-home=/home/openclaw\nlistens=18789");
    report.set("listeners", "listener=18789 999 5 loopback");
    QVERIFY(chooseGateway(facts(report), 0));
}

void TestGatewayFacts::aWantedPort()
{
    ReportBuilder report = base();
    report.set("listeners", "listener=7000 0 5 loopback\nlistener=18789 999 5 loopback");
    report.set("processes", running);
    const GatewayFacts f = facts(report);
    // A proxy of root's before openclaw's gateway: its configuration is the one that matters.
    QCOMPARE(chooseGateway(f, 7000)->uid, 999U);
    QCOMPARE(gatewayPort(f, *chooseGateway(f, 7000), nullptr, 7000).value(), 7000);
    QVERIFY(!chooseGateway(f, 7001));
}

void TestGatewayFacts::systemUnits()
{
    ReportBuilder report = base();
    report.set("units", "unit=/etc/systemd/system/openclaw.service\nuid=999\nscope=system\nenv-state-dir=/srv/claw");
    const auto error = chooseGateway(facts(report), 0).error();
    QVERIFY2(error.remedy.contains(u"sudo systemctl start openclaw.service"_s), qPrintable(error.remedy));
    QCOMPARE(gatewayInstances(facts(report)).constFirst().configPath, u"/srv/claw/openclaw.json"_s);
}

// --- the script itself, in the shells that servers have
// ---------------------------------------------------------------

static QByteArray runScript(const QStringList &shell)
{
    QProcess process;
    process.setStandardInputFile(Test::sourcePath("resources/scripts/gateway-discover.sh"));
    process.start(shell.first(),
                  shell.mid(1) + QStringList { u"-s"_s, u"--"_s, QString::fromLatin1(ReportBuilder::nonce) });
    if (!process.waitForFinished(60000))
        process.kill();
    if (!process.readAllStandardError().isEmpty())
        return {};
    return process.readAllStandardOutput();
}

void TestGatewayFacts::theScript_data()
{
    QTest::addColumn<QStringList>("shell");
    const QList<QStringList> shells {
        { u"dash"_s }, { u"bash"_s, u"--posix"_s }, { u"busybox"_s, u"sh"_s }, { u"mksh"_s }
    };
    for (const QStringList &shell : shells) {
        if (!QStandardPaths::findExecutable(shell.first()).isEmpty())
            QTest::newRow(qPrintable(shell.first())) << shell;
    }
}

namespace {

/// A program that is called like a gateway, with a listener of its own and an environment.
class FakeGateway
{
public:
    explicit FakeGateway(const QString &folder, const QStringList &arguments, const QStringList &environment)
    {
        QFile program(folder + u"/openclaw.mjs"_s);
        if (program.open(QIODevice::WriteOnly))
            program.write("import socket, time\ns = socket.socket()\ns.bind(('127.0.0.1', "
                          "0))\ns.listen()\nprint(s.getsockname()[1], flush=True)\ntime.sleep(600)\n");
        program.close();
        process.setEnvironment(environment);
        process.start(QStandardPaths::findExecutable(u"python3"_s), QStringList { program.fileName() } + arguments);
        if (process.waitForReadyRead(20000))
            port = process.readLine().trimmed().toUShort();
    }
    ~FakeGateway()
    {
        process.kill();
        process.waitForFinished();
    }
    QProcess process;
    quint16 port = 0;
};

} // namespace

void TestGatewayFacts::theScript()
{
    QFETCH(QStringList, shell);
    if (QStandardPaths::findExecutable(u"python3"_s).isEmpty())
        QSKIP("python3 is not installed");
    QTemporaryDir dir;
    const FakeGateway gateway(
        dir.path(), { u"gateway"_s, u"run"_s, u"--port"_s, u"4711"_s, u"--profile=test"_s, u"line\nbreak"_s },
        { u"HOME=/home/nobody"_s, u"OPENCLAW_STATE_DIR=/srv/state"_s, u"OPENCLAW_GATEWAY_TOKEN=hunter2"_s });
    const FakeGateway status(dir.path(), { u"gateway"_s, u"status"_s }, {});
    QVERIFY(gateway.port && status.port);
    const QByteArray output = runScript(shell);
    const auto parsed = GatewayFacts::parse(output, ReportBuilder::nonce);
    QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().what));
    QCOMPARE(parsed->uid, uint(geteuid()));
    QVERIFY(parsed->homeOf(parsed->uid));
    QVERIFY(parsed->listenersKnown);
    QCOMPARE(parsed->listenerUid(gateway.port), std::optional<uint>(geteuid()));
    const auto find = [&](const FakeGateway &fake) {
        return std::find_if(parsed->processes.begin(), parsed->processes.end(),
                            [&](const GatewayProcess &p) { return p.pid == fake.process.processId(); });
    };
    const auto process = find(gateway);
    QVERIFY(process != parsed->processes.end());
    QVERIFY(process->isGateway && process->environmentKnown && !process->otherNetwork);
    QCOMPARE(process->settings.portFlag, 4711);
    QCOMPARE(process->settings.profile, u"test"_s);
    QCOMPARE(process->settings.stateDir, u"/srv/state"_s);
    QVERIFY(process->settings.token && !process->settings.tokenFlag);
    QCOMPARE(process->listens, QList<quint16> { gateway.port });
    QVERIFY(find(status) == parsed->processes.end()); // `openclaw gateway status` is no gateway
}

void TestGatewayFacts::theScriptNamesNoSecret()
{
    if (QStandardPaths::findExecutable(u"python3"_s).isEmpty())
        QSKIP("python3 is not installed");
    QTemporaryDir dir;
    const FakeGateway gateway(dir.path(), { u"gateway"_s, u"--token"_s, u"hunter3"_s, u"--token=hunter4"_s },
                              { u"OPENCLAW_GATEWAY_TOKEN=hunter2"_s });
    QVERIFY(gateway.port);
    const QByteArray output = runScript({ u"sh"_s });
    QVERIFY(output.contains("token-flag=yes"));
    QVERIFY(output.contains("env-token=yes"));
    QVERIFY(!output.contains("hunter"));
}

QTEST_GUILESS_MAIN(TestGatewayFacts)
#include "tst_GatewayFacts.moc"
