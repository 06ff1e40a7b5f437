// SPDX-License-Identifier: MIT
// Import of the tailnet's peers, and the way to them; tailscaled is scripted with a real one's answers.
#include "models/fleet/TailscaleImport.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/Tailnet.h"
#include "models/fleet/TailnetRoute.h"
#include "tests/support/ScriptedTailscaled.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Helmclaw::Test::ScriptedTailscaled;

class tst_TailscaleImportScripted : public QObject
{
    Q_OBJECT

    static QJsonObject tagged()
    {
        QJsonObject root = ScriptedTailscaled::running();
        root = ScriptedTailscaled::withPeer(root, u"h001"_s,
                                            { { u"Tags"_s, QJsonArray { u"tag:openclaw"_s, u"tag:prod"_s } } });
        return ScriptedTailscaled::withPeer(root, u"h002"_s,
                                            { { u"Online"_s, false }, { u"LastSeen"_s, u"2026-11-20T08:00:00Z"_s } });
    }
    static QString text(const ImportModel &model, int row, ImportModel::Column column)
    {
        return model.index(row, column).data().toString();
    }
    void ask(TailscaleImport &model)
    {
        QSignalSpy finished(&model, &ImportModel::finished);
        model.start();
        QVERIFY(model.isResolving());
        QVERIFY(finished.wait(60000));
        QVERIFY(!model.isResolving());
    }
    static Server onTailnet(const QString &nodeId = u"1"_s)
    {
        Server server;
        server.name = u"one"_s;
        server.host = u"h001.lab.internal"_s;
        server.tailnet = { nodeId, server.host };
        return server;
    }
    static SshTarget targetOf(const Server &server, quint16 port = 22)
    {
        SshTarget target;
        target.host = server.host;
        target.port = port;
        return target;
    }
    static TailnetStatus parsed(const QJsonObject &root, bool rootDaemon = true)
    {
        TailnetStatus status = TailnetStatus::parse(QJsonDocument(root).toJson());
        status.rootDaemon = rootDaemon;
        return status;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Fleet> m_fleet;
    std::unique_ptr<ScriptedTailscaled> m_daemon;
    std::unique_ptr<Tailnet> m_tailnet;

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_fleet = std::make_unique<Fleet>();
        QVERIFY(m_fleet->load(m_folder->filePath(u"fleet.json"_s)));
        m_daemon = std::make_unique<ScriptedTailscaled>();
        m_daemon->setStatus(tagged());
        m_tailnet = std::make_unique<Tailnet>();
        TailnetOptions options;
        options.socket = m_daemon->socket();
        options.program = m_folder->filePath(u"missing"_s);
        m_tailnet->setOptions(options);
    }

    void previewsAndImports()
    {
        TailscaleImport model(m_fleet.get(), m_tailnet.get());
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        ask(model);
        QVERIFY(!model.problem());
        QCOMPARE(model.rowCount(), 2); // not this computer itself
        QCOMPARE(text(model, 0, ImportModel::AliasColumn), u"h001"_s);
        QCOMPARE(text(model, 0, ImportModel::TargetColumn), u"100.64.0.1"_s);
        QCOMPARE(text(model, 0, ImportModel::RemarkColumn), u"New; Tailscale SSH"_s);
        QCOMPARE(text(model, 1, ImportModel::RemarkColumn), u"New; offline"_s);
        QCOMPARE(model.checkedCount(), 2);
        QVERIFY(m_fleet->servers().isEmpty());
        QCOMPARE(*model.importChecked({ u"lab"_s, u"prod"_s }), 2);
        const auto h001 = m_fleet->byName(u"h001"_s);
        QCOMPARE(h001->host, u"h001.lab.internal"_s);
        QCOMPARE(h001->tailnet, (TailnetNode { u"1"_s, u"h001.lab.internal"_s }));
        QVERIFY(h001->isOnTailnet());
        QCOMPARE(h001->tags, (QStringList { u"openclaw"_s, u"prod"_s, u"lab"_s }));
        QVERIFY(text(model, 0, ImportModel::RemarkColumn).contains(u"Already"_s));
        QCOMPARE(model.checkedCount(), 0);

        // What the file keeps, and for how long it holds.
        Fleet again;
        QVERIFY(again.load(m_folder->filePath(u"fleet.json"_s)));
        QCOMPARE(again.byName(u"h001"_s)->tailnet, h001->tailnet);
        Server moved = *h001;
        moved.host = u"h001.example.org"_s;
        QVERIFY(!moved.isOnTailnet());
    }

    void byTag()
    {
        TailscaleImport model(m_fleet.get(), m_tailnet.get());
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        ask(model);
        QCOMPARE(model.tags(), (QStringList { u"tag:openclaw"_s, u"tag:prod"_s }));
        model.setTags({ u"tag:openclaw"_s });
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(text(model, 0, ImportModel::AliasColumn), u"h001"_s);
        model.setTags({ u"tag:other"_s });
        QCOMPARE(model.rowCount(), 0);
        model.setTags({});
        QCOMPARE(model.rowCount(), 2);
    }

    void whatCannotBeUsedSaysWhy()
    {
        Server server;
        server.name = u"h002"_s;
        server.host = u"elsewhere"_s;
        QVERIFY(m_fleet->add(server));
        server = {};
        server.name = u"by address"_s;
        server.host = u"100.64.0.1"_s;
        QVERIFY(m_fleet->add(server));
        TailscaleImport model(m_fleet.get(), m_tailnet.get());
        ask(model);
        QVERIFY(text(model, 0, ImportModel::RemarkColumn).contains(u"\"by address\""_s));
        QVERIFY(text(model, 1, ImportModel::RemarkColumn).contains(u"this name"_s));
        QCOMPARE(model.checkedCount(), 0);

        QJsonObject root = ScriptedTailscaled::withPeer(tagged(), u"h001"_s, { { u"DNSName"_s, u"-x y"_s } });
        m_daemon->setStatus(ScriptedTailscaled::withPeer(root, u"h002"_s, { { u"OS"_s, u"iOS"_s } }));
        QVERIFY(m_fleet->remove(m_fleet->servers().at(1).id));
        QVERIFY(m_fleet->remove(m_fleet->servers().at(0).id));
        Tailnet fresh;
        TailnetOptions options;
        options.socket = m_daemon->socket();
        fresh.setOptions(options);
        TailscaleImport odd(m_fleet.get(), &fresh);
        ask(odd);
        QVERIFY(text(odd, 0, ImportModel::RemarkColumn).contains(u"MagicDNS"_s));
        QCOMPARE(odd.checkedCount(), 0); // a telephone is offered, but nobody meant it
        odd.setAllChecked(true);
        QCOMPARE(odd.checkedCount(), 1);
    }

    void withoutATailnet()
    {
        m_daemon->setStatus(ScriptedTailscaled::recorded("status-stopped.json"));
        TailscaleImport model(m_fleet.get(), m_tailnet.get());
        ask(model);
        QVERIFY(model.problem());
        QVERIFY(model.problem()->remedy.contains(u"tailscale up"_s));
    }

    void manyWaitForOneAnswer()
    {
        int answered = 0;
        {
            QObject gone;
            m_tailnet->whenFresh(&gone, [&] { answered += 1000; });
        }
        for (int i = 0; i < 50; ++i)
            m_tailnet->whenFresh(this, [&] { ++answered; });
        QCOMPARE(answered, 0);
        QTRY_COMPARE_WITH_TIMEOUT(answered, 50, 60000);
        QCOMPARE(m_daemon->requests(), 1);
    }

    void keepsWhatItDoesNotKnow()
    {
        const QByteArray json = R"({"helmclawFleet": 1, "servers": [{"id": "a", "name": "n", "host": "h.x.ts.net",
            "tailscale": {"nodeId": "nX1", "dnsName": "h.x.ts.net", "later": 7}}]})";
        const QString path = m_folder->filePath(u"kept.json"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(json);
        file.close();
        QVERIFY(m_fleet->load(path));
        Server server = m_fleet->servers().at(0);
        QCOMPARE(server.tailnet.nodeId, u"nX1"_s);
        server.user = u"ops"_s;
        QVERIFY(m_fleet->update(server));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject tailscale = QJsonDocument::fromJson(file.readAll())
                                          .object()
                                          .value("servers"_L1)
                                          .toArray()
                                          .at(0)
                                          .toObject()
                                          .value("tailscale"_L1)
                                          .toObject();
        QCOMPARE(tailscale.value("later"_L1).toInt(), 7);
        QCOMPARE(tailscale.value("nodeId"_L1).toString(), u"nX1"_s);

        file.close();
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(json).replace("\"nX1\"", "\"$(id)\""));
        file.close();
        QVERIFY(!Fleet().load(path));
    }

    void theWayFollowsTheNode()
    {
        const Server server = onTailnet();
        SshTarget target = targetOf(server);
        QVERIFY(routeOverTailnet(server, parsed(tagged()), {}, target));
        QCOMPARE(target.host, u"100.64.0.1"_s);
        QCOMPARE(target.knownHostsName(), u"h001.lab.internal"_s); // the key stays under the name
        QCOMPARE(target.advice.hostKeys.size(), 3);
        QVERIFY(target.advice.hostKeysComplete);
        QVERIFY(target.advice.unreachable.isEmpty());

        // Renamed and moved: the node's id counts.
        SshTarget moved = targetOf(server, 2222);
        QVERIFY(routeOverTailnet(
            server,
            parsed(ScriptedTailscaled::withPeer(tagged(), u"h001"_s,
                                                { { u"DNSName"_s, u"renamed.lab.internal"_s },
                                                  { u"TailscaleIPs"_s, QJsonArray { u"100.99.1.2"_s } } })),
            {}, moved));
        QCOMPARE(moved.host, u"100.99.1.2"_s);
        QCOMPARE(moved.knownHostsName(), u"[h001.lab.internal]:2222"_s);
        QVERIFY(!moved.advice.hostKeysComplete); // another sshd may be there

        SshTarget untrusted = targetOf(server);
        QVERIFY(routeOverTailnet(server, parsed(tagged(), false), {}, untrusted));
        QVERIFY(untrusted.advice.hostKeys.isEmpty());
    }

    void theWayThatIsNot()
    {
        Server server = onTailnet(u"2"_s);
        SshTarget target = targetOf(server);
        QVERIFY(routeOverTailnet(server, parsed(tagged()), {}, target)); // dialled nevertheless: "offline" may be stale
        QVERIFY2(target.advice.unreachable.contains(u"offline, last seen 2026-11-20"_s),
                 qPrintable(target.advice.unreachable));
        QVERIFY(!target.advice.unreachableRemedy.isEmpty());

        const auto refused = [&](const TailnetStatus &status, const char *what) {
            SshTarget unused = targetOf(server);
            const auto routed = routeOverTailnet(server, status, {}, unused);
            QVERIFY(!routed);
            QVERIFY2(routed.error().what.startsWith(u"tailnet: "_s)
                         && routed.error().what.contains(QLatin1String(what)),
                     qPrintable(routed.error().what));
            QVERIFY(!routed.error().remedy.isEmpty());
            QCOMPARE(routed.error().server, u"one"_s);
        };
        refused(TailnetStatus::parse(ScriptedTailscaled::recorded("status-stopped.json")), "stopped");
        refused(TailnetStatus::parse(ScriptedTailscaled::recorded("status-needslogin.json")), "logged out");
        refused(TailnetStatus::without(TailnetState::NoDaemon), "does not run");
        refused(TailnetStatus::without(TailnetState::NotInstalled), "not installed");
        refused(TailnetStatus::parse(ScriptedTailscaled::recorded("status-running.json")), "no network interface");
        server = onTailnet(u"gone"_s);
        refused(parsed(tagged()), "no node gone");

        // What cannot be asked may work all the same.
        SshTarget unknown = targetOf(server);
        QVERIFY(routeOverTailnet(server, TailnetStatus::without(TailnetState::PermissionDenied), {}, unknown));
        QCOMPARE(unknown.host, server.host);
        QVERIFY(!unknown.advice.unreachable.isEmpty());
    }

    void withoutARouteTheProgramConnects()
    {
        const Server server = onTailnet();
        const TailnetStatus userspace =
            TailnetStatus::parse(ScriptedTailscaled::recorded("status-running.json")); // it was recorded that way
        SshTarget target = targetOf(server);
        QVERIFY(routeOverTailnet(server, userspace, { u"/usr/bin/tailscale"_s, u"nc"_s }, target));
        QCOMPARE(target.proxyCommand, (QStringList { u"/usr/bin/tailscale"_s, u"nc"_s, u"100.64.0.1"_s, u"22"_s }));
        QCOMPARE(target.knownHostsName(), u"h001.lab.internal"_s);
    }

    void theWayOfSshConfigStays()
    {
        const Server server = onTailnet();
        SshTarget target = targetOf(server);
        target.proxyCommand = QStringList { u"mine"_s };
        QVERIFY(routeOverTailnet(server, parsed(tagged()), { u"tailscale"_s, u"nc"_s }, target));
        QCOMPARE(target.host, server.host);
        QCOMPARE(target.proxyCommand, QStringList { u"mine"_s });
        QCOMPARE(target.advice.hostKeys.size(), 3);
        QVERIFY(!target.advice.hostKeysComplete);
        SshTarget jumped = targetOf(server);
        jumped.jumpHosts = { SshTarget() };
        QVERIFY(routeOverTailnet(server, TailnetStatus::without(TailnetState::Stopped), {}, jumped));
        QCOMPARE(jumped.host, server.host);
    }

    void summaries()
    {
        QCOMPARE(m_tailnet->summary(Server()), QString());
        QCOMPARE(m_tailnet->summary(onTailnet()), u"not asked yet"_s);
        QSignalSpy changed(m_tailnet.get(), &Tailnet::changed);
        m_tailnet->refresh();
        QVERIFY(changed.wait(60000));
        QCOMPARE(m_tailnet->summary(onTailnet()), u"online, 100.64.0.1"_s);
        QVERIFY(m_tailnet->summary(onTailnet(u"2"_s)).startsWith(u"offline since"_s));
        QVERIFY(m_tailnet->summary(onTailnet(u"9"_s)).contains(u"not in the tailnet"_s));
    }
};

QTEST_GUILESS_MAIN(tst_TailscaleImportScripted)
#include "tst_TailscaleImportScripted.moc"
