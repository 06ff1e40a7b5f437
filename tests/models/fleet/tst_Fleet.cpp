// SPDX-License-Identifier: MIT
#include "models/fleet/Fleet.h"
#include "models/fleet/FleetFile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include <unistd.h>

using namespace Helmclaw;

namespace {
Server named(const QString &name)
{
    Server server;
    server.name = name;
    server.host = QStringLiteral("host-") + name;
    return server;
}

const QByteArray twoServers = R"({
  "helmclawFleet": 1,
  "comment": "kept",
  "servers": [
    {"id": "1", "name": "one", "host": "h1", "port": 2222, "user": "ops", "identityFiles": ["~/.ssh/id"],
     "tags": ["b", "a"], "gatewayPort": 18789, "localPort": 20005, "note": {"deep": [1, 2.5, null]}},
    {"id": "2", "name": "Two", "host": "h2", "tags": ["b"]}
  ]
})";
} // namespace

class tst_Fleet : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void startsEmptyWithoutFile();
    void reads();
    void keepsUnknownKeys();
    void refusesBadFiles_data();
    void refusesBadFiles();
    void failedLoadKeepsWhatIsThere();
    void failedFirstLoadRefusesChanges();
    void looksUpNames();
    void addUpdateRemove();
    void addAllIsAllOrNothing();
    void refusesDuplicates();
    void failedWriteChangesNothing();
    void writesPrivately();
    void noticesOtherWriters();
    void localPortIsStable();
    void localPortIsUnique();
    void twoFleetsOnOneFile();
    void randomFilesLoseNothing();
    void randomServersSurviveTheFile();
    void defaultFile();

private:
    void write(const QByteArray &content)
    {
        QFile target(m_file);
        QVERIFY(target.open(QIODevice::WriteOnly));
        target.write(content);
    }
    QByteArray content() const
    {
        QFile source(m_file);
        return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_file;
};

void tst_Fleet::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_file = m_folder->filePath(QStringLiteral("fleet.json"));
}

void tst_Fleet::startsEmptyWithoutFile()
{
    Fleet fleet;
    m_file = m_folder->filePath(QStringLiteral("new/folder/fleet.json"));
    QVERIFY(fleet.load(m_file));
    QCOMPARE(fleet.file(), m_file);
    QVERIFY(fleet.servers().isEmpty());
    QVERIFY(!QFile::exists(m_file)); // created on the first change
    QVERIFY(fleet.add(named(QStringLiteral("a"))));
    QVERIFY(QFile::exists(m_file));
    QCOMPARE(QFileInfo(QFileInfo(m_file).path()).permissions() & QFile::Permissions(0x77), QFile::Permissions {});
}

void tst_Fleet::reads()
{
    write(twoServers);
    Fleet fleet;
    QSignalSpy about(&fleet, &Fleet::aboutToReset);
    QSignalSpy reset(&fleet, &Fleet::reset);
    QVERIFY(fleet.load(m_file));
    QCOMPARE(about.size(), 1);
    QCOMPARE(reset.size(), 1);
    QCOMPARE(fleet.servers().size(), 2);
    const Server &one = fleet.servers().at(0);
    QCOMPARE(one.id, QStringLiteral("1"));
    QCOMPARE(one.name, QStringLiteral("one"));
    QCOMPARE(one.host, QStringLiteral("h1"));
    QCOMPARE(one.port, 2222);
    QCOMPARE(one.user, QStringLiteral("ops"));
    QCOMPARE(one.identityFiles, QStringList { QStringLiteral("~/.ssh/id") });
    QCOMPARE(one.tags, (QStringList { QStringLiteral("b"), QStringLiteral("a") }));
    QCOMPARE(one.gatewayPort, 18789);
    QCOMPARE(one.localPort, 20005);
    QCOMPARE(fleet.byId(QStringLiteral("2"))->name, QStringLiteral("Two"));
    QVERIFY(!fleet.byId(QStringLiteral("3")));
    QCOMPARE(fleet.tags(), (QStringList { QStringLiteral("a"), QStringLiteral("b") }));
    QCOMPARE(content(), twoServers); // reading writes nothing
}

void tst_Fleet::keepsUnknownKeys()
{
    write(twoServers);
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    Server two = *fleet.byId(QStringLiteral("2"));
    two.port = 23;
    QVERIFY(fleet.update(two));
    QJsonObject before = QJsonDocument::fromJson(twoServers).object();
    QJsonArray servers = before.value(QStringLiteral("servers")).toArray();
    QJsonObject changed = servers.at(1).toObject();
    changed.insert(QStringLiteral("port"), 23);
    servers.replace(1, changed);
    before.insert(QStringLiteral("servers"), servers);
    QCOMPARE(QJsonDocument::fromJson(content()).object(), before);
}

void tst_Fleet::refusesBadFiles_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *title, const QByteArray &text, const char *says) {
        QTest::newRow(title) << text << QString::fromLatin1(says);
    };
    const auto server = [](const QByteArray &fields) { return R"({"helmclawFleet":1,"servers":[{)" + fields + "}]}"; };
    row("empty", "", "not valid JSON");
    row("cut", twoServers.first(60), "line 5, column 1");
    row("place", "{\n  \"helmclawFleet\": 1,\n  \"servers\": [x]\n}", "line 3, column");
    row("not an object", "[]", "not a Helmclaw fleet file");
    row("another program's", R"({"hosts":[]})", "not a Helmclaw fleet file");
    row("newer", R"({"helmclawFleet":2,"servers":[]})", "newer Helmclaw (format 2");
    row("format 0", R"({"helmclawFleet":0,"servers":[]})", "not a Helmclaw fleet file");
    row("format as text", R"({"helmclawFleet":"1","servers":[]})", "not a Helmclaw fleet file");
    row("no servers", R"({"helmclawFleet":1})", "\"servers\" must be a list");
    row("servers as object", R"({"helmclawFleet":1,"servers":{}})", "\"servers\" must be a list");
    row("server as text", R"({"helmclawFleet":1,"servers":["web"]})", "server 1");
    row("no id", server(R"("name":"a","host":"b")"), "\"id\" is missing");
    row("no name", server(R"("id":"1","host":"b")"), "The name");
    row("name as number", server(R"("id":"1","name":5,"host":"b")"), "\"name\" must be a text");
    row("port as text", server(R"("id":"1","name":"a","host":"b","port":"22")"), "\"port\" must be a whole number");
    row("port 22.5", server(R"("id":"1","name":"a","host":"b","port":22.5)"), "\"port\" must be a whole number");
    row("port 1e99", server(R"("id":"1","name":"a","host":"b","port":1e99)"), "\"port\" must be a whole number");
    row("null port", server(R"("id":"1","name":"a","host":"b","port":null)"), "\"port\" must be a whole number");
    row("tags as text", server(R"("id":"1","name":"a","host":"b","tags":"x")"), "\"tags\" must be a list");
    row("tag as number", server(R"("id":"1","name":"a","host":"b","tags":[1])"), "\"tags\" must be a list");
    row("host like an option", server(R"("id":"1","name":"a","host":"-oX")"), "server 1 (\"a\"): The host");
    row("id twice", server(R"("id":"1","name":"a","host":"b"},{"id":"1","name":"c","host":"d")"),
        "id \"1\" is there twice");
    row("name twice", server(R"("id":"1","name":"a","host":"b"},{"id":"2","name":"a","host":"d")"),
        "two servers of the name");
    row("local port twice",
        server(
            R"("id":"1","name":"a","host":"b","localPort":20001},{"id":"2","name":"c","host":"d","localPort":20001)"),
        "same local port 20001");
    row("nested too deep", "{\"helmclawFleet\":1,\"servers\":" + QByteArray(5000, '['), "not valid JSON");
}

void tst_Fleet::refusesBadFiles()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    write(text);
    Fleet fleet;
    QSignalSpy reset(&fleet, &Fleet::reset);
    const auto loaded = fleet.load(m_file);
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::InvalidInput);
    QVERIFY2(loaded.error().what.contains(says), qPrintable(loaded.error().what));
    QVERIFY2(loaded.error().what.contains(m_file), qPrintable(loaded.error().what));
    QVERIFY(!loaded.error().remedy.isEmpty());
    QCOMPARE(reset.size(), 0);
    QVERIFY(!fleet.add(named(QStringLiteral("new"))));
    QCOMPARE(content(), text); // never overwritten
}

void tst_Fleet::failedLoadKeepsWhatIsThere()
{
    write(twoServers);
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    write("broken");
    QVERIFY(!fleet.load(m_file));
    QCOMPARE(fleet.servers().size(), 2);
    const auto added = fleet.add(named(QStringLiteral("new")));
    QVERIFY(!added);
    QVERIFY2(added.error().what.contains(QStringLiteral("changed by another program")), qPrintable(added.error().what));
    QCOMPARE(content(), QByteArray("broken"));
    write(twoServers); // repaired: all is as it was
    QVERIFY(fleet.add(named(QStringLiteral("new"))));
}

void tst_Fleet::failedFirstLoadRefusesChanges()
{
    Fleet fleet;
    const auto noFile = fleet.load(m_folder->path());
    QVERIFY(!noFile);
    const auto added = fleet.add(named(QStringLiteral("a")));
    QVERIFY(!added);
    QVERIFY(!added.error().remedy.isEmpty());
    QFile large(m_file);
    QVERIFY(large.open(QIODevice::WriteOnly) && large.resize(FleetFile::MaxSize + 1));
    large.close();
    const auto tooLarge = fleet.load(m_file);
    QVERIFY(!tooLarge);
    QVERIFY(tooLarge.error().what.contains(QStringLiteral("16 MiB")));
    QVERIFY(QFile::remove(m_file));
    if (::geteuid() == 0)
        return; // root reads everything
    write(twoServers);
    QVERIFY(QFile::setPermissions(m_file, {}));
    const auto unreadable = fleet.load(m_file);
    QVERIFY(!unreadable);
    QCOMPARE(unreadable.error().code, ErrorCode::PermissionDenied);
}

void tst_Fleet::looksUpNames()
{
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    for (const char *name : { "Web", "web", "DB" })
        QVERIFY(fleet.add(named(QLatin1String(name))));
    QCOMPARE(fleet.byName(QStringLiteral("web"))->name, QStringLiteral("web"));
    QCOMPARE(fleet.byName(QStringLiteral("Web"))->name, QStringLiteral("Web"));
    QVERIFY(!fleet.byName(QStringLiteral("WEB"))); // two are similar
    QCOMPARE(fleet.byName(QStringLiteral("db"))->name, QStringLiteral("DB"));
    QVERIFY(!fleet.byName(QString()));
}

void tst_Fleet::addUpdateRemove()
{
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    QSignalSpy aboutToAdd(&fleet, &Fleet::aboutToAdd);
    QSignalSpy added(&fleet, &Fleet::added);
    QSignalSpy updated(&fleet, &Fleet::updated);
    QSignalSpy aboutToRemove(&fleet, &Fleet::aboutToRemove);
    QSignalSpy removed(&fleet, &Fleet::removed);

    const auto a = fleet.add(named(QStringLiteral("a")));
    const auto b = fleet.add(named(QStringLiteral("b")));
    QVERIFY(a && b && *a != *b);
    QCOMPARE(a->size(), 36);
    QCOMPARE(aboutToAdd.size(), 2);
    QCOMPARE(added.at(1).at(0).toInt(), 1);

    Server changed = *fleet.byId(*b);
    QVERIFY(fleet.update(changed)); // nothing to do
    QCOMPARE(updated.size(), 0);
    changed.tags = QStringList { QStringLiteral("x") };
    QVERIFY(fleet.update(changed));
    QCOMPARE(updated.at(0).at(0).toInt(), 1);

    Server unusable = changed;
    unusable.host = QStringLiteral("-x");
    const auto refused = fleet.update(unusable);
    QVERIFY(!refused);
    QCOMPARE(refused.error().server, QStringLiteral("b"));
    QCOMPARE(fleet.byId(*b)->host, changed.host);

    Server unknown = named(QStringLiteral("c"));
    unknown.id = QStringLiteral("nobody");
    QVERIFY(!fleet.update(unknown));
    QVERIFY(!fleet.remove(QStringLiteral("nobody")));

    QVERIFY(fleet.remove(*a));
    QCOMPARE(aboutToRemove.size(), 1);
    QCOMPARE(removed.at(0).at(0).toInt(), 0);
    QCOMPARE(removed.at(0).at(1).toString(), *a);

    Fleet again;
    QVERIFY(again.load(m_file));
    QCOMPARE(again.servers(), fleet.servers());
    QCOMPARE(again.servers().constFirst(), changed);
}

void tst_Fleet::addAllIsAllOrNothing()
{
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    QSignalSpy added(&fleet, &Fleet::added);
    QVERIFY(!fleet.addAll({ named(QStringLiteral("a")), named(QStringLiteral("b")), named(QStringLiteral("a")) }));
    QVERIFY(!fleet.addAll({ named(QStringLiteral("a")), named(QStringLiteral(" bad")) }));
    QVERIFY(!QFile::exists(m_file));
    QCOMPARE(added.size(), 0);
    const auto ids = fleet.addAll({ named(QStringLiteral("a")), named(QStringLiteral("b")) });
    QVERIFY(ids);
    QCOMPARE(ids->size(), 2);
    QCOMPARE(added.size(), 2);
    QCOMPARE(fleet.servers().at(1).id, ids->at(1));
    QCOMPARE(fleet.addAll({})->size(), 0);
}

void tst_Fleet::refusesDuplicates()
{
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    Server a = named(QStringLiteral("a"));
    a.localPort = 20001;
    const auto id = fleet.add(a);
    QVERIFY(id);
    QVERIFY(!fleet.add(named(QStringLiteral("a"))));
    Server sameId = named(QStringLiteral("b"));
    sameId.id = *id;
    QVERIFY(!fleet.add(sameId));
    Server samePort = named(QStringLiteral("b"));
    samePort.localPort = 20001;
    const auto refused = fleet.add(samePort);
    QVERIFY(!refused);
    QVERIFY(refused.error().what.contains(QStringLiteral("20001")));
    samePort.localPort = 0;
    QVERIFY(fleet.add(samePort));
    QCOMPARE(fleet.servers().size(), 2);
}

void tst_Fleet::failedWriteChangesNothing()
{
    if (::geteuid() == 0)
        m_file = QStringLiteral("/proc/helmclaw/fleet.json"); // not even root can make a folder there
    else
        QVERIFY(QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::ExeOwner));
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    QSignalSpy added(&fleet, &Fleet::added);
    const auto refused = fleet.add(named(QStringLiteral("a")));
    QVERIFY(!refused);
    QVERIFY(!refused.error().remedy.isEmpty());
    QCOMPARE(added.size(), 0);
    QVERIFY(fleet.servers().isEmpty());
    if (::geteuid() != 0)
        QVERIFY(QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

void tst_Fleet::writesPrivately()
{
    write(twoServers);
    QVERIFY(QFile::setPermissions(m_file, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther));
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    QVERIFY(fleet.add(named(QStringLiteral("a"))));
    QCOMPARE(QFileInfo(m_file).permissions() & QFile::Permissions(0x777),
             QFile::ReadUser | QFile::WriteUser | QFile::Permissions {});
    QStringList left = QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden);
    QCOMPARE(left, QStringList { QStringLiteral("fleet.json") }); // no lock, no temporary file
}

void tst_Fleet::noticesOtherWriters()
{
    write(twoServers);
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    QByteArray edited = twoServers;
    edited.replace("\"h2\"", "\"h3\"");
    write(edited);
    const auto refused = fleet.remove(QStringLiteral("1"));
    QVERIFY(!refused);
    QVERIFY(refused.error().what.contains(QStringLiteral("changed by another program")));
    QVERIFY(refused.error().remedy.contains(QStringLiteral("Reload")));
    QCOMPARE(content(), edited);
    QCOMPARE(fleet.servers().size(), 2);
    QVERIFY(fleet.load(m_file));
    QVERIFY(fleet.remove(QStringLiteral("1")));

    QVERIFY(QFile::remove(m_file));
    const auto gone = fleet.remove(QStringLiteral("2"));
    QVERIFY(!gone);
    QVERIFY(gone.error().what.contains(QStringLiteral("removed by another program")));
    QVERIFY(!QFile::exists(m_file));
}

void tst_Fleet::localPortIsStable()
{
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    Server server = named(QStringLiteral("a"));
    server.id = QStringLiteral("fixed-id");
    QVERIFY(fleet.add(server));
    const auto port = fleet.localPortFor(server.id);
    QVERIFY(port);
    QVERIFY(*port >= 20000 && *port <= 29999);
    QCOMPARE(*fleet.localPortFor(server.id), *port);
    Fleet again;
    QVERIFY(again.load(m_file));
    QCOMPARE(again.byId(server.id)->localPort, int(*port)); // stored at once
    QVERIFY(fleet.remove(server.id));
    QVERIFY(fleet.add(server));
    QCOMPARE(*fleet.localPortFor(server.id), *port); // follows from the id
    QVERIFY(!fleet.localPortFor(QStringLiteral("nobody")));
}

void tst_Fleet::localPortIsUnique()
{
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    Server first = named(QStringLiteral("a"));
    first.id = QStringLiteral("fixed-id");
    QVERIFY(fleet.add(first));
    const quint16 wanted = *fleet.localPortFor(first.id);
    QVERIFY(fleet.remove(first.id));
    Server other = named(QStringLiteral("b"));
    other.localPort = wanted;
    QVERIFY(fleet.add(other));
    QVERIFY(fleet.add(first));
    const auto port = fleet.localPortFor(first.id);
    QVERIFY(port);
    QVERIFY(*port != wanted && *port >= 20000 && *port <= 29999);

    QList<Server> all;
    for (int i = 0; i < 10000; ++i) {
        Server server = named(QStringLiteral("n%1").arg(i));
        server.localPort = 20000 + i;
        all.append(server);
    }
    m_file = m_folder->filePath(QStringLiteral("full.json"));
    Fleet full;
    QVERIFY(full.load(m_file));
    QVERIFY(full.addAll(all));
    const auto id = full.add(named(QStringLiteral("one-more")));
    QVERIFY(id);
    const auto none = full.localPortFor(*id);
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::LocalPortInUse);
}

void tst_Fleet::twoFleetsOnOneFile()
{
    Fleet one;
    Fleet two;
    QVERIFY(one.load(m_file));
    QVERIFY(two.load(m_file));
    QVERIFY(one.add(named(QStringLiteral("a"))));
    QVERIFY(!two.add(named(QStringLiteral("b")))); // would lose "a"
    QVERIFY(two.load(m_file));
    QVERIFY(two.add(named(QStringLiteral("b"))));
    QVERIFY(one.load(m_file));
    QCOMPARE(one.servers().size(), 2);
}

void tst_Fleet::randomFilesLoseNothing()
{
    QRandomGenerator random(13);
    for (int round = 0; round < 1500; ++round) {
        QByteArray text = twoServers;
        for (quint32 i = 1 + random.bounded(4u); i > 0; --i) {
            const qsizetype at = random.bounded(text.size());
            switch (random.bounded(3)) {
            case 0:
                text[at] = char(random.bounded(256));
                break;
            case 1:
                text.remove(at, 1 + qsizetype(random.bounded(8u)));
                break;
            default:
                text.insert(at, QByteArray(1, "{}[]\",:\\0 1-"[random.bounded(12)]));
                break;
            }
            if (text.isEmpty())
                text = "x";
        }
        const auto parsed = FleetFile::parse(text, QStringLiteral("file"));
        if (!parsed) {
            QVERIFY(parsed.error().what.startsWith(QStringLiteral("file: ")));
            continue;
        }
        // What was understood must come back the same.
        const auto again = FleetFile::parse(parsed->toJson(), QStringLiteral("file"));
        QVERIFY2(again, text.constData());
        QCOMPARE(again->servers, parsed->servers);
        QCOMPARE(again->unknownKeys, parsed->unknownKeys);
    }
}

void tst_Fleet::randomServersSurviveTheFile()
{
    QRandomGenerator random(17);
    const QString alphabet = QStringLiteral("abcXYZ019 \"\\/<>&'é漢:{}[],");
    const auto text = [&](int length) {
        QString result;
        while (length-- > 0)
            result += alphabet.at(random.bounded(alphabet.size()));
        return result;
    };
    Fleet fleet;
    QVERIFY(fleet.load(m_file));
    int added = 0;
    for (int round = 0; round < 300; ++round) {
        Server server = named(text(8));
        server.tags = QStringList { text(3) };
        server.identityFiles = QStringList { QLatin1Char('/') + text(6) };
        server.port = int(random.bounded(65536u));
        server.proxyJump = random.bounded(2u) ? QStringLiteral("ops@bastion:2222,other") : QString();
        server.backend = static_cast<SshBackend>(random.bounded(3));
        server.unknownKeys.insert(QStringLiteral("extra"), text(5));
        if (!serverProblem(server).isEmpty())
            continue;
        added += fleet.add(server).has_value();
    }
    QCOMPARE(added, int(fleet.servers().size()));
    Fleet again;
    QVERIFY(again.load(m_file));
    QCOMPARE(again.servers(), fleet.servers());
}

void tst_Fleet::defaultFile()
{
    QVERIFY(Fleet::defaultFile().endsWith(QStringLiteral("/helmclaw/fleet.json")));
}

QTEST_GUILESS_MAIN(tst_Fleet)
#include "tst_Fleet.moc"
