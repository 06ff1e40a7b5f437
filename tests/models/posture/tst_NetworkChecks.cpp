// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/Exposure.h"
#include "models/posture/Judge.h"
#include "models/posture/ProbeReport.h"
#include "models/posture/ServerFacts.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace Helmclaw;

using Edit = std::function<void(ReportBuilder &)>;
Q_DECLARE_METATYPE(Edit)

/// The network's checks on recorded answers of a real server (tests/lab), changed in one place.
class tst_NetworkChecks : public QObject
{
    Q_OBJECT

    static CheckResult result(const ReportBuilder &builder, const QString &id)
    {
        const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
        if (!outcome)
            qFatal("%s", qPrintable(outcome.error().toString()));
        const QList<CheckResult> all = outcome->results;
        const auto it = std::find_if(all.begin(), all.end(), [&](const CheckResult &r) { return r.checkId == id; });
        return it == all.end() ? CheckResult() : *it;
    }
    static Exposure exposure(const ReportBuilder &builder)
    {
        const auto report = ProbeReport::parse(builder.bytes(), ReportBuilder::nonce);
        return Exposure::of(ServerFacts::parse(*report).value());
    }
    /// "from" and "why" of the rows of a port.
    static QString who(const Exposure &exposure, const QString &port, AddressFamily family = AddressFamily::IPv4)
    {
        QStringList texts;
        for (const ExposureRow &row : exposure.rows) {
            if (row.portText() == port && row.family == family)
                texts.append(Exposure::fromText(row));
        }
        return texts.join(u"; ");
    }
    static void listen(ReportBuilder &builder, const QByteArray &line)
    {
        builder.set("sockets", builder.text("sockets") + '\n' + line);
    }
    static void rule(ReportBuilder &builder, const char *section, const QByteArray &before, const QByteArray &rule)
    {
        builder.replace(section, before, rule + '\n' + before);
    }

private Q_SLOTS:
    void variants_data()
    {
        // exposure, listeners, docker-user, docker-user-ipv6: P pass, F fail, ? unknown, - not applicable.
        QTest::addColumn<QString>("expected");
        QTest::newRow("documented") << u"PPP-"_qs;
        QTest::newRow("ufw-inactive") << u"PPF-"_qs;
        QTest::newRow("fail2ban-stopped") << u"PPP-"_qs;
        QTest::newRow("updates-pending") << u"PPP-"_qs;
        QTest::newRow("no-sudo") << u"?P?-"_qs;
        QTest::newRow("many-rules-and-bans") << u"PPP-"_qs;
    }
    void variants()
    {
        QFETCH(QString, expected);
        const ReportBuilder builder = ReportBuilder::recorded(QTest::currentDataTag());
        QString actual;
        for (const char *id :
             { "network.exposure", "network.listeners", "network.docker-user", "network.docker-user-ipv6" })
            actual += QStringLiteral("-P?WF").at(int(result(builder, QString::fromLatin1(id)).verdict));
        QCOMPARE(actual, expected);
    }

    void oneChange_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const char *id, Verdict verdict, const char *text, Edit edit) {
            QTest::newRow(name) << QString::fromLatin1(id) << std::move(edit) << verdict << QString::fromUtf8(text);
        };
        using B = ReportBuilder;
        const Verdict pass = Verdict::Pass, warn = Verdict::Warn, fail = Verdict::Fail, unknown = Verdict::Unknown,
                      none = Verdict::NotApplicable;
        const char *user = "network.docker-user";
        const char *user6 = "network.docker-user-ipv6";
        const char *listeners = "network.listeners";
        const char *exposed = "network.exposure";

        // DOCKER-USER
        row("as documented", user, pass, "eth0", [](B &) {});
        row("no chain", user, fail, "no DOCKER-USER",
            [](B &b) { b.set("iptables", b.text("iptables").replace("DOCKER-USER", "SOMETHING")); });
        row("not hooked", user, fail, "0 references",
            [](B &b) { b.replace("iptables", "-A FORWARD -j DOCKER-USER\n", ""); });
        row("hooked too late", user, fail, "before it",
            [](B &b) { rule(b, "iptables", "-A FORWARD -j DOCKER-USER", "-A FORWARD -i eth0 -o docker0 -j ACCEPT"); });
        row("hooked for others only", user, fail, "before it",
            [](B &b) { b.replace("iptables", "-A FORWARD -j DOCKER-USER", "-A FORWARD -i eth1 -j DOCKER-USER"); });
        row("tailscale's chain before it", user, pass, "eth0", [](B &b) {
            rule(b, "iptables", "-A FORWARD -j DOCKER-USER",
                 "-A FORWARD -i tailscale0 -j MARK --set-xmark 0x40000/0xff0000\n-A FORWARD -m mark --mark "
                 "0x40000/0xff0000 -j ACCEPT\n-A FORWARD -s 100.64.0.0/10 -o tailscale0 -j DROP\n-A FORWARD -o "
                 "tailscale0 "
                 "-j ACCEPT");
        });
        row("no drop", user, fail, "eth0", [](B &b) { b.replace("iptables", "-A DOCKER-USER -i eth0 -j DROP\n", ""); });
        row("drop on another interface", user, fail, "eth0",
            [](B &b) { b.replace("iptables", "-A DOCKER-USER -i eth0 -j DROP", "-A DOCKER-USER -i eth1 -j DROP"); });
        row("return before the drop", user, fail, "eth0",
            [](B &b) { rule(b, "iptables", "-A DOCKER-USER -i eth0 -j DROP", "-A DOCKER-USER -j RETURN"); });
        row("drop of TCP only", user, fail, "eth0", [](B &b) {
            b.replace("iptables", "-A DOCKER-USER -i eth0 -j DROP", "-A DOCKER-USER -i eth0 -p tcp -j DROP");
        });
        row("drop everything", user, pass, "eth0",
            [](B &b) { b.replace("iptables", "-A DOCKER-USER -i eth0 -j DROP", "-A DOCKER-USER -j DROP"); });
        row("a port let through", user, warn, "--dport 443", [](B &b) {
            rule(b, "iptables", "-A DOCKER-USER -i eth0 -j DROP",
                 "-A DOCKER-USER -i eth0 -p tcp -m tcp --dport 443 -j ACCEPT");
        });
        row("a published port let through", user, warn, "--ctorigdstport 443", [](B &b) {
            rule(b, "iptables", "-A DOCKER-USER -i eth0 -j DROP",
                 "-A DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 443 -j RETURN");
        });
        row("a network let through", user, warn, "10.0.0.0/8", [](B &b) {
            rule(b, "iptables", "-A DOCKER-USER -i eth0 -j DROP", "-A DOCKER-USER -s 10.0.0.0/8 -i eth0 -j ACCEPT");
        });
        row("replies are cut", user, warn, "replies", [](B &b) {
            b.replace("iptables", "-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n", "");
        });
        row("a rule nobody understands", user, unknown, "bpf", [](B &b) {
            rule(b, "iptables", "-A DOCKER-USER -i eth0 -j DROP", "-A DOCKER-USER -m bpf --bytecode \"1\" -j ACCEPT");
        });
        row("two ways out", user, fail, "eth1",
            [](B &b) { b.set("routes", b.text("routes") + "\n4 default via 192.0.2.1 dev eth1 table 77"); });
        row("two ways out in one route", user, fail, "eth1", [](B &b) {
            b.set("routes",
                  "4 default \\ nexthop via 192.0.2.1 dev eth0 weight 1 \\ nexthop via 198.51.100.1 dev eth1 weight 1");
        });
        row("the tailnet's default route", user, pass, "eth0",
            [](B &b) { b.set("routes", b.text("routes") + "\n4 default dev tailscale0 table 52"); });
        row("no default route", user, unknown, "no interface", [](B &b) { b.set("routes", ""); });
        row("effective in the older filter", user, pass, "legacy", [](B &b) {
            b.set("iptables-legacy", b.text("iptables").replace("nf_tables", "legacy"))
                .replace("iptables", "-A DOCKER-USER -i eth0 -j DROP\n", "");
        });
        row("no Docker, no routing", user, none, "no Docker", [](B &b) {
            b.replace("units", "Id=docker.service\nLoadState=loaded\nActiveState=active",
                      "Id=docker.service\nLoadState=not-found\nActiveState=inactive");
        });
        const Edit router = [](B &b) {
            b.replace("units", "Id=docker.service\nLoadState=loaded\nActiveState=active",
                      "Id=docker.service\nLoadState=not-found\nActiveState=inactive")
                .replace("forwarding", "/proc/sys/net/ipv4/ip_forward=0", "/proc/sys/net/ipv4/ip_forward=1")
                .set("iptables", b.text("iptables").replace("DOCKER-USER", "SOMETHING"));
        };
        row("no Docker, but routing: dropped", user, pass, "leaves", router);
        row("no Docker, but routing: open", user, fail, "no DOCKER-USER", [router](B &b) {
            router(b);
            rule(b, "iptables", "-A FORWARD -j SOMETHING", "-A FORWARD -i eth0 -j ACCEPT");
        });
        row("not asked", user, unknown, "without sudo", [](B &b) {
            for (const char *name : { "iptables", "iptables-legacy", "ip6tables", "ip6tables-legacy", "nft" })
                b.remove(name);
        });
        row("sudo failed", user, unknown, "not understood", [](B &b) {
            for (const char *name : { "iptables", "iptables-legacy", "ip6tables", "ip6tables-legacy", "nft" })
                b.remove(name);
            b.set("network-root", "", "1");
        });
        row("garbage", user, unknown, "not understood", [](B &b) { b.set("iptables", "lorem ipsum"); });
        row("cut off", user, unknown, "not understood",
            [](B &b) { b.set("iptables", b.text("iptables").chopped(300)); });
        row("fails", user, unknown, "exit status 4", [](B &b) { b.set("iptables", "locked", "4"); });
        row("rules that were not shown", user, unknown, "older packet filter", [](B &b) {
            b.set("iptables-legacy",
                  "the older packet filter has rules, and no iptables-legacy-save is there to show them", "1");
        });
        row("10 MiB line", user, unknown, "not understood",
            [](B &b) { b.set("iptables", "# iptables-save v1\n" + QByteArray(3 * 1024 * 1024, 'x')); });

        // The same for IPv6
        const Edit routed6 = [](B &b) {
            b.replace("forwarding", "ipv6/conf/all/forwarding=0", "ipv6/conf/all/forwarding=1")
                .set("routes", b.text("routes") + "\n6 default via fe80::1 dev eth0 metric 1024 pref medium");
        };
        row("IPv6 is not routed", user6, none, "does not route", [](B &) {});
        row("IPv6 is dropped, Docker leaves it alone", user6, pass, "IPv6", routed6);
        row("IPv6 is routed, and open", user6, fail, "no DOCKER-USER", [routed6](B &b) {
            routed6(b);
            b.replace("ip6tables", ":FORWARD DROP", ":FORWARD ACCEPT");
        });
        row("IPv6 with Docker's own chains", user6, fail, "no DOCKER-USER", [routed6](B &b) {
            routed6(b);
            b.replace("ip6tables", ":ufw6-after-forward", ":DOCKER - [0:0]\n:ufw6-after-forward");
        });

        // Listeners and exposure
        row("only SSH", listeners, pass, "only SSH", [](B &) {});
        row("only SSH: table", exposed, pass, "22/tcp IPv4 sshd: anyone", [](B &) {});
        const QByteArray web = "tcp LISTEN 0 511 0.0.0.0:8080 0.0.0.0:* users:((\"node\",pid=99,fd=3))";
        row("kept in by the firewall", listeners, pass, "keeps the world from 8080/tcp",
            [web](B &b) { listen(b, web); });
        row("kept in: table", exposed, pass, "8080/tcp IPv4 node: this server only", [web](B &b) { listen(b, web); });
        const Edit open = [web](B &b) {
            listen(b, web);
            rule(b, "iptables", "-A ufw-user-limit -m limit", "-A ufw-user-input -p tcp -m tcp --dport 8080 -j ACCEPT");
        };
        row("let out by the firewall", listeners, fail, "anyone can reach: 8080/tcp", open);
        row("let out: table", exposed, fail, "8080/tcp IPv4 node: anyone", open);
        row("open over IPv6 only", exposed, fail,
            "8080/tcp IPv6 node: anyone (ip6tables-save (nf_tables) filter: -A ufw6-user-input", [](B &b) {
                listen(b, "tcp LISTEN 0 511 *:8080 *:* users:((\"node\",pid=99,fd=3))");
                b.set("routes", b.text("routes") + "\n6 default via fe80::1 dev eth0");
                rule(b, "ip6tables", "-A ufw6-user-limit -m limit",
                     "-A ufw6-user-input -p tcp -m tcp --dport 8080 -j ACCEPT");
            });
        row("no firewall at all", exposed, fail, "8080/tcp", [web](B &b) {
            listen(b, web);
            b.set("iptables", "");
        });
        row("on loopback", exposed, pass, "18789/tcp IPv4 node: this server only (bound to 127.0.0.1)",
            [](B &b) { listen(b, "tcp LISTEN 0 511 127.0.0.1:18789 0.0.0.0:* users:((\"node\",pid=99,fd=3))"); });
        row("on loopback, in the clothes of IPv6", listeners, pass, "only SSH",
            [](B &b) { listen(b, "tcp LISTEN 0 511 [::ffff:127.0.0.1]:18789 *:* users:((\"node\",pid=99,fd=3))"); });
        row("resolver", listeners, pass, "only SSH", [](B &b) {
            listen(b, "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:((\"systemd-resolve\",pid=9,fd=3))");
        });
        row("a DHCP client", exposed, pass, "68/udp IPv4 dhclient: anyone",
            [](B &b) { listen(b, "udp UNCONN 0 0 0.0.0.0:68 0.0.0.0:* users:((\"dhclient\",pid=9,fd=3))"); });
        row("somebody in its place", exposed, fail, "68/udp",
            [](B &b) { listen(b, "udp UNCONN 0 0 0.0.0.0:68 0.0.0.0:* users:((\"nc\",pid=9,fd=3))"); });
        row("somebody in SSH's place", exposed, fail, "22/tcp",
            [](B &b) { b.set("sockets", "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:((\"nc\",pid=114,fd=3))"); });
        row("named network", exposed, pass, "5432/tcp IPv4 postgres: 10.0.0.0/8", [](B &b) {
            listen(b, "tcp LISTEN 0 244 0.0.0.0:5432 0.0.0.0:* users:((\"postgres\",pid=9,fd=3))");
            rule(b, "iptables", "-A ufw-user-limit -m limit",
                 "-A ufw-user-input -s 10.0.0.0/8 -p tcp -m tcp --dport 5432 -j ACCEPT");
        });
        row("a rule nobody understands: listeners", listeners, unknown, "8080/tcp", [web](B &b) {
            listen(b, web);
            rule(b, "iptables", "-A ufw-user-limit -m limit", "-A ufw-user-input -m bpf --bytecode \"1\" -j ACCEPT");
        });
        row("no rules to see: only SSH", listeners, pass, "only SSH", [](B &b) { b.remove("nft"); });
        row("no rules to see: more", listeners, unknown, "8080/tcp", [web](B &b) {
            listen(b, web);
            b.remove("nft");
        });
        row("no rules to see: table", exposed, unknown, "need root", [](B &b) { b.remove("nft"); });
        row("no sockets", listeners, unknown, "could not be read", [](B &b) { b.set("sockets", "", "absent"); });
        row("sockets of the kernel's tables", listeners, pass, "only SSH", [](B &b) {
            b.remove("nft")
                .set("sockets", "", "absent")
                .set("proc-sockets",
                     "/proc/net/tcp 00000000:0016\n/proc/net/tcp6 "
                     "00000000000000000000000000000000:0016\n/proc/net/tcp "
                     "0100007F:4965\n/proc/net/udp6 "
                     "00000000000000000000000001000000:0035");
        });
        row("garbage instead of sockets", listeners, unknown, "not understood", [](B &b) { listen(b, "hello"); });
        row("forged socket", listeners, unknown, "not understood",
            [](B &b) { listen(b, "tcp LISTEN 0 1 0.0.0.0:99999 0.0.0.0:*"); });
        row("10 MiB of a socket", exposed, unknown, "not understood",
            [](B &b) { listen(b, "tcp LISTEN 0 1 " + QByteArray(2 * 1024 * 1024, '1')); });
        row("escape sequences", listeners, fail, "\\x1b[2J", [](B &b) {
            listen(b, "tcp LISTEN 0 1 0.0.0.0:80 0.0.0.0:* users:((\"\x1b[2J\",pid=1,fd=1))");
            b.set("iptables", "");
        });

        // Ports that go elsewhere: what Docker makes for "-p 8080:80" and "-p 127.0.0.1:9090:90"
        const Edit docker = [](B &b) {
            const QByteArray nat =
                "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
                ":POSTROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n-A PREROUTING -m addrtype --dst-type LOCAL "
                "-j DOCKER\n-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER\n-A "
                "POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n-A DOCKER -i docker0 -j "
                "RETURN\n-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination "
                "172.17.0.2:80\n-A DOCKER -d 127.0.0.1/32 ! -i docker0 -p tcp -m tcp --dport 9090 -j "
                "DNAT --to-destination 172.17.0.2:90\nCOMMIT";
            b.set("iptables", b.text("iptables") + '\n' + nat)
                .replace("iptables", ":ufw-after-forward", ":DOCKER - [0:0]\n:ufw-after-forward")
                .replace("forwarding", "/proc/sys/net/ipv4/ip_forward=0", "/proc/sys/net/ipv4/ip_forward=1")
                .set("addresses",
                     b.text("addresses")
                         + "\n3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0");
            rule(b, "iptables", "-A FORWARD -j ufw-before-logging-forward",
                 "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -o docker0 -j "
                 "DOCKER\n-A FORWARD -i docker0 ! -o docker0 -j ACCEPT");
            rule(b, "iptables", "-A DOCKER-USER -m conntrack",
                 "-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT");
            listen(b, "tcp LISTEN 0 4096 0.0.0.0:8080 0.0.0.0:* users:((\"docker-proxy\",pid=9,fd=3))");
        };
        row("published, and shielded", exposed, pass, "8080/tcp IPv4 → 172.17.0.2:80: this server only", docker);
        row("published on loopback", exposed, pass, "9090/tcp IPv4 → 172.17.0.2:90: this server only", docker);
        const Edit unshielded = [docker](B &b) {
            docker(b);
            b.replace("iptables", "-A DOCKER-USER -i eth0 -j DROP\n", "");
        };
        row("published, not shielded, though ufw denies", exposed, fail, "8080/tcp IPv4 → 172.17.0.2:80: anyone",
            unshielded);
        row("published, not shielded: the chain", user, fail, "eth0", unshielded);
        row("everything goes elsewhere", exposed, unknown, "redirection", [docker](B &b) {
            docker(b);
            rule(b, "iptables", "-A DOCKER -i docker0 -j RETURN",
                 "-A PREROUTING -i eth0 -j DNAT --to-destination 10.0.0.9");
        });
        row("redirected to another port", exposed, fail, "80/tcp IPv4 → this server:22: anyone", [docker](B &b) {
            docker(b);
            rule(b, "iptables", "-A DOCKER -i docker0 -j RETURN",
                 "-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 22");
        });

        const Edit mac = [](B &b) { b.set("kernel", "Darwin 24.1.0 arm64"); };
        for (const char *id : { user, user6, listeners, exposed })
            row(QByteArray("macOS: " + QByteArray(id)).constData(), id, none, "Darwin", mac);
    }
    void oneChange()
    {
        QFETCH(QString, id);
        QFETCH(Edit, edit);
        QFETCH(Verdict, verdict);
        QFETCH(QString, text);
        ReportBuilder builder = ReportBuilder::recorded("documented");
        edit(builder);
        const CheckResult result = tst_NetworkChecks::result(builder, id);
        const QString all = result.summary + u'\n' + result.evidence.join(u'\n');
        QVERIFY2(result.verdict == verdict, qPrintable(verdictName(result.verdict) + u": "_qs + all));
        QVERIFY2(all.contains(text), qPrintable(all));
        for (const QString &line : result.evidence)
            QVERIFY2(line.size() < 1500 && !line.contains(QChar(0x1b)), qPrintable(line.left(200)));
        QCOMPARE(result.remedy.isEmpty(), verdict == Verdict::Pass || verdict == Verdict::NotApplicable);
    }

    void tailscaleGoesPastTheFirewall()
    {
        // tailscaled puts its chain before ufw's: whatever ufw says, the tailnet gets in.
        ReportBuilder builder = ReportBuilder::recorded("documented");
        listen(builder, "tcp LISTEN 0 511 0.0.0.0:8080 0.0.0.0:* users:((\"node\",pid=99,fd=3))");
        listen(builder, "tcp LISTEN 0 511 100.90.1.2:9000 0.0.0.0:* users:((\"node\",pid=99,fd=4))");
        builder.set("addresses",
                    builder.text("addresses") + "\n3: tailscale0    inet 100.90.1.2/32 scope global tailscale0");
        builder.replace("iptables", ":ufw-after-forward", ":ts-input - [0:0]\n:ufw-after-forward")
            .replace(
                "iptables", "-A INPUT -j ufw-before-logging-input",
                "-A INPUT -j ts-input\n-A ts-input -s 100.90.1.2/32 -i lo -j ACCEPT\n-A ts-input -s 100.64.0.0/10 ! -i "
                "tailscale0 -j DROP\n-A ts-input -i tailscale0 -j ACCEPT\n-A ts-input -p udp -m udp --dport 41641 -j "
                "ACCEPT\n-A INPUT -j ufw-before-logging-input");
        const Exposure table = exposure(builder);
        QCOMPARE(who(table, u"8080/tcp"_qs), u"the tailnet"_qs);
        QCOMPARE(who(table, u"9000/tcp"_qs), u"the tailnet"_qs);
        QCOMPARE(who(table, u"22/tcp"_qs), u"anyone"_qs);
        QCOMPARE(result(builder, u"network.exposure"_qs).verdict, Verdict::Pass);
    }

    void withoutADefaultRouteOnlyNeighboursAreAnswered()
    {
        const Exposure table = exposure(ReportBuilder::recorded("documented"));
        QCOMPARE(who(table, u"22/tcp"_qs, AddressFamily::IPv4), u"anyone"_qs);
        QVERIFY(who(table, u"22/tcp"_qs, AddressFamily::IPv6).contains(u"/64"));
    }

    void whetherThisComputerGetsIn()
    {
        ReportBuilder builder = ReportBuilder::recorded("documented");
        listen(builder, "tcp LISTEN 0 1 0.0.0.0:5432 0.0.0.0:* users:((\"postgres\",pid=9,fd=3))");
        listen(builder, "tcp LISTEN 0 1 0.0.0.0:5433 0.0.0.0:* users:((\"postgres\",pid=9,fd=3))");
        listen(builder, "tcp LISTEN 0 1 127.0.0.1:5434 0.0.0.0:* users:((\"postgres\",pid=9,fd=3))");
        rule(builder, "iptables", "-A ufw-user-limit -m limit",
             "-A ufw-user-input -s 192.0.2.0/24 -p tcp -m tcp --dport 5432 -j ACCEPT\n-A ufw-user-input -s 10.0.0.0/8 "
             "-p "
             "tcp -m tcp --dport 5433 -j ACCEPT");
        builder.set("connection", "192.0.2.7 50000 10.81.0.11 22");
        const Exposure table = exposure(builder);
        QHash<int, std::optional<bool>> admits;
        for (const ExposureRow &row : table.rows) {
            if (row.family == AddressFamily::IPv4)
                admits.insert(row.port, row.admitsThisComputer);
        }
        QCOMPARE(admits.value(22), std::optional(true));
        QCOMPARE(admits.value(5432), std::optional(true));
        QCOMPARE(admits.value(5433), std::optional(false));
        QCOMPARE(admits.value(5434), std::optional(false));
    }
};

QTEST_APPLESS_MAIN(tst_NetworkChecks)
#include "tst_NetworkChecks.moc"
