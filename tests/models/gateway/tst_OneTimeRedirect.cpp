// SPDX-License-Identifier: MIT
#include "models/gateway/OneTimeRedirect.h"

#include <QElapsedTimer>
#include <QNetworkProxy>
#include <QProcess>
#include <QStandardPaths>
#include <QTcpSocket>
#include <QtTest>

#include <unistd.h>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

/// Real sockets throughout.
class TestOneTimeRedirect : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneGetIsServed();
    void whatDoesNotUseItUp_data();
    void whatDoesNotUseItUp();
    void aSlowClientIsServed();
    void silenceIsEnded();
    void timeIsUp();
    void urlsAreNotRepeated();
    void ofTwoAtOnceOneIsServed();
    void othersAreNotListenedTo();
    void manySilentConnections();

private:
    static QByteArray exchange(quint16 port, const QByteArray &request)
    {
        QTcpSocket socket;
        socket.setProxy(QNetworkProxy::NoProxy);
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        if (!QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::ConnectedState; }, 5000))
            return {};
        socket.write(request);
        (void)QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::UnconnectedState; }, 10000);
        return socket.readAll();
    }
    static QByteArray get(const QUrl &url, const QByteArray &extra = {})
    {
        return "GET " + url.path().toLatin1() + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(url.port())
            + "\r\n" + extra + "\r\n";
    }
    static QByteArray status(const QByteArray &response) { return response.mid(9, 3); }
};

void TestOneTimeRedirect::oneGetIsServed()
{
    OneTimeRedirect redirect(20123, u"/openclaw"_s, Secret("a/b+c&d=e%\xC3\xA4~-_.0"));
    QSignalSpy served(&redirect, &OneTimeRedirect::served);
    const Result<QUrl> url = redirect.start();
    QVERIFY(url);
    QCOMPARE(url->host(), u"127.0.0.1"_s);
    QVERIFY(url->path().size() >= 1 + 43); // 256 bits
    QVERIFY(url->query().isEmpty() && url->fragment().isEmpty());
    const QByteArray response =
        exchange(quint16(url->port()), get(*url, "User-Agent: x\r\nSec-Fetch-Mode: navigate\r\n"));
    QVERIFY(response.startsWith("HTTP/1.1 302 "));
    const QByteArrayList lines = response.split('\n');
    QVERIFY2(lines.contains("Location: http://127.0.0.1:20123/openclaw/#token=a%2Fb%2Bc%26d%3De%25%C3%A4~-_.0\r"),
             response.constData());
    for (const char *header : { "Cache-Control: no-store\r", "Referrer-Policy: no-referrer\r", "Content-Length: 0\r",
                                "Connection: close\r" })
        QVERIFY2(lines.contains(header), header);
    QCOMPARE(served.size(), 1);
    const QByteArray again = exchange(quint16(url->port()), get(*url));
    QCOMPARE(status(again), "410");
    QVERIFY(!again.contains("Location") && !again.contains("a%2Fb"));
}

void TestOneTimeRedirect::whatDoesNotUseItUp_data()
{
    QTest::addColumn<QByteArray>("request"); // PATH and PORT are filled in
    QTest::addColumn<QByteArray>("answer");
    const auto row = [](const char *name, const QByteArray &request, const char *answer) {
        QTest::newRow(name) << request << QByteArray(answer);
    };
    row("head", "HEAD PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "405");
    row("post", "POST PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "405");
    row("options", "OPTIONS PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "405");
    row("post with a body", "POST PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 2\r\n\r\nhi", "400");
    row("prefetch", "GET PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nSec-Purpose: prefetch\r\n\r\n", "503");
    row("prerender", "GET PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nsec-purpose: prefetch;prerender\r\n\r\n", "503");
    row("old prefetch", "GET PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX-Moz: prefetch\r\n\r\n", "503");
    row("another name", "GET PATH HTTP/1.1\r\nHost: evil.example:PORT\r\n\r\n", "400");
    row("localhost", "GET PATH HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", "400");
    row("no port", "GET PATH HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "400");
    row("no host", "GET PATH HTTP/1.1\r\n\r\n", "400");
    row("two hosts", "GET PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT\r\n\r\n", "400");
    row("root", "GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "404");
    row("favicon", "GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "404");
    row("longer path", "GET PATHx HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "404");
    row("query", "GET PATH?x HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "404");
    row("absolute form", "GET http://127.0.0.1:PORTPATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "404");
    row("no http", "GET PATH\r\n\r\n", "400");
    row("http 0.9", "GET PATH HTTP/0.9\r\nHost: 127.0.0.1:PORT\r\n\r\n", "400");
    row("bad header", "GET PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nnonsense\r\n\r\n", "400");
    row("too long", "GET PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX: " + QByteArray(20000, 'x') + "\r\n\r\n", "400");
    row("tls", QByteArray("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 11), "400");
}

void TestOneTimeRedirect::whatDoesNotUseItUp()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, answer);
    OneTimeRedirect redirect(20123, {}, Secret("hunter2"));
    const QUrl url = redirect.start().value();
    request.replace("PATH", url.path().toLatin1()).replace("PORT", QByteArray::number(url.port()));
    const QByteArray response = exchange(quint16(url.port()), request);
    QCOMPARE(status(response), answer);
    QVERIFY(!response.contains("hunter2"));
    QVERIFY(!redirect.isServed());
    QCOMPARE(status(exchange(quint16(url.port()), get(url))), "302");
}

void TestOneTimeRedirect::aSlowClientIsServed()
{
    OneTimeRedirect redirect(20123, {}, Secret("hunter2"));
    const QUrl url = redirect.start().value();
    QTcpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), quint16(url.port()));
    QVERIFY(QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::ConnectedState; }));
    for (const char byte : get(url)) {
        socket.write(&byte, 1);
        QTest::qWait(1);
    }
    QVERIFY(QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::UnconnectedState; }));
    QCOMPARE(status(socket.readAll()), "302");
}

void TestOneTimeRedirect::silenceIsEnded()
{
    OneTimeRedirect redirect(20123, {}, Secret("hunter2"));
    const QUrl url = redirect.start().value();
    QElapsedTimer clock;
    clock.start();
    QVERIFY(exchange(quint16(url.port()), "GET ").isEmpty());
    QVERIFY2(clock.elapsed() < 9000, "the server did not end a request that never ended");
    QVERIFY(!redirect.isServed());
}

void TestOneTimeRedirect::timeIsUp()
{
    OneTimeRedirect redirect(20123, {}, Secret("hunter2"));
    QSignalSpy closed(&redirect, &OneTimeRedirect::closed);
    const QUrl url = redirect.start(200ms).value();
    QVERIFY(closed.wait(5000));
    QVERIFY(!redirect.isListening());
    QVERIFY(exchange(quint16(url.port()), get(url)).isEmpty());
}

void TestOneTimeRedirect::urlsAreNotRepeated()
{
    QSet<QString> paths;
    for (int i = 0; i < 50; ++i) {
        OneTimeRedirect redirect(1, {}, Secret("x"));
        paths.insert(redirect.start()->path());
    }
    QCOMPARE(paths.size(), 50);
}

void TestOneTimeRedirect::ofTwoAtOnceOneIsServed()
{
    OneTimeRedirect redirect(20123, {}, Secret("hunter2"));
    const QUrl url = redirect.start().value();
    std::array<QTcpSocket, 4> sockets;
    for (QTcpSocket &socket : sockets) {
        socket.setProxy(QNetworkProxy::NoProxy);
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), quint16(url.port()));
        socket.write(get(url));
    }
    int found = 0;
    int gone = 0;
    for (QTcpSocket &socket : sockets) {
        QVERIFY(QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::UnconnectedState; }));
        const QByteArray code = status(socket.readAll());
        found += code == "302" ? 1 : 0;
        gone += code == "410" ? 1 : 0;
    }
    QCOMPARE(found, 1);
    QCOMPARE(gone, 3);
}

void TestOneTimeRedirect::othersAreNotListenedTo()
{
    if (geteuid() != 0)
        QSKIP("needs root, to connect as another user");
    const QString curl = QStandardPaths::findExecutable(u"curl"_s);
    const QString setpriv = QStandardPaths::findExecutable(u"setpriv"_s);
    if (curl.isEmpty() || setpriv.isEmpty())
        QSKIP("curl or setpriv is not installed");
    OneTimeRedirect redirect(20123, {}, Secret("hunter2"));
    const QUrl url = redirect.start().value();
    const auto fetch = [&](const QStringList &as) {
        QProcess process;
        process.start(setpriv,
                      as
                          + QStringList { u"--clear-groups"_s, curl, u"-s"_s, u"-i"_s, u"--noproxy"_s, u"*"_s, u"-m"_s,
                                          u"8"_s, url.toString() });
        (void)QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 20000);
        return process.readAllStandardOutput();
    };
    QVERIFY(fetch({ u"--reuid=65534"_s, u"--regid=65534"_s }).isEmpty());
    QVERIFY(!redirect.isServed());
    QVERIFY(fetch({ u"--reuid=0"_s }).contains("hunter2"));
}

void TestOneTimeRedirect::manySilentConnections()
{
    // Whoever of this user holds connections open delays the browser by some seconds at most.
    OneTimeRedirect redirect(20123, {}, Secret("hunter2"));
    const QUrl url = redirect.start().value();
    std::array<QTcpSocket, 40> sockets;
    for (QTcpSocket &socket : sockets) {
        socket.setProxy(QNetworkProxy::NoProxy);
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), quint16(url.port()));
    }
    QTest::qWait(6000);
    QCOMPARE(status(exchange(quint16(url.port()), get(url))), "302");
}

QTEST_GUILESS_MAIN(TestOneTimeRedirect)
#include "tst_OneTimeRedirect.moc"
