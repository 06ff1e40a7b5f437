// SPDX-License-Identifier: MIT
// Scripted: a small HTTP server plays the answers of gateways that a test cannot have at will (old versions, lock-outs,
// other programs). The real gateway is in tests/integration/gateway.
#include "models/gateway/GatewayProbe.h"
#include "models/gateway/WebUiSessions.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QtTest>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace {

QByteArray http(const QByteArray &status, const QByteArray &type, const QByteArray &body,
                const QByteArray &headers = {})
{
    return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\n" + headers
        + "Content-Length: " + QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

const QByteArray Health = http("200 OK", "application/json; charset=utf-8", R"({"ok":true,"status":"live"})");
const QByteArray Page = http("200 OK", "text/html; charset=utf-8",
                             "<!doctype html><html><body><openclaw-app></openclaw-app></body></html>");
const QByteArray NotFound = http("404 Not Found", "text/plain", "Not Found");

/// Answers by the request's first line; "" closes without an answer.
class ScriptedServer : public QTcpServer
{
public:
    explicit ScriptedServer(QHash<QByteArray, QByteArray> answers, const QByteArray &otherwise = NotFound)
    {
        listen(QHostAddress(QHostAddress::LocalHost));
        connect(this, &QTcpServer::newConnection, this, [this, answers = std::move(answers), otherwise] {
            QTcpSocket *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [this, socket, answers, otherwise] {
                const QByteArray request = socket->readAll();
                requests.append(request);
                const QByteArray line = request.first(request.indexOf(" HTTP/"));
                socket->write(answers.value(line, otherwise));
                socket->disconnectFromHost();
            });
        });
    }
    QByteArrayList requests;
};

} // namespace

class TestGatewayProbeScripted : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answers_data();
    void answers();
    void theTokenGoesToOurTunnelOnly();
    void noTokenBeforeTheGatewayIsKnown();
    void silence();
    void httpParser_data();
    void httpParser();
    void tooLong();
    void statusAsJson();
};

static void run(GatewayProbe &probe, GatewayProbe::Depth depth, const QByteArray &token)
{
    QSignalSpy finished(&probe, &GatewayProbe::finished);
    probe.start(depth, Secret(token));
    QVERIFY(!finished.isEmpty() || finished.wait(20000));
    QCOMPARE(finished.size(), 1);
}

void TestGatewayProbeScripted::answers_data()
{
    QTest::addColumn<QString>("basePath");
    QTest::addColumn<QList<QByteArray>>("script"); // request line, answer, …
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<bool>("alive");
    QTest::addColumn<bool>("accepted");
    QTest::addColumn<int>("error"); // -1: none
    using Script = QList<QByteArray>;
    const QByteArray invoke = "POST /tools/invoke";
    const auto row = [](const char *name, const QString &basePath, const Script &script, const char *token, bool alive,
                        bool accepted, int error) {
        QTest::newRow(name) << basePath << script << QByteArray(token) << alive << accepted << error;
    };
    const int bad = int(ErrorCode::BadServerData);
    const int auth = int(ErrorCode::AuthFailed);
    const QByteArray valid = http("400 Bad Request", "application/json", "{}");
    row("as it should be", {}, { "GET /healthz", Health, "GET /", Page, invoke, valid }, "t", true, true, -1);
    row("without a token", {}, { "GET /healthz", Health, "GET /", Page }, "", true, false, -1);
    row("below a path", u"/openclaw"_s, { "GET /healthz", Health, "GET /openclaw/", Page, invoke, valid }, "t", true,
        true, -1);
    row("the path is another one", {}, { "GET /healthz", Health, "GET /openclaw/", Page }, "t", true, false, bad);
    row("old: every path is the page", {}, { "GET /healthz", Page, "GET /", Page, invoke, valid }, "t", true, true, -1);
    row("old, with a path", u"/x"_s, { "GET /healthz", NotFound, "GET /x/", Page }, "", true, false, -1);
    row("any web server", {},
        { "GET /healthz", http("200 OK", "text/html", "<html>hello</html>"), "GET /",
          http("200 OK", "text/html", "<html>hello</html>") },
        "t", false, false, bad);
    row("another health answer", {}, { "GET /healthz", http("200 OK", "application/json", R"({"status":"ok"})") }, "t",
        false, false, bad);
    row("health as text", {}, { "GET /healthz", http("200 OK", "text/plain", R"({"ok":true,"status":"live"})") }, "t",
        false, false, bad);
    row("redirects are not followed", {},
        { "GET /healthz", http("302 Found", "text/plain", "", "Location: /elsewhere\r\n"), "GET /elsewhere", Health,
          "GET /", http("302 Found", "text/plain", "", "Location: /p\r\n"), "GET /p", Page },
        "t", false, false, bad);
    row("wrong token", {},
        { "GET /healthz", Health, "GET /", Page, invoke, http("401 Unauthorized", "text/plain", "no") }, "t", true,
        false, auth);
    row("locked out", {},
        { "GET /healthz", Health, "GET /", Page, invoke,
          http("429 Too Many Requests", "text/plain", "no", "Retry-After: 20\r\n") },
        "t", true, false, auth);
    row("cannot tell", {},
        { "GET /healthz", Health, "GET /", Page, invoke, http("500 Internal Server Error", "text/plain", "no") }, "t",
        true, false, bad);
    row("200 is no proof", {},
        { "GET /healthz", Health, "GET /", Page, invoke, http("200 OK", "text/html", "<openclaw-app>") }, "t", true,
        false, bad);
    row("ssh", {}, { "GET /healthz", "SSH-2.0-OpenSSH_9.2\r\n" }, "t", false, false, bad);
    row("cut off", {},
        { "GET /healthz", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{" }, "t",
        false, false, int(ErrorCode::ConnectionLost));
    row("closes", {}, { "GET /healthz", "" }, "t", false, false, int(ErrorCode::ConnectionLost));
}

void TestGatewayProbeScripted::answers()
{
    QFETCH(QString, basePath);
    QFETCH(QList<QByteArray>, script);
    QFETCH(QByteArray, token);
    QFETCH(bool, alive);
    QFETCH(bool, accepted);
    QFETCH(int, error);
    QHash<QByteArray, QByteArray> byLine;
    for (qsizetype i = 0; i < script.size(); i += 2)
        byLine.insert(script.at(i), script.at(i + 1));
    const ScriptedServer server(byLine);
    GatewayProbe probe({ server.serverPort(), basePath, u"lab1"_s, [] { return true; } }, nullptr);
    run(probe, GatewayProbe::Depth::WebUi, token);
    QCOMPARE(probe.isAlive(), alive);
    QCOMPARE(probe.isTokenAccepted(), accepted);
    QCOMPARE(probe.error() ? int(probe.error()->code) : -1, error);
    QCOMPARE(probe.takeToken().view(), QByteArrayView(accepted ? token : QByteArray()));
    if (probe.error()) {
        QCOMPARE(probe.error()->server, u"lab1"_s);
        QVERIFY(!probe.error()->remedy.isEmpty());
    }
}

void TestGatewayProbeScripted::theTokenGoesToOurTunnelOnly()
{
    const ScriptedServer server(
        { { "GET /healthz", Health }, { "GET /", Page }, { "POST /tools/invoke", http("400 Bad", "text/plain", "") } });
    bool stands = false;
    GatewayProbe probe({ server.serverPort(), {}, {}, [&] { return stands; } }, nullptr);
    run(probe, GatewayProbe::Depth::WebUi, "hunter2");
    QVERIFY(probe.error());
    QVERIFY(!server.requests.join().contains("hunter2"));
    stands = true;
    GatewayProbe second({ server.serverPort(), {}, {}, [&] { return stands; } }, nullptr);
    run(second, GatewayProbe::Depth::WebUi, "hunter2");
    QVERIFY(second.isTokenAccepted());
    QVERIFY(server.requests.join().contains("Authorization: Bearer hunter2\r\n"));
    QVERIFY(server.requests.constFirst().contains("Host: 127.0.0.1:" + QByteArray::number(server.serverPort())));
}

void TestGatewayProbeScripted::noTokenBeforeTheGatewayIsKnown()
{
    const ScriptedServer server({}, http("200 OK", "text/html", "<html>"));
    GatewayProbe probe({ server.serverPort(), {}, {}, [] { return true; } }, nullptr);
    run(probe, GatewayProbe::Depth::WebUi, "hunter2");
    QVERIFY(!probe.isAlive());
    QVERIFY(!server.requests.join().contains("hunter2"));
}

void TestGatewayProbeScripted::silence()
{
    QTcpServer server; // accepts, and says nothing
    QVERIFY(server.listen(QHostAddress(QHostAddress::LocalHost)));
    LoopbackRequest::Options options;
    options.deadline = 300ms;
    LoopbackRequest request(server.serverPort(), options, nullptr);
    QSignalSpy finished(&request, &LoopbackRequest::finished);
    QVERIFY(finished.wait(5000));
    QCOMPARE(finished.at(0).at(0).value<Result<HttpAnswer>>().error().code, ErrorCode::DeadlineExceeded);

    const quint16 port = server.serverPort();
    server.close();
    LoopbackRequest refused(port, options, nullptr);
    QSignalSpy ended(&refused, &LoopbackRequest::finished);
    QVERIFY(ended.wait(5000));
    QCOMPARE(ended.at(0).at(0).value<Result<HttpAnswer>>().error().code, ErrorCode::ConnectionRefused);
}

void TestGatewayProbeScripted::httpParser_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status"); // 0: refused
    QTest::newRow("plain") << http("200 OK", "Text/HTML;x", "b") << 200;
    QTest::newRow("no reason") << QByteArray("HTTP/1.0 204\r\n\r\n") << 204;
    QTest::newRow("odd headers") << QByteArray("HTTP/1.1 200 OK\r\n\r\r\nx\r\n:\r\nContent-Length: x\r\n\r\n") << 200;
    QTest::newRow("empty") << QByteArray() << 0;
    QTest::newRow("no end") << QByteArray("HTTP/1.1 200 OK\r\n") << 0;
    QTest::newRow("no status") << QByteArray("HTTP/1.1\r\n\r\n") << 0;
    QTest::newRow("bad status") << QByteArray("HTTP/1.1 20x OK\r\n\r\n") << 0;
    QTest::newRow("status too high") << QByteArray("HTTP/1.1 999 OK\r\n\r\n") << 0;
    QTest::newRow("chunked") << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
                             << 0;
    QTest::newRow("http 2") << QByteArray("HTTP/2 200\r\n\r\n") << 0;
}

void TestGatewayProbeScripted::httpParser()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    const auto answer = LoopbackRequest::parse(bytes);
    QCOMPARE(answer ? answer->status : 0, status);
    for (qsizetype i = 0; i < bytes.size(); ++i) // nothing that is cut reads beyond its end
        (void)LoopbackRequest::parse(QByteArray(bytes.constData(), i));
}

void TestGatewayProbeScripted::tooLong()
{
    const ScriptedServer server({}, http("200 OK", "text/html", QByteArray(700 * 1024, 'x')));
    LoopbackRequest request(server.serverPort(), {}, nullptr);
    QSignalSpy finished(&request, &LoopbackRequest::finished);
    QVERIFY(finished.wait(10000));
    QCOMPARE(finished.at(0).at(0).value<Result<HttpAnswer>>().error().code, ErrorCode::OutputTooLarge);
}

void TestGatewayProbeScripted::statusAsJson()
{
    WebUiStatus status;
    QCOMPARE(webUiStatusToJson(status).value("state"_L1), "off"_L1);
    QVERIFY(webUiStatusToJson(status).value("localPort"_L1).isNull());
    QVERIFY(webUiStatusToJson(status).value("basePath"_L1).isNull());
    QVERIFY(webUiStatusToJson(status).value("error"_L1).isNull());
    status.state = WebUiState::Degraded;
    status.localPort = 20001;
    status.gatewayPort = 18789;
    status.error = Error { ErrorCode::AuthFailed, u"w"_s, u"r"_s, u"lab1"_s };
    const QJsonObject json = webUiStatusToJson(status);
    QCOMPARE(json.value("localPort"_L1).toInt(), 20001);
    QCOMPARE(json.value("basePath"_L1), ""_L1);
    QCOMPARE(json.value("error"_L1).toObject().value("code"_L1).toString(), errorCodeName(ErrorCode::AuthFailed));
}

QTEST_GUILESS_MAIN(TestGatewayProbeScripted)
#include "tst_GatewayProbeScripted.moc"
