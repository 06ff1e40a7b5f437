// SPDX-License-Identifier: MIT
#include "models/posture/ExposureProbe.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Helmclaw;
using Finding = ExposureProbe::Finding;

/// Connects to real sockets on loopback: one that listens, one that nobody has, one that does not answer.
class tst_ExposureProbe : public QObject
{
    Q_OBJECT

    static ExposureRow row(int port, ExposureRow::From from)
    {
        ExposureRow row;
        row.protocol = u"tcp"_qs;
        row.port = port;
        row.from = from;
        return row;
    }
    static ExposureRow row(int port, std::optional<bool> admits)
    {
        ExposureRow made = row(port, ExposureRow::From::Networks);
        made.admitsThisComputer = admits;
        return made;
    }
    static Finding found(const QList<ExposureRow> &rows, const ExposureRow &asked,
                         std::chrono::milliseconds deadline = std::chrono::seconds(30))
    {
        Exposure exposure;
        exposure.rows = rows;
        ExposureProbe probe(u"127.0.0.1"_qs, exposure);
        probe.setDeadline(deadline);
        QSignalSpy finished(&probe, &ExposureProbe::finished);
        probe.start();
        if (finished.isEmpty() && !finished.wait(60000))
            qWarning("the probe did not end");
        return probe.answer(asked).finding;
    }
    static Finding found(const ExposureRow &row) { return found({ row }, row); }
    /// A port that nobody listens on.
    static int freePort()
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        return server.serverPort();
    }

private Q_SLOTS:
    void aPortThatIsOpen()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const int port = server.serverPort();
        QCOMPARE(found(row(port, ExposureRow::From::Anyone)), Finding::Confirmed);
        QCOMPARE(found(row(port, ExposureRow::From::ThisServer)), Finding::Contradicted);
        QCOMPARE(found(row(port, ExposureRow::From::Unknown)), Finding::Open);
        QCOMPARE(found(row(port, true)), Finding::Confirmed);
        QCOMPARE(found(row(port, false)), Finding::Contradicted);
        QCOMPARE(found(row(port, std::nullopt)), Finding::Open);
    }
    void aPortThatIsClosed()
    {
        const int port = freePort();
        QCOMPARE(found(row(port, ExposureRow::From::Anyone)), Finding::Contradicted);
        QCOMPARE(found(row(port, ExposureRow::From::ThisServer)), Finding::Confirmed);
        QCOMPARE(found(row(port, ExposureRow::From::Unknown)), Finding::Closed);
    }
    void aPortThatDoesNotAnswer()
    {
        // A queue that is full: the kernel lets further requests lie.
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QVERIFY(listener >= 0);
        const auto close = qScopeGuard([listener] { ::close(listener); });
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        QCOMPARE(::bind(listener, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        QCOMPARE(::listen(listener, 0), 0);
        socklen_t length = sizeof address;
        QCOMPARE(::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length), 0);
        const int port = ntohs(address.sin_port);
        std::vector<std::unique_ptr<QTcpSocket>> crowd;
        for (int i = 0; i < 8; ++i) {
            crowd.push_back(std::make_unique<QTcpSocket>());
            crowd.back()->connectToHost(QHostAddress::LocalHost, quint16(port));
        }
        QTest::qWait(200);
        const ExposureRow open = row(port, ExposureRow::From::Anyone);
        QCOMPARE(found({ open }, open, std::chrono::milliseconds(500)), Finding::NoAnswer);
        const ExposureRow closed = row(port, ExposureRow::From::ThisServer);
        QCOMPARE(found({ closed }, closed, std::chrono::milliseconds(500)), Finding::Confirmed);
    }
    void twoRowsOfOnePort()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const ExposureRow inner = row(server.serverPort(), ExposureRow::From::ThisServer);
        const ExposureRow outer = row(server.serverPort(), ExposureRow::From::Anyone);
        QCOMPARE(found({ inner, outer }, inner), Finding::Confirmed);
    }
    void onlyPortsOfTheTableAndNotTooMany()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        ExposureRow udp = row(server.serverPort(), ExposureRow::From::Anyone);
        udp.protocol = u"udp"_qs;
        QCOMPARE(found(udp), Finding::NotTried);
        ExposureRow six = row(server.serverPort(), ExposureRow::From::Anyone);
        six.family = AddressFamily::IPv6;
        QCOMPARE(found(six), Finding::NotTried);
        QVERIFY(!server.hasPendingConnections() && !server.waitForNewConnection(100));

        QList<ExposureRow> many;
        for (int i = 0; i < ExposureProbe::maxPorts; ++i)
            many.append(row(i + 1, ExposureRow::From::ThisServer));
        const ExposureRow last = row(server.serverPort(), ExposureRow::From::Anyone);
        many.append(last);
        QCOMPARE(found(many, last), Finding::NotTried);
        QVERIFY(!server.hasPendingConnections() && !server.waitForNewConnection(100));
    }
    void aNameThatDoesNotResolve()
    {
        Exposure exposure;
        exposure.rows = { row(22, ExposureRow::From::Anyone) };
        ExposureProbe probe(u"no-such-host.invalid"_qs, exposure);
        QSignalSpy finished(&probe, &ExposureProbe::finished);
        probe.start();
        QVERIFY(!finished.isEmpty() || finished.wait(60000));
        QCOMPARE(probe.answer(exposure.rows.first()).finding, Finding::NotTried);
        QVERIFY(!probe.answer(exposure.rows.first()).detail.isEmpty());
    }
    void deletedInTheMiddle()
    {
        Exposure exposure;
        exposure.rows = { row(freePort(), ExposureRow::From::Anyone) };
        auto *probe = new ExposureProbe(u"127.0.0.1"_qs, exposure);
        probe->start();
        delete probe;
        QTest::qWait(50);
    }
};

QTEST_GUILESS_MAIN(tst_ExposureProbe)
#include "tst_ExposureProbe.moc"
