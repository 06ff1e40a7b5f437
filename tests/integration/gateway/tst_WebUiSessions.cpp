// SPDX-License-Identifier: MIT
// The whole way: a real sshd, a real OpenClaw gateway behind it, both on this machine.
#include "GatewayFixture.h"
#include "WebUiHouse.h"
#include "models/gateway/LoopbackRequest.h"

#include <QDir>
#include <QTcpServer>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace Qt::Literals::StringLiterals;

class TestWebUiSessions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void signsInOnceAndKeepsItsPort();
    void openingAgainReadsTheTokenAgain();
    void tunnelOnly();
    void theGatewayStopsAndComesBack();
    void theConnectionIsLostAndComesBack();
    void aClosedSessionHearsNothing();
    void nothingListens();
    void theLocalPortIsTaken();
    void aRemovedServerIsClosed();
    void aTokenThatTheGatewayRefuses();

private:
    static QByteArray fetch(const QUrl &url)
    {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), quint16(url.port()));
        socket.write("GET " + url.path().toLatin1() + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(url.port())
                     + "\r\nConnection: close\r\n\r\n");
        (void)QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::UnconnectedState; }, 20000);
        return socket.readAll();
    }
    static bool isFree(quint16 port)
    {
        QTcpServer server;
        return server.listen(QHostAddress(QHostAddress::LocalHost), port);
    }
    SshdFixture m_sshd;
    GatewayFixture m_gateway;
};

void TestWebUiSessions::initTestCase()
{
    if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    if (const QString missing = GatewayFixture::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QVERIFY(m_sshd.start());
    m_gateway.setBasePath(u"/openclaw"_s);
    QVERIFY2(m_gateway.start(), m_gateway.log().right(2000).constData());
}

void TestWebUiSessions::signsInOnceAndKeepsItsPort()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    QCOMPARE(house.status().state, WebUiState::Off);
    const QUrl url = house.open();
    QVERIFY(!url.isEmpty());
    const WebUiStatus status = house.status();
    QCOMPARE(status.state, WebUiState::Live);
    QVERIFY(!status.error && status.signInNote.isEmpty());
    QCOMPARE(status.gatewayPort, m_gateway.port());
    QCOMPARE(status.basePath, u"/openclaw"_s); // from the configuration: nothing else tells it
    QVERIFY2(status.gatewayVersion.startsWith(u"20"_s), qPrintable(status.gatewayVersion));
    QCOMPARE(status.localPort, quint16(house.fleet.byId(house.id)->localPort));

    // What a browser gets: the redirect, once, to the tunnel's port, where the real UI is.
    QVERIFY(!url.toString().contains(QString::fromLatin1(m_gateway.token())));
    const QByteArray answer = fetch(url);
    QVERIFY2(answer.contains("Location: http://127.0.0.1:" + QByteArray::number(status.localPort)
                             + "/openclaw/#token=" + m_gateway.token() + "\r\n"),
             answer.constData());
    QVERIFY(fetch(url).startsWith("HTTP/1.1 410"));
    QCOMPARE(house.webUi->plainUrl(house.id), QUrl(u"http://127.0.0.1:%1/openclaw/"_s.arg(status.localPort)));
    QVERIFY(fetch(house.webUi->plainUrl(house.id)).contains("<openclaw-app"));

    house.webUi->close(house.id);
    QCOMPARE(house.status().state, WebUiState::Off);
    QVERIFY(house.webUi->plainUrl(house.id).isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return isFree(status.localPort); }, 10000));
    QVERIFY(QTest::qWaitFor([&] { return house.pool->statistics().tunnelConnections == 0; }, 10000));
    QVERIFY(!house.open().isEmpty());
    QCOMPARE(house.status().localPort, status.localPort);
}

void TestWebUiSessions::openingAgainReadsTheTokenAgain()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    const QUrl first = house.open();
    const QUrl second = house.open();
    QVERIFY(!first.isEmpty() && !second.isEmpty());
    QVERIFY(first != second);
    QVERIFY(fetch(second).startsWith("HTTP/1.1 302"));
    // Unused ones end with the next open().
    QVERIFY(!fetch(first).startsWith("HTTP/1.1 302"));

    const QByteArray rotated = "0123456789abcdef-rotated";
    m_gateway.writeConfig(rotated);
    QByteArray answer;
    QVERIFY(QTest::qWaitFor(
        [&] { // this version takes it over by itself within seconds
            const QUrl url = house.open();
            answer = url.isEmpty() ? QByteArray() : fetch(url);
            return answer.contains("#token=" + rotated);
        },
        30000));
    QCOMPARE(house.status().state, WebUiState::Live);
    m_gateway.writeConfig(m_gateway.token());
    QVERIFY(QTest::qWaitFor([&] { return !house.open().isEmpty(); }, 30000));
}

void TestWebUiSessions::tunnelOnly()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    QSignalSpy ready(house.webUi.get(), &WebUiSessions::signInReady);
    house.webUi->openTunnelOnly(house.id);
    QVERIFY(house.until(WebUiState::Live));
    QVERIFY(ready.isEmpty());
    QVERIFY(fetch(house.webUi->plainUrl(house.id)).contains("<openclaw-app"));
    // Later signing in uses the tunnel that is there.
    const quint16 port = house.status().localPort;
    QVERIFY(!house.open().isEmpty());
    QCOMPARE(house.status().localPort, port);
}

void TestWebUiSessions::theGatewayStopsAndComesBack()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    QVERIFY(!house.open().isEmpty());
    m_gateway.stop();
    QVERIFY(house.until(WebUiState::Degraded, 50000)); // asked every 30 s
    QVERIFY(house.status().error && !house.status().error->remedy.isEmpty());
    QVERIFY(house.status().localPort != 0);
    // Opening now says what is wrong, and leaves the tunnel.
    QVERIFY(house.open().isEmpty());
    QCOMPARE(house.status().state, WebUiState::Degraded);
    QVERIFY(m_gateway.start());
    QVERIFY(!house.open().isEmpty());
    QCOMPARE(house.status().state, WebUiState::Live);
}

void TestWebUiSessions::theConnectionIsLostAndComesBack()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    QVERIFY(!house.open().isEmpty());
    const quint16 port = house.status().localPort;
    QVERIFY(port);
    m_sshd.kill();
    QVERIFY(house.until(WebUiState::Reconnecting, 60000));
    QVERIFY(m_sshd.start());
    QVERIFY(house.until(WebUiState::Live, 90000));
    QCOMPARE(house.status().localPort, port);
    QVERIFY(fetch(house.webUi->plainUrl(house.id)).contains("<openclaw-app"));
}

void TestWebUiSessions::aClosedSessionHearsNothing()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    QSignalSpy ready(house.webUi.get(), &WebUiSessions::signInReady);
    QSignalSpy failed(house.webUi.get(), &WebUiSessions::openFailed);
    for (const int delay : { 0, 5, 20, 60, 120, 250, 500, 800 }) {
        house.webUi->open(house.id);
        QTest::qWait(delay);
        if (!ready.isEmpty())
            break;
        house.webUi->close(house.id);
        QCOMPARE(house.status().state, WebUiState::Off);
    }
    ready.clear();
    house.webUi->close(house.id);
    QTest::qWait(3000);
    QVERIFY(ready.isEmpty() && failed.isEmpty());
    QCOMPARE(house.status().state, WebUiState::Off);
    QVERIFY(QTest::qWaitFor([&] { return isFree(quint16(house.fleet.byId(house.id)->localPort)); }, 10000));
    QVERIFY(!house.open().isEmpty());
}

void TestWebUiSessions::nothingListens()
{
    WebUiHouse house(m_sshd, SshdFixture::freePort());
    QSignalSpy failed(house.webUi.get(), &WebUiSessions::openFailed);
    QVERIFY(house.open().isEmpty());
    QCOMPARE(failed.size(), 1);
    QCOMPARE(house.status().state, WebUiState::Failed);
    QVERIFY(house.status().error && !house.status().error->remedy.isEmpty());
    QCOMPARE(house.status().error->server, u"loop"_s);
    QCOMPARE(house.status().localPort, 0);
}

void TestWebUiSessions::theLocalPortIsTaken()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    QTcpServer squatter;
    QVERIFY(squatter.listen(QHostAddress(QHostAddress::LocalHost), house.fleet.localPortFor(house.id).value()));
    QVERIFY(house.open().isEmpty());
    QCOMPARE(house.status().state, WebUiState::Failed);
    QCOMPARE(house.status().error->code, ErrorCode::LocalPortInUse);
    QVERIFY(!house.status().error->remedy.isEmpty());
    QVERIFY(!squatter.hasPendingConnections()); // nothing was sent to it, a token least of all
    squatter.close();
    QVERIFY(!house.open().isEmpty());
}

void TestWebUiSessions::aRemovedServerIsClosed()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    QVERIFY(!house.open().isEmpty());
    const quint16 port = house.status().localPort;
    QVERIFY(house.fleet.remove(house.id));
    QCOMPARE(house.status().state, WebUiState::Off);
    QVERIFY(QTest::qWaitFor([&] { return isFree(port); }, 10000));
}

void TestWebUiSessions::aTokenThatTheGatewayRefuses()
{
    m_gateway.setTokenFlag("another-token-that-beats-the-configuration");
    QVERIFY(m_gateway.start());
    WebUiHouse house(m_sshd, m_gateway.port());
    QSignalSpy ready(house.webUi.get(), &WebUiSessions::signInReady);
    QVERIFY(house.open().isEmpty());
    QVERIFY(ready.isEmpty()); // the browser never gets it
    QCOMPARE(house.status().state, WebUiState::Degraded);
    QCOMPARE(house.status().error->code, ErrorCode::AuthFailed);
    QVERIFY(!house.status().error->remedy.isEmpty());
    QVERIFY(fetch(house.webUi->plainUrl(house.id)).contains("<openclaw-app")); // by hand one still gets in
}

QTEST_GUILESS_MAIN(TestWebUiSessions)
#include "tst_WebUiSessions.moc"
