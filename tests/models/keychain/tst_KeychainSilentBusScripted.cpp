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
        keychain.find(u"x"_s, this, [&](const auto &found) { first = found.error(); });
        QVERIFY(!first);
        QTRY_VERIFY_WITH_TIMEOUT(first.has_value(), 60000);
        QVERIFY2(first->what.contains(u"does not answer"_s), qPrintable(first->what));
        QVERIFY(bus.hasPendingConnections());
        // Those who come later do not wait at all.
        std::optional<Error> stored;
        keychain.store(u"x"_s, Secret("secret"), this, [&](const Result<void> &outcome) { stored = outcome.error(); });
        QTRY_VERIFY_WITH_TIMEOUT(stored.has_value(), 60000);
        // When the bus goes, the late answer is nobody's.
        while (bus.hasPendingConnections())
            bus.nextPendingConnection()->abort();
        bus.close();
        QTest::qWait(200);
    }
};

QTEST_GUILESS_MAIN(tst_KeychainSilentBusScripted)
#include "tst_KeychainSilentBusScripted.moc"
