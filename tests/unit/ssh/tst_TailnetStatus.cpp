// SPDX-License-Identifier: MIT
// What tailscaled says, recorded from a real tailnet, and what it must not be able to do to us.
#include "ssh/tailscale/TailnetStatus.h"

#include "ssh/tailscale/LocalApiRequest.h"
#include "tests/support/ScriptedTailscaled.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Helmclaw::Test::ScriptedTailscaled;

class tst_TailnetStatus : public QObject
{
    Q_OBJECT

    static TailnetStatus parse(const QJsonObject &root) { return TailnetStatus::parse(QJsonDocument(root).toJson()); }
    static TailnetStatus withPeer(const QJsonObject &fields)
    {
        return parse(ScriptedTailscaled::withPeer(ScriptedTailscaled::running(), u"h001"_s, fields));
    }

private Q_SLOTS:
    void recordedRunning()
    {
        const TailnetStatus status = TailnetStatus::parse(ScriptedTailscaled::recorded("status-running.json"));
        QCOMPARE(status.state, TailnetState::Running);
        QVERIFY(!status.error);
        QVERIFY(status.userspace);
        QVERIFY(!status.rootDaemon); // only who asked knows
        QCOMPARE(status.self.dnsName, u"desktop.lab.internal"_s);
        QCOMPARE(status.peers.size(), 2);
        const TailnetPeer &h001 = status.peers.at(0);
        QCOMPARE(h001.nodeId, u"1"_s);
        QCOMPARE(h001.dnsName, u"h001.lab.internal"_s);
        QCOMPARE(h001.addresses, (QStringList { u"100.64.0.1"_s, u"fd7a:115c:a1e0::1"_s }));
        QCOMPARE(h001.os, u"linux"_s);
        QVERIFY(h001.online);
        QVERIFY(h001.isTailscaleSsh);
        QVERIFY(!h001.lastSeen.isValid());
        QCOMPARE(h001.sshHostKeys.size(), 3);
        QCOMPARE(h001.sshHostKeys.at(2).algorithm, QByteArray("ssh-ed25519"));
        QVERIFY(h001.sshHostKeys.at(2).fingerprint().startsWith(u"SHA256:"_s));
        const TailnetPeer &h002 = status.peers.at(1);
        QVERIFY(!h002.isTailscaleSsh);
        const TailnetStatus later = TailnetStatus::parse(ScriptedTailscaled::recorded("status-peer-offline.json"));
        QVERIFY(!later.byId(u"2"_s)->online);
        QCOMPARE(later.byId(u"2"_s)->lastSeen.date(), QDate(2026, 11, 21));
        QCOMPARE(status.byId(u"2"_s)->hostName, u"h002"_s);
        QCOMPARE(status.byId(u"3"_s)->hostName, u"desktop"_s);
        QVERIFY(!status.byId(u"4"_s));
        QVERIFY(!status.byId({}));
        QVERIFY(!parse(ScriptedTailscaled::running()).userspace);
    }

    void recordedStates_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<TailnetState>("state");
        QTest::newRow("stopped") << ScriptedTailscaled::recorded("status-stopped.json") << TailnetState::Stopped;
        QTest::newRow("logged out") << ScriptedTailscaled::recorded("status-needslogin.json")
                                    << TailnetState::NeedsLogin;
        const auto backend = [](const char *name) {
            QJsonObject root = ScriptedTailscaled::running();
            root.insert(u"BackendState"_s, QString::fromLatin1(name));
            return QJsonDocument(root).toJson();
        };
        QTest::newRow("starting") << backend("Starting") << TailnetState::Starting;
        QTest::newRow("not approved") << backend("NeedsMachineAuth") << TailnetState::NeedsApproval;
        QTest::newRow("another user's") << backend("InUseOtherUser") << TailnetState::PermissionDenied;
        QTest::newRow("of a later version") << backend("Paused\x1b[31m") << TailnetState::Error;
    }
    void recordedStates()
    {
        QFETCH(QByteArray, json);
        QFETCH(TailnetState, state);
        const TailnetStatus status = TailnetStatus::parse(json);
        QCOMPARE(status.state, state);
        QVERIFY(status.error);
        QVERIFY(status.error->what.startsWith(u"tailnet: "_s));
        QVERIFY(!status.error->what.contains(u'\x1b'));
        QVERIFY(!status.error->remedy.isEmpty());
    }

    void garbledIsAnError_data()
    {
        QTest::addColumn<QByteArray>("json");
        const QByteArray recorded = ScriptedTailscaled::recorded("status-running.json");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("Logged out.\n");
        QTest::newRow("cut off") << recorded.first(recorded.size() / 2);
        QTest::newRow("array") << QByteArray("[]");
        QTest::newRow("another object") << QByteArray("{\"Peer\": {}}");
        QTest::newRow("state is a number") << QByteArray("{\"BackendState\": 1}");
        QTest::newRow("binary") << QByteArray("\0\xff\xfe{", 4);
        QTest::newRow("deep") << QByteArray(100000, '[');
        // The keys of which of the two would count?
        QTest::newRow("one id twice") << QByteArray(recorded).replace("\"ID\": \"2\"", "\"ID\": \"1\"");
    }
    void garbledIsAnError()
    {
        QFETCH(QByteArray, json);
        const TailnetStatus status = TailnetStatus::parse(json);
        QCOMPARE(status.state, TailnetState::Error);
        QVERIFY(status.error);
        QVERIFY(status.peers.isEmpty());
    }

    void tooManyPeers()
    {
        QJsonObject root = ScriptedTailscaled::running();
        QJsonObject peers;
        for (int i = 0; i <= TailnetStatus::MaxPeers; ++i)
            peers.insert(QString::number(i), QJsonObject());
        root.insert(u"Peer"_s, peers);
        QCOMPARE(parse(root).state, TailnetState::Error);
    }

    void namesAreValidated()
    {
        QCOMPARE(withPeer({ { u"DNSName"_s, u"H001.Tail1234.ts.net."_s } }).byId(u"1"_s)->dnsName,
                 u"h001.tail1234.ts.net"_s);
        for (const QString &bad : { u"-oProxyCommand=id"_s, u"a b"_s, u"a..b"_s, u"a;id"_s, u"a\nb"_s, u"h\u0430"_s,
                                    QString(300, u'a'), u"[::1]"_s, u"a/b"_s })
            QCOMPARE(withPeer({ { u"DNSName"_s, bad } }).byId(u"1"_s)->dnsName, QString());
        const TailnetStatus odd = withPeer(
            { { u"OS"_s, u"li\x1bnux"_s },
              { u"Tags"_s, QJsonArray { u"tag:prod"_s, u"tag:prod"_s, u"prod"_s, u"tag:a b"_s, u"tag:\u202Ex"_s, 7 } },
              { u"TailscaleIPs"_s,
                QJsonArray { u"fd7a::1"_s, u"name"_s, u"100.64.0.9"_s, u"fe80::1%eth0"_s, u"100.64.0.9/32"_s } } });
        const TailnetPeer *peer = odd.byId(u"1"_s);
        QVERIFY(!peer->os.contains(u'\x1b'));
        QCOMPARE(peer->tags, QStringList { u"tag:prod"_s });
        QCOMPARE(peer->addresses, (QStringList { u"100.64.0.9"_s, u"fd7a::1"_s }));
        const QString evil = u"h001\u202E\n"_s;
        QCOMPARE(withPeer({ { u"HostName"_s, evil } }).byId(u"1"_s)->hostName, u"h001\\u202e\\n"_s);
    }

    void peersWithoutIdOrAddressAreCounted()
    {
        TailnetStatus status = withPeer({ { u"ID"_s, u"$(id)"_s } });
        QCOMPARE(status.state, TailnetState::Running);
        QCOMPARE(status.peers.size(), 1);
        QCOMPARE(status.skippedPeers, 1);
        status = withPeer({ { u"TailscaleIPs"_s, QJsonValue() } });
        QCOMPARE(status.skippedPeers, 1);
        QCOMPARE(withPeer({ { u"ShareeNode"_s, true } }).peers.size(), 1);
    }

    void hostKeysAreWhatTheySay()
    {
        const QString good = u"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHyftIhn2oLChOsPCu4d9ViR1HX3b30q62GUwQrfF/Qo"_s;
        const TailnetStatus status =
            withPeer({ { u"sshHostKeys"_s,
                         QJsonArray { good + u" root@h001"_s, good, u"ssh-rsa "_s + good.section(u' ', 1),
                                      u"ssh-ed25519"_s, u"ssh-ed25519 AAAA!"_s, u""_s, 5, QJsonValue() } } });
        QCOMPARE(status.byId(u"1"_s)->sshHostKeys.size(), 1);
        QVERIFY(status.byId(u"1"_s)->isTailscaleSsh);
    }

    void httpAnswers()
    {
        const QByteArray head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        const auto body = [](const QByteArray &bytes) -> QByteArray {
            const auto answer = LocalApiRequest::parse(bytes);
            return answer ? answer->body : "error " + errorCodeName(answer.error().code).toLatin1();
        };
        QCOMPARE(body(head + "Transfer-Encoding: chunked\r\n\r\n" + ScriptedTailscaled::chunked(QByteArray(2500, 'x'))),
                 QByteArray(2500, 'x'));
        QCOMPARE(body(head + "Transfer-Encoding: chunked\r\n\r\n3;name=value\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"),
                 QByteArray("abc"));
        QCOMPARE(body(head + "Content-Length: 3\r\n\r\nabcdef"), QByteArray("abc"));
        QCOMPARE(body(head + "\r\nabc"), QByteArray("abc"));
        for (const char *cut : { "Transfer-Encoding: chunked\r\n\r\n3\r\nab", "Transfer-Encoding: chunked\r\n\r\n",
                                 "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                                 "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
                                 "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc\r\n0\r\n\r\n",
                                 "Content-Length: 10\r\n\r\nabc", "Content-Le" })
            QCOMPARE(body(head + cut), QByteArray("error connection-lost"));
        for (const char *bad : { "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 x\r\n\r\n", "HTTP/1.1\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" })
            QCOMPARE(body(bad), QByteArray("error bad-server-data"));
    }
};

QTEST_GUILESS_MAIN(tst_TailnetStatus)
#include "tst_TailnetStatus.moc"
