// SPDX-License-Identifier: MIT
#include "models/posture/NewestRelease.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;

/// The newest version of OpenClaw, told by a scripted registry on this computer.
class tst_NewestReleaseScripted : public QObject
{
    Q_OBJECT

    /// Answers every connection with the same bytes; counts them.
    struct Registry
    {
        explicit Registry(QByteArray bytes)
            : answer(std::move(bytes))
        {
            server.listen(QHostAddress::LocalHost);
            QObject::connect(&server, &QTcpServer::newConnection, &server, [this] {
                ++asked;
                QTcpSocket *socket = server.nextPendingConnection();
                QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                    request += socket->readAll();
                    if (!request.contains("\r\n\r\n") || answer.isEmpty())
                        return;
                    socket->write(answer);
                    socket->disconnectFromHost();
                });
            });
        }
        QTcpServer server;
        QByteArray answer;
        QByteArray request;
        int asked = 0;
    };
    static QByteArray ok(const QByteArray &body)
    {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + QByteArray::number(body.size()) + "\r\n\r\n" + body;
    }
    NewestRelease::Options options(const Registry &registry) const
    {
        NewestRelease::Options options;
        options.url = QUrl(u"http://127.0.0.1:%1/-/package/openclaw/dist-tags"_s.arg(registry.server.serverPort()));
        options.cacheFile = m_dir->filePath(u"cache/release.json"_s);
        return options;
    }
    static void ask(NewestRelease &release)
    {
        QSignalSpy settled(&release, &NewestRelease::settled);
        release.freshen();
        if (release.isAsking())
            QVERIFY(settled.wait(60000));
    }
    std::unique_ptr<QTemporaryDir> m_dir;

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void isAskedOnceADay()
    {
        Registry registry(ok(R"({"latest":"2026.9.6","beta":"2026.10.1-beta.2"})"));
        {
            NewestRelease release(options(registry));
            QVERIFY(release.version().isEmpty() && !release.problem().isEmpty());
            ask(release);
            QCOMPARE(release.version(), u"2026.9.6"_s);
            QVERIFY(release.problem().isEmpty());
            ask(release);
        }
        NewestRelease again(options(registry)); // another run of the program
        QCOMPARE(again.version(), u"2026.9.6"_s);
        ask(again);
        QCOMPARE(registry.asked, 1);
        QVERIFY(registry.request.startsWith("GET /-/package/openclaw/dist-tags "));
        NewestRelease::Options old = options(registry);
        old.maxAge = std::chrono::seconds(0);
        NewestRelease later(old);
        QVERIFY(later.version().isEmpty()); // what is a day old is not known any more
        ask(later);
        QCOMPARE(registry.asked, 2);
    }

    void badAnswers_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("not found") << QByteArray(
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        QTest::newRow("a page") << ok("<html>");
        QTest::newRow("no latest") << ok(R"({"beta":"1.2.3"})");
        QTest::newRow("no version") << ok("{\"latest\":\"1.2.3\\u001b[2J\"}");
        QTest::newRow("a number") << ok(R"({"latest":2026})");
        QTest::newRow("endless") << ok(QByteArray(1024 * 1024, ' ') + R"({"latest":"1.2.3"})");
        QTest::newRow("not HTTP") << QByteArray("SSH-2.0-x\r\n\r\n");
    }
    void badAnswers()
    {
        QFETCH(QByteArray, answer);
        Registry registry(answer);
        NewestRelease release(options(registry));
        ask(release);
        QVERIFY(release.version().isEmpty());
        QVERIFY(!release.problem().isEmpty() && !release.problem().contains(u'\x1b'));
        const int asked = registry.asked;
        ask(release); // not again at once
        QCOMPARE(registry.asked, asked);
    }

    void silence()
    {
        Registry registry({});
        NewestRelease::Options impatient = options(registry);
        impatient.deadline = std::chrono::milliseconds(200);
        NewestRelease release(impatient);
        ask(release);
        QVERIFY(release.version().isEmpty() && !release.problem().isEmpty());
    }

    void whoIsNeverAsked()
    {
        Registry registry(ok(R"({"latest":"2026.9.6"})"));
        NewestRelease::Options off = options(registry);
        off.url = {};
        NewestRelease switchedOff(off);
        ask(switchedOff);
        QVERIFY(switchedOff.problem().contains(u"switched off"));
        NewestRelease::Options plain = options(registry);
        plain.url = QUrl(u"http://registry.example/"_s); // not in the clear, but to oneself
        NewestRelease inTheClear(plain);
        ask(inTheClear);
        QVERIFY(inTheClear.problem().contains(u"HTTPS"));
        QCOMPARE(registry.asked, 0);
    }
};

QTEST_GUILESS_MAIN(tst_NewestReleaseScripted)
#include "tst_NewestReleaseScripted.moc"
