// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/Judge.h"
#include "models/posture/ServerFacts.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;

using Edit = std::function<void(ReportBuilder &)>;
Q_DECLARE_METATYPE(Edit)

/// What a real gateway's server answered (OpenClaw 2026.9.6 in tests/lab, asked as root and as another user:
/// tests/fixtures/posture/openclaw-gateway*.txt), as it was or changed in one place, with configurations as people
/// write them; and what each check says.
class tst_OpenClawChecks : public QObject
{
    Q_OBJECT

    static inline const QByteArray token = "f00dfeedf00dfeedf00dfeedf00dfeed";
    static inline const QByteArray good =
        "{ gateway: { mode: 'local', bind: 'loopback', auth: { mode: 'token', token: '" + token
        + "', rateLimit: { maxAttempts: 10, windowMs: 60000 } } } }";

    /// @p inner: the gateway scripts' answer, put into an ordinary server's probe. @p config null: not read.
    static ServerFacts facts(const ReportBuilder &inner, const QByteArray &config = good)
    {
        ReportBuilder outer = ReportBuilder::recorded("documented");
        outer.set("openclaw", inner.bytes().chopped(1));
        return read(outer, config);
    }
    static ServerFacts read(const ReportBuilder &outer, const QByteArray &config = {})
    {
        Result<ServerFacts> facts = understandProbe(outer.bytes(), ReportBuilder::nonce);
        if (!facts)
            qFatal("%s", qPrintable(facts.error().toString()));
        if (!config.isNull() && !facts->openClaw.gateways.isEmpty())
            facts->openClaw.setConfig(0, Secret(config), {});
        return *facts;
    }
    static CheckResult result(const ServerFacts &facts, const QString &id)
    {
        const QList<CheckResult> all = judge(facts);
        const auto it = std::find_if(all.begin(), all.end(), [&](const CheckResult &r) { return r.checkId == id; });
        return it == all.end() ? CheckResult() : *it;
    }
    static QString letters(const ServerFacts &facts)
    {
        QString text;
        for (const CheckResult &result : judge(facts)) {
            if (!result.checkId.startsWith(u"openclaw."))
                continue;
            text += u"-P?WF"_s.at(int(result.verdict));
            if (result.summary.isEmpty() || result.evidence.isEmpty())
                qFatal("%s explains nothing", qPrintable(result.checkId));
            const bool needsRemedy = result.verdict > Verdict::Pass;
            if (result.remedy.isEmpty() == needsRemedy)
                qFatal("%s: remedy \"%s\"", qPrintable(result.checkId), qPrintable(result.remedy));
        }
        return text;
    }

private Q_SLOTS:
    // running, health, bind, auth, rate-limit, origins, state-dir, exec-approvals, channels, version
    void asRoot() { QCOMPARE(letters(facts(ReportBuilder::recorded("openclaw-gateway"))).left(7), u"PPPPPPW"_s); }
    void withoutRoot()
    {
        const ServerFacts seen = facts(ReportBuilder::recorded("openclaw-gateway-no-root"), {});
        QCOMPARE(letters(seen).left(7), u"?PP???W"_s);
    }
    void withoutItsConfiguration()
    {
        QCOMPARE(letters(facts(ReportBuilder::recorded("openclaw-gateway"), {})).left(7), u"PPP???W"_s);
        ServerFacts failed = facts(ReportBuilder::recorded("openclaw-gateway"), {});
        failed.openClaw.setConfig(0, {}, Error { ErrorCode::CommandFailed, u"cat: no"_s, u"ask"_s, {} });
        QCOMPARE(letters(failed).left(7), u"PPP???W"_s);
        QVERIFY(result(failed, u"openclaw.auth"_s).summary.contains(u"cat: no"));
    }
    void noneIsThere()
    {
        ReportBuilder empty = ReportBuilder::recorded("openclaw-gateway");
        empty.set("processes", "")
            .set("units", "")
            .set("services", "")
            .set("files", "", "absent")
            .remove("health-18789");
        empty.set("homes", "home=/root\nuid=0\nuser=root").set("versions", "");
        QVERIFY(QRegularExpression(u"^-+$"_s).match(letters(facts(empty))).hasMatch());
        QVERIFY(result(facts(empty), u"openclaw.running"_s).summary.contains(u"no OpenClaw"));
        // Hidden processes: nobody can say.
        ReportBuilder hidden = empty;
        hidden.replace("user", "uid=0", "uid=1000").replace("user", "sees-others=yes", "sees-others=no");
        QVERIFY(QRegularExpression(u"^\\?+$"_s).match(letters(facts(hidden))).hasMatch());
        ReportBuilder container = empty;
        container.set("processes", "process=70\nuid=999\ngateway=yes\nnetwork=other");
        QVERIFY(QRegularExpression(u"^\\?+$"_s).match(letters(facts(container))).hasMatch());
    }

    void oneChange_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<QString>("inSummaryOrEvidence");
        const auto row = [](const char *name, const char *id, Verdict verdict, const char *text, Edit edit) {
            QTest::newRow(name) << u"openclaw."_s + QString::fromLatin1(id) << std::move(edit) << verdict
                                << QString::fromUtf8(text);
        };
        using B = ReportBuilder;
        const Verdict pass = Verdict::Pass, warn = Verdict::Warn, fail = Verdict::Fail, unknown = Verdict::Unknown,
                      none = Verdict::NotApplicable;
        const Edit stopped = [](B &b) {
            b.set("processes", "").remove("health-18789");
            b.replace("services", "ActiveState=active", "ActiveState=inactive")
                .replace("services", "=running", "=dead");
        };

        row("stopped", "running", fail, "not running", stopped);
        row("stopped: health", "health", none, "not running", stopped);
        row("stopped: bind", "bind", none, "not running", stopped);
        row("stopped: files", "state-dir", warn, "0755", stopped);
        row("failed", "running", fail, "start-limit-hit", [stopped](B &b) {
            stopped(b);
            b.replace("services", "=inactive", "=failed").replace("services", "=success", "=start-limit-hit");
        });
        row("between two restarts", "running", fail, "again and again", [stopped](B &b) {
            stopped(b);
            b.replace("services", "=inactive", "=activating").replace("services", "=dead", "=auto-restart");
        });
        row("just restarted, many times", "running", fail, "7 restarts", [](B &b) {
            b.replace("services", "NRestarts=0", "NRestarts=7");
            const QByteArray uptime = b.text("services").split('\n').constFirst().mid(7).split('.').constFirst();
            b.set("services",
                  b.text("services")
                      .replace("ExecMainStartTimestampMonotonic=",
                               "ExecMainStartTimestampMonotonic=" + uptime + "000000\nx="));
        });
        row("restarted long ago", "running", pass, "restarted 7 times", [](B &b) {
            b.replace("services", "NRestarts=0", "NRestarts=7");
            b.set("services", "uptime=90000.12\n" + b.text("services").split('\n').mid(1).join('\n'));
        });
        row("not at boot", "running", warn, "does not start at boot",
            [](B &b) { b.replace("services", "=enabled", "=disabled"); });
        row("no lingering", "running", warn, "logs out",
            [](B &b) { b.replace("lingering", "user=999\nlinger=yes", "user=999\nlinger=no"); });
        row("by hand", "running", warn, "not as its service",
            [](B &b) { b.replace("services", "ActiveState=active", "ActiveState=inactive"); });
        row("no service", "running", warn, "nothing starts it",
            [](B &b) { b.set("units", "").set("services", "uptime=5.0"); });
        row("systemd silent", "running", unknown, "does not answer", [](B &b) {
            b.set("services",
                  "uptime=5.0\nunit=/home/openclaw/.config/systemd/user/openclaw-gateway.service\nasked=no");
        });

        row("hangs", "health", fail, "no answer", [](B &b) { b.set("health-18789", "", "124"); });
        row("a page for everything", "health", unknown, "page", [](B &b) {
            const QByteArray page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>OpenClaw";
            b.set("health-18789",
                  QByteArray::number(page.size()) + '\n' + page + '\n' + QByteArray::number(page.size()) + '\n' + page);
        });
        row("says it is not well", "health", fail, "not that it is well",
            [](B &b) { b.replace("health-18789", "{\"ok\":true", "{\"ok\":fals"); });
        row("not ready", "health", warn, "not ready",
            [](B &b) { b.replace("health-18789", "\"ready\":true,\"failing\"", "\"ready\":false,\"failin\""); });
        row("ready in other words", "health", unknown, "lives",
            [](B &b) { b.replace("health-18789", "\"ready\":true", "\"ready\":1234"); });
        row("a length that lies", "health", fail, "no answer",
            [](B &b) { b.set("health-18789", "99999\n" + b.text("health-18789").mid(4)); });
        row("not asked", "health", unknown, "could not be asked", [](B &b) { b.remove("health-18789"); });
        row("nothing listens", "health", fail, "does not listen", [](B &b) {
            b.set("listeners", "listener=22 0 5 any4 00000000").replace("processes", "\nlistens=18789", "");
        });

        const QByteArray loopback = "listener=18789 999 45585978 loopback 0100007F";
        const auto on = [](const QByteArray &what) {
            return
                [what](B &b) { b.set("listeners", what).replace("processes", "\nlistens=18789", "\nlistens=18789"); };
        };
        row("on every address", "bind", fail, "0.0.0.0:18789", on("listener=18789 999 5 any4 00000000"));
        row("on every IPv6 address", "bind", fail, "[::]:18789",
            on(loopback + "\nlistener=18789 999 5 any6 00000000000000000000000000000000"));
        row("on the tailnet", "bind", warn, "100.64.0.7:18789", on(loopback + "\nlistener=18789 999 5 other 07004064"));
        row("on a private address", "bind", fail, "192.168.1.9:18789",
            on(loopback + "\nlistener=18789 999 5 other 0901A8C0"));
        row("on 127.0.0.2", "bind", pass, "127.0.0.2:18789", on("listener=18789 999 5 other 0200007F"));
        row("somebody else's port", "bind", pass, "loopback", on(loopback + "\nlistener=8080 1000 5 any4 00000000"));
        row("an address nobody understands", "bind", fail, "?:18789", on(loopback + "\nlistener=18789 999 5 other zz"));
        row("a line nobody understands", "bind", unknown, "not every line", on(loopback + "\nlistener=18789 999"));

        row("--token", "auth", fail, "every user", [](B &b) {
            b.replace("processes", "gateway=yes\nport-flag=18789", "gateway=yes\nport-flag=18789\ntoken-flag=yes");
        });
        row("--token in the unit", "auth", fail, "ExecStart has --token",
            [](B &b) { b.replace("units", "port-flag=18789", "port-flag=18789\ntoken-flag=yes"); });
        row("--password", "auth", fail, "--password", [](B &b) {
            b.replace("processes", "gateway=yes\nport-flag=18789", "gateway=yes\nport-flag=18789\npassword-flag=yes");
        });
        row("in the user unit", "auth", warn, "OPENCLAW_GATEWAY_TOKEN",
            [](B &b) { b.set("units", b.text("units") + "\nenv-token=yes"); });
        row("in a system unit", "auth", fail, "every user",
            [](B &b) { b.set("units", b.text("units").replace("scope=user", "scope=system") + "\nenv-token=yes"); });

        row("closed", "state-dir", pass, "alone", [](B &b) { b.replace("files", "41ed 999", "41c0 999"); });
        row("others may write", "state-dir", fail, "0777", [](B &b) { b.replace("files", "41ed 999", "41ff 999"); });
        row("config for everybody", "state-dir", fail, "openclaw.json can be read", [](B &b) {
            b.replace("files", "8180 999 /home/openclaw/.openclaw/openclaw.json",
                      "81a4 999 /home/openclaw/.openclaw/openclaw.json");
        });
        row("a copy for everybody", "state-dir", fail, "openclaw.json.bak.1", [](B &b) {
            b.set("files", b.text("files") + "\nfile=81a4 999 /home/openclaw/.openclaw/openclaw.json.bak.1");
        });
        row("a copy in a closed folder", "state-dir", warn, "openclaw.json.bak", [](B &b) {
            b.replace("files", "41ed 999", "41c0 999");
            b.set("files", b.text("files") + "\nfile=81a4 999 /home/openclaw/.openclaw/openclaw.json.bak");
        });
        row("of another user", "state-dir", fail, "belongs to user 1000", [](B &b) {
            b.replace("files", "8180 999 /home/openclaw/.openclaw/openclaw.json",
                      "8180 1000 /home/openclaw/.openclaw/openclaw.json");
        });
        row("root's, since somebody used sudo", "state-dir", warn, "belongs to user 0", [](B &b) {
            b.replace("files", "41ed 999", "41c0 999")
                .set("files", b.text("files") + "\nfile=8180 0 /home/openclaw/.openclaw/openclaw.json.bak");
        });
        row("a link", "state-dir", warn, "symbolic link", [](B &b) {
            b.replace("files", "8180 999 /home/openclaw/.openclaw/openclaw.json",
                      "a1ff 999 /home/openclaw/.openclaw/openclaw.json");
        });
        row("not to be seen", "state-dir", unknown, "not to be seen", [](B &b) { b.set("files", "", "absent"); });
        row("a line nobody understands: files", "state-dir", unknown, "not to be seen",
            [](B &b) { b.set("files", "file=zz 999 /home/openclaw/.openclaw\n" + b.text("files")); });
        row("escape sequences in a name", "state-dir", unknown, "not to be seen", [](B &b) {
            b.set("files", b.text("files") + "\nfile=81a4 999 /home/openclaw/.openclaw/openclaw.json.\x1b[2J");
        });
    }
    void oneChange()
    {
        QFETCH(QString, id);
        QFETCH(Edit, edit);
        QFETCH(Verdict, verdict);
        QFETCH(QString, inSummaryOrEvidence);
        ReportBuilder builder = ReportBuilder::recorded("openclaw-gateway");
        edit(builder);
        const ServerFacts its = facts(builder);
        const CheckResult r = result(its, id);
        const QString all = r.summary + u'\n' + r.evidence.join(u'\n');
        QVERIFY2(r.verdict == verdict, qPrintable(verdictName(r.verdict) + u": "_s + all));
        QVERIFY2(all.contains(inSummaryOrEvidence), qPrintable(all));
        QVERIFY(!letters(its).isEmpty()); // every one explains itself
    }

    void configurations_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("expected"); // auth, rate-limit, origins
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const char *gateway, const char *expected, const char *text) {
            QTest::newRow(name)
                << QByteArray("{gateway:{" + QByteArray(gateway) + "}}").replace("TOKEN", "'" + token + "'")
                << QString::fromLatin1(expected) << QString::fromUtf8(text);
        };
        row("nothing set", "", "?WP", "no mode is set");
        row("none", "auth:{mode:'none',token:TOKEN}", "FWP", "none: whoever");
        row("password", "auth:{password:TOKEN}", "PWP", "gateway.auth.password: set, 32 characters");
        row("short token", "auth:{token:'abc'}", "WWP", "3 characters");
        row("placeholder", "auth:{token:' undefined '}", "FWP", "placeholder");
        row("empty token", "auth:{mode:'token',token:''}", "?WP", "the configuration has no token");
        row("reference", "auth:{token:{source:'file',provider:'p',id:'value'}}", "PWP", "reference");
        row("variable", "auth:{token:'${GATEWAY_SECRET}'}", "PWP", "an environment variable");
        row("trusted proxy", "auth:{mode:'trusted-proxy'}", "WWP", "trusted-proxy");
        row("an unknown mode", "auth:{mode:'\\x1b[2J'}", "?WP", "\\x1b[2J");
        row("a mode that is no text", "auth:{mode:5}", "?WP", "no mode");
        row("includes", "$include:'x.json5',auth:{token:TOKEN}", "???", "gateway.$include");
        row("auth is no object", "auth:[1,2]", "?WP", "no mode");
        row("limited", "auth:{token:TOKEN,rateLimit:{}}", "PPP", "10 attempts in 60 s");
        row("tunnels are not exempt", "auth:{token:TOKEN,rateLimit:{maxAttempts:3,exemptLoopback:false}}", "PWP",
            "locks everybody out");
        row("a limit that is none", "auth:{token:TOKEN,rateLimit:{maxAttempts:1e9}}", "PWP", "are no limit");
        row("a limit of text", "auth:{token:TOKEN,rateLimit:{maxAttempts:'10'}}", "P?P", "not understood");
        row("no limit", "auth:{token:TOKEN,rateLimit:false}", "P?P", "not understood");
        row("no loopback answer", "auth:{token:TOKEN,rateLimit:{exemptLoopback:'no'}}", "P?P", "not understood");
        row("origins", "auth:{token:TOKEN,rateLimit:{}},controlUi:{allowedOrigins:['https://a.example']}", "PPP",
            "https://a.example");
        row("every origin", "auth:{token:TOKEN,rateLimit:{}},controlUi:{allowedOrigins:['https://a.example','*']}",
            "PPF", "every web page");
        row("origins of another kind", "auth:{token:TOKEN,rateLimit:{}},controlUi:{allowedOrigins:'*'}", "PP?",
            "not understood");
        row("an origin of another kind", "auth:{token:TOKEN,rateLimit:{}},controlUi:{allowedOrigins:[{}]}", "PP?",
            "not understood");
        row("dangerous", "auth:{token:TOKEN,rateLimit:{}},controlUi:{dangerouslyDisableDeviceAuth:true}", "PPF",
            "dangerouslyDisableDeviceAuth");
        row("insecure", "auth:{token:TOKEN,rateLimit:{}},controlUi:{allowInsecureAuth:true}", "PPF",
            "allowInsecureAuth");
        row("host header", "auth:{token:TOKEN,rateLimit:{}},controlUi:{dangerouslyAllowHostHeaderOriginFallback:'yes'}",
            "PPF", "Fallback");
        row("said to be off", "auth:{token:TOKEN,rateLimit:{}},controlUi:{allowInsecureAuth:false}", "PPP", "tunnel");
        QTest::newRow("not JSON5") << QByteArray("{gateway:{auth:{token:'" + token + "'}}") << u"???"_s
                                   << u"is not understood"_s;
        QTest::newRow("a list") << QByteArray("[]") << u"???"_s << u"is not understood"_s;
        QTest::newRow("empty") << QByteArray("") << u"???"_s << u"is not understood"_s;
    }
    void configurations()
    {
        QFETCH(QByteArray, config);
        QFETCH(QString, expected);
        QFETCH(QString, text);
        const ServerFacts its = facts(ReportBuilder::recorded("openclaw-gateway"), config);
        QString all;
        for (const CheckResult &r : judge(its)) {
            if (r.checkId.startsWith(u"openclaw."))
                all += r.checkId + u": "_s + verdictName(r.verdict) + u' ' + r.summary + u' ' + r.remedy + u' '
                    + r.evidence.join(u'\n') + u'\n';
        }
        QVERIFY2(letters(its).mid(3, 3) == expected, qPrintable(letters(its) + u'\n' + all));
        QVERIFY2(all.contains(text), qPrintable(all));
        QVERIFY(!all.contains(QString::fromLatin1(token)) && !all.contains(u"abc'"));
    }

    void agentsAndChannels_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("expected"); // exec-approvals, channels
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const char *config, const char *expected, const char *text) {
            QTest::newRow(name) << QByteArray("{gateway:{auth:{token:'" + token + "'}}," + config + "}")
                                << QString::fromLatin1(expected) << QString::fromUtf8(text);
        };
        row("nothing", "", "?-", "in its database");
        row("a list", "tools:{exec:{security:'allowlist',ask:'on-miss'}}", "P-", "security allowlist, ask on-miss");
        row("always asked", "tools:{exec:{security:'full',ask:'always'}}", "P-", "ask always");
        row("everything", "tools:{exec:{security:'full'}}", "W-", "any command");
        row("mode", "tools:{exec:{mode:'auto'}}", "P-", "mode auto");
        row("mode full", "tools:{exec:{mode:'full',security:'deny'}}", "W-", "any command");
        row("another word", "tools:{exec:{security:'some'}}", "?-", "not known");
        row("no text", "tools:{exec:{security:1}}", "?-", "not known");
        row("one agent may", "tools:{exec:{security:'deny'}},agents:{entries:{a:{tools:{exec:{security:'full'}}}}}",
            "W-", "agent a");
        row("one agent may, before 2026.9", "agents:{list:[{id:'main',tools:{exec:{security:'full',ask:'off'}}}]}",
            "W-", "agent main");
        row("sandbox", "agents:{defaults:{sandbox:{mode:'all'}}}", "P-", "in a sandbox");
        row("elevated for all", "tools:{exec:{security:'deny'},elevated:{allowFrom:{telegram:['*']}}}", "F-",
            "everybody on telegram");
        row("included", "$include:'./more.json5'", "??", "$include");

        row("polling", "channels:{telegram:{enabled:true,botToken:'123:SECRET'}}", "?P", "pairing (default)");
        row("off", "channels:{telegram:{enabled:false,dmPolicy:'open'}}", "?-", "channels.telegram: off");
        row("open", "channels:{telegram:{dmPolicy:'open',allowFrom:['*']}}", "?F", "anybody may write");
        row("everybody listed", "channels:{whatsapp:{dmPolicy:'allowlist',allowFrom:['+4912345','*']}}", "?F",
            "anybody may write");
        row("open in the old way", "channels:{discord:{dm:{policy:'open',allowFrom:['*']}}}", "?F",
            "anybody may write");
        row("groups", "channels:{telegram:{groupPolicy:'open'}}", "?W", "in its groups");
        row("an account", "channels:{telegram:{accounts:{work:{dmPolicy:'open'}}}}", "?F", "telegram.accounts.work");
        row("an account of one that is off", "channels:{telegram:{enabled:false,accounts:{work:{dmPolicy:'open'}}}}",
            "?-", "off");
        row("a webhook", "channels:{telegram:{webhookUrl:'https://x.example/SECRET'}}", "?W", "no secret for it");
        row("a webhook with a secret", "channels:{telegram:{webhookUrl:'https://x.example/',webhookSecret:'SECRET'}}",
            "??", "old requests");
        row("Slack by HTTP", "channels:{slack:{mode:'http'}}", "?W", "no secret for it");
        row("Slack by socket", "channels:{slack:{mode:'socket',appToken:'SECRET'}}", "?P", "known people");
        row("unsigned", "channels:{sms:{dangerouslyDisableSignatureValidation:true}}", "?F", "not verified");
        row("a policy nobody knows", "channels:{telegram:{dmPolicy:'friends'}}", "??", "not known");
        row("hooks", "hooks:{enabled:true,token:'SECRET'}", "?P", "hooks: on, token set");
        row("hooks for all", "hooks:{enabled:true}", "?F", "without a token");
        row("not an object", "channels:{telegram:'SECRET'},tools:[],agents:5,hooks:'SECRET'", "?-", "no channel is on");
    }
    void agentsAndChannels()
    {
        QFETCH(QByteArray, config);
        QFETCH(QString, expected);
        QFETCH(QString, text);
        const ServerFacts its = facts(ReportBuilder::recorded("openclaw-gateway"), config);
        QString all;
        for (const CheckResult &r : judge(its)) {
            if (r.checkId == u"openclaw.exec-approvals" || r.checkId == u"openclaw.channels")
                all += r.summary + u'\n' + r.remedy + u'\n' + r.evidence.join(u'\n') + u'\n';
        }
        QVERIFY2(letters(its).mid(7, 2) == expected, qPrintable(letters(its) + u'\n' + all));
        QVERIFY2(all.contains(text), qPrintable(all));
        QVERIFY(!all.contains(u"SECRET") && !all.contains(u"4912345"));
    }

    void versions_data()
    {
        QTest::addColumn<QByteArray>("installed");
        QTest::addColumn<QString>("newest");
        QTest::addColumn<QByteArray>("node"); // of a gateway that does not run; empty: it runs
        QTest::addColumn<Verdict>("verdict");
        const auto row = [](const char *name, const char *installed, const char *newest, const char *node,
                            Verdict verdict) {
            QTest::newRow(name) << QByteArray(installed) << QString::fromLatin1(newest) << QByteArray(node) << verdict;
        };
        row("the newest", "2026.9.6", "2026.9.6", "", Verdict::Pass);
        row("newer than the newest", "2026.10.1", "2026.9.6", "", Verdict::Pass);
        row("behind", "2026.9.6", "2026.10.1", "", Verdict::Warn);
        row("not known", "2026.9.6", "", "", Verdict::Unknown);
        row("no number", "dev", "2026.9.6", "", Verdict::Unknown);
        row("Node 22", "2026.9.6", "2026.9.6", "22", Verdict::Fail);
        row("Node 22, newest not known", "2026.9.6", "", "22.23.3", Verdict::Fail);
        row("Node 22 for an older one", "2026.6.11", "2026.6.11", "22", Verdict::Pass);
        row("Node 24", "2026.9.6", "2026.9.6", "24.21.0", Verdict::Pass);
    }
    void versions()
    {
        QFETCH(QByteArray, installed);
        QFETCH(QString, newest);
        QFETCH(QByteArray, node);
        QFETCH(Verdict, verdict);
        ReportBuilder inner = ReportBuilder::recorded("openclaw-gateway");
        inner.replace("versions", "2026.9.6", installed);
        if (!node.isEmpty()) {
            inner.set("processes", "").remove("health-18789").set("nodes", "node=/usr/bin/node\nversion=" + node);
            inner.replace("units", "scope=user", "scope=user\npackage=/opt/openclaw/node_modules/openclaw");
        }
        ServerFacts its = facts(inner);
        its.openClaw.newest = newest;
        its.openClaw.newestProblem = newest.isEmpty() ? u"offline"_s : QString();
        const CheckResult r = result(its, u"openclaw.version"_s);
        QVERIFY2(r.verdict == verdict, qPrintable(verdictName(r.verdict) + u": "_s + r.summary));
        QVERIFY2(r.summary.contains(QString::fromLatin1(installed)), qPrintable(r.summary));
    }

    void whoReadsTheConfiguration()
    {
        const OpenClawFacts root = facts(ReportBuilder::recorded("openclaw-gateway"), {}).openClaw;
        QCOMPARE(root.configsToRead(u"ops"_s, true).size(), 1);
        // Root would also read what the gateway's user has put a link to.
        QCOMPARE(root.configsToRead(u"ops"_s, true).constFirst().asUser, u"openclaw"_s);
        QCOMPARE(root.configsToRead(u"openclaw"_s, false).constFirst().asUser, QString());
        const OpenClawFacts other = facts(ReportBuilder::recorded("openclaw-gateway-no-root"), {}).openClaw;
        QCOMPARE(other.configsToRead(u"ops"_s, false).size(), 1); // its sudo says that it may become anybody
        ReportBuilder scoped = ReportBuilder::recorded("openclaw-gateway-no-root");
        scoped.set("sudo", "", "absent");
        QVERIFY(facts(scoped, {}).openClaw.configsToRead(u"ops"_s, false).isEmpty());
    }

    void severalGateways()
    {
        ReportBuilder two = ReportBuilder::recorded("openclaw-gateway");
        two.set("processes",
                two.text("processes")
                    + "\nprocess=900\nuid=1000\ngateway=yes\nenvironment=yes\nenv-home=/home/ops\nlistens=19001");
        two.set("listeners", two.text("listeners") + "\nlistener=19001 1000 7 any4 00000000");
        two.set("homes",
                two.text("homes")
                    + "\nhome=/home/ops\nuid=1000\nuser=ops\nconfig=yes readable /home/ops/.openclaw/openclaw.json");
        const CheckResult bind = result(facts(two), u"openclaw.bind"_s);
        QCOMPARE(bind.verdict, Verdict::Fail);
        QVERIFY(bind.summary.contains(u"user ops") && bind.summary.contains(u"0.0.0.0:19001"));
        QVERIFY(bind.evidence.join(u'\n').contains(u"127.0.0.1:18789"));
    }

    /// Whatever stands in the section instead of the scripts' answer.
    void hostileText_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("status");
        const QByteArray n = ReportBuilder::nonce;
        const QByteArray real = ReportBuilder::recorded("openclaw-gateway").bytes();
        QTest::newRow("empty") << QByteArray() << QByteArray("0");
        QTest::newRow("failed") << real.chopped(1) << QByteArray("1");
        QTest::newRow("cut") << real.first(real.size() / 2) << QByteArray("0");
        QTest::newRow("another number") << QByteArray(real).replace(n, "fedcba9876543210").chopped(1)
                                        << QByteArray("0");
        QTest::newRow("more after its end") << real + "x" << QByteArray("0");
        QTest::newRow("a section twice") << QByteArray(real)
                                                .replace(n + " done 11",
                                                         n + " begin user\n0\n\n" + n + " end 0\n" + n + " done 12")
                                                .chopped(1)
                                         << QByteArray("0");
        QTest::newRow("not text") << QByteArray("\xff\xfe\x00\x1b]0;x\x07<script>", 22) << QByteArray("0");
        QTest::newRow("a long line") << QByteArray(1024 * 1024, 'A') << QByteArray("0");
    }
    void hostileText()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, status);
        ReportBuilder outer = ReportBuilder::recorded("documented");
        outer.set("openclaw", text, status);
        const ServerFacts its = read(outer);
        QVERIFY2(QRegularExpression(u"^\\?+$"_s).match(letters(its)).hasMatch(), qPrintable(letters(its)));
        for (const CheckResult &r : judge(its)) {
            const QString all = r.summary + r.evidence.join(u' ');
            QVERIFY(!all.contains(u'\x1b') && !all.contains(u'\0') && all.size() < 50000);
        }
    }
};

QTEST_GUILESS_MAIN(tst_OpenClawChecks)
#include "tst_OpenClawChecks.moc"
