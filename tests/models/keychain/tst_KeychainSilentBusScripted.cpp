// SPDX-License-Identifier: MIT
#include "models/keychain/Keychain.h"

#include <QElapsedTimer>
#include <QLocalServer>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

/// A session bus that accepts connections and never says a word: nobody must wait for it for ever.
class tst_KeychainSilentBusScripted : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isGivenUp()
    {
        const QTemporaryDir dir;
        QLocalServer bus;
        QVERIFY(bus.listen(dir.filePath(u"bus"_s)));
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + QFile::encodeName(dir.filePath(u"bus"_s)));
        Keychain keychain(std::chrono::seconds(1));
        std::optional<Error> first;
        QElapsedTimer timer;
        timer.start();
        keychain.find(u"x"_s, this, [&](const auto &found) { first = found.error(); });
        QVERIFY(!first);
        QTRY_VERIFY_WITH_TIMEOUT(first.has_value(), 60000);
        QVERIFY(timer.elapsed() >= 1000); // not given up before its time
        QVERIFY2(first->what.contains(u"does not answer"_s), qPrintable(first->what));
        QCOMPARE(first->code, ErrorCode::DeadlineExceeded); // nobody knows what it does in the end
        QVERIFY(!first->remedy.isEmpty());
        QVERIFY(bus.hasPendingConnections());
        // Those who come later do not wait for it, and are not sent to it: that much is known.
        std::optional<Error> stored;
        std::optional<Error> removed;
        keychain.store(u"x"_s, Secret("secret"), this, [&](const Result<void> &outcome) { stored = outcome.error(); });
        keychain.remove(u"x"_s, this, [&](const Result<void> &outcome) { removed = outcome.error(); });
        QVERIFY(!stored && !removed); // never from inside the call
        QCoreApplication::processEvents(); // no time passes
        QVERIFY(stored && removed);
        QCOMPARE(stored->code, ErrorCode::Unsupported);
        QCOMPARE(removed->code, ErrorCode::Unsupported);
        QLocalSocket *connection = bus.nextPendingConnection();
        QVERIFY(!(connection->readAll() + QByteArray()).contains("secret"));
        QVERIFY(!bus.hasPendingConnections());
        // When the bus goes, the late answer is nobody's, and the next one is asked again.
        int calls = 0;
        keychain.find(u"y"_s, this, [&](const auto &) { ++calls; });
        connection->abort();
        bus.close();
        QTRY_COMPARE_WITH_TIMEOUT(calls, 1, 60000);
        std::optional<Error> next;
        const auto askAgain = [&] {
            next.reset();
            keychain.find(u"z"_s, this, [&](const auto &found) { next = found.error(); });
            return QTest::qWaitFor([&] { return next.has_value(); }, 60000)
                && !next->what.contains(u"does not answer"_s);
        };
        QTRY_VERIFY_WITH_TIMEOUT(askAgain(), 60000); // the job that hung has ended, and blocks nobody any longer
        QCOMPARE(calls, 1);
    }
};

QTEST_GUILESS_MAIN(tst_KeychainSilentBusScripted)
#include "tst_KeychainSilentBusScripted.moc"
