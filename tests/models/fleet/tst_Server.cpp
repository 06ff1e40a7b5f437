// SPDX-License-Identifier: MIT
#include "models/fleet/Server.h"

#include <QTest>

#include <functional>

using namespace Helmclaw;

namespace {
using Change = std::function<void(Server &)>;

Server good()
{
    Server server;
    server.id = QStringLiteral("id-1");
    server.name = QStringLiteral("Web 1 (Kōbe)");
    server.host = QStringLiteral("web1.example.org");
    server.port = 22;
    server.user = QStringLiteral("ops@corp");
    server.identityFiles = QStringList { QStringLiteral("~/.ssh/id_ed25519"), QStringLiteral("/keys/my key") };
    server.tags = QStringList { QStringLiteral("prod"), QStringLiteral("east coast") };
    server.gatewayPort = 18789;
    server.localPort = 20001;
    return server;
}
} // namespace

Q_DECLARE_METATYPE(Change)

class tst_Server : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void addresses();
    void splitsTags();
};

void tst_Server::accepts_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *title, const Change &change) { QTest::newRow(title) << change; };
    row("all fields", [](Server &) {});
    row("only what must be", [](Server &s) {
        const Server empty;
        s = empty;
        s.name = QStringLiteral("n");
        s.host = QStringLiteral("h");
    });
    row("IPv4", [](Server &s) { s.host = QStringLiteral("10.0.0.7"); });
    row("IPv6", [](Server &s) { s.host = QStringLiteral("2001:db8::7"); });
    row("IPv6 with zone", [](Server &s) { s.host = QStringLiteral("fe80::1%eth0"); });
    row("international name", [](Server &s) { s.host = QStringLiteral("köln.example"); });
    row("underscore", [](Server &s) { s.host = QStringLiteral("my_alias-2"); });
    row("largest ports", [](Server &s) { s.port = s.gatewayPort = s.localPort = 65535; });
}

void tst_Server::accepts()
{
    QFETCH(Change, change);
    Server server = good();
    change(server);
    QCOMPARE(serverProblem(server), QString());
}

void tst_Server::refuses_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("field"); // the text must name it
    const auto row = [](const char *title, const char *field, const Change &change) {
        QTest::newRow(title) << change << QString::fromLatin1(field);
    };
    row("no name", "name", [](Server &s) { s.name.clear(); });
    row("long name", "name", [](Server &s) { s.name = QString(101, u'x'); });
    row("name with a newline", "name", [](Server &s) { s.name = QStringLiteral("a\nb"); });
    row("name with an override", "name", [](Server &s) { s.name = QStringLiteral("a\u202eb"); });
    row("name with a hidden space", "name", [](Server &s) { s.name = QStringLiteral("a\u200bb"); });
    row("name with spaces around", "name", [](Server &s) { s.name = QStringLiteral(" a"); });
    row("name like an option", "name", [](Server &s) { s.name = QStringLiteral("--json"); });
    row("name with half a character", "name", [](Server &s) { s.name = QString(QChar(0xdc00)); });
    row("no host", "host", [](Server &s) { s.host.clear(); });
    row("host like an option", "host", [](Server &s) { s.host = QStringLiteral("-oProxyCommand=x"); });
    row("host with a port", "port", [](Server &s) { s.host = QStringLiteral("web:22"); });
    row("host in brackets", "brackets", [](Server &s) { s.host = QStringLiteral("[::1]"); });
    row("host with a user", "user", [](Server &s) { s.host = QStringLiteral("root@web"); });
    row("host with a space", "host", [](Server &s) { s.host = QStringLiteral("a b"); });
    row("host with a substitution", "host", [](Server &s) { s.host = QStringLiteral("a$(id)"); });
    row("host with a backquote", "host", [](Server &s) { s.host = QStringLiteral("a`id`"); });
    row("host pattern", "host", [](Server &s) { s.host = QStringLiteral("*.example"); });
    row("host as URL", "host", [](Server &s) { s.host = QStringLiteral("web/path"); });
    row("host with NUL", "host", [](Server &s) { s.host = QStringLiteral("a") + QChar::Null; });
    row("long host", "host", [](Server &s) { s.host = QString(256, u'x'); });
    row("user like an option", "user", [](Server &s) { s.user = QStringLiteral("-root"); });
    row("user with a space", "user", [](Server &s) { s.user = QStringLiteral("a b"); });
    row("user with shell text", "user", [](Server &s) { s.user = QStringLiteral("a;b"); });
    row("negative port", "port", [](Server &s) { s.port = -1; });
    row("large port", "port", [](Server &s) { s.port = 65536; });
    row("large gateway port", "gateway port", [](Server &s) { s.gatewayPort = 70000; });
    row("privileged local port", "local port", [](Server &s) { s.localPort = 80; });
    row("large local port", "local port", [](Server &s) { s.localPort = 65536; });
    row("jump host as an option", "jump", [](Server &s) { s.proxyJump = QStringLiteral("-oProxyCommand=x"); });
    row("jump host without a name", "jump", [](Server &s) { s.proxyJump = QStringLiteral("a,,b"); });
    row("relative identity", "identity", [](Server &s) { s.identityFiles = QStringList { QStringLiteral("id_rsa") }; });
    row("a key instead of its file", "identity",
        [](Server &s) { s.identityFiles = QStringList { QStringLiteral("-----BEGIN OPENSSH PRIVATE KEY-----") }; });
    row("identity with a newline", "identity",
        [](Server &s) { s.identityFiles = QStringList { QStringLiteral("/a\nb") }; });
    row("empty tag", "tag", [](Server &s) { s.tags = QStringList { QString() }; });
    row("tag with spaces around", "tag", [](Server &s) { s.tags = QStringList { QStringLiteral("a ") }; });
    row("tag with a comma", "tag", [](Server &s) { s.tags = QStringList { QStringLiteral("a,b") }; });
    row("tag twice", "tag", [](Server &s) { s.tags = QStringList { QStringLiteral("a"), QStringLiteral("a") }; });
    row("odd id", "id", [](Server &s) { s.id = QStringLiteral("a/b"); });
    row("long id", "id", [](Server &s) { s.id = QString(65, u'a'); });
}

void tst_Server::refuses()
{
    QFETCH(Change, change);
    QFETCH(QString, field);
    Server server = good();
    change(server);
    const QString problem = serverProblem(server);
    QVERIFY2(problem.contains(field, Qt::CaseInsensitive), qPrintable(problem));
}

void tst_Server::addresses()
{
    Server server;
    server.host = QStringLiteral("web");
    QCOMPARE(serverAddress(server), QStringLiteral("web"));
    server.user = QStringLiteral("ops");
    server.port = 2222;
    QCOMPARE(serverAddress(server), QStringLiteral("ops@web:2222"));
    server.host = QStringLiteral("fd00::1");
    QCOMPARE(serverAddress(server), QStringLiteral("ops@[fd00::1]:2222"));
    server.port = 0;
    QCOMPARE(serverAddress(server), QStringLiteral("ops@fd00::1"));
}

void tst_Server::splitsTags()
{
    QCOMPARE(splitTags(QStringLiteral(" a,, b  c ,a,")), (QStringList { QStringLiteral("a"), QStringLiteral("b c") }));
    QVERIFY(splitTags(QString()).isEmpty());
}

QTEST_APPLESS_MAIN(tst_Server)
#include "tst_Server.moc"
