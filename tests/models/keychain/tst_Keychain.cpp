// SPDX-License-Identifier: MIT
#include "models/keychain/Keychain.h"

#include "tests/support/SecretService.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Test::SecretService;

/// With a real Secret Service (gnome-keyring) on a bus of its own.
class tst_Keychain : public QObject
{
    Q_OBJECT

    template <class Outcome> static Outcome await(const std::function<void(std::function<void(Outcome)>)> &start)
    {
        std::optional<Outcome> outcome;
        start([&outcome](Outcome result) { outcome.emplace(std::move(result)); });
        if (outcome)
            qFatal("answered from inside the call");
        if (!QTest::qWaitFor([&outcome] { return outcome.has_value(); }, 60000))
            qFatal("no answer");
        return std::move(*outcome);
    }
    Result<std::optional<Secret>> find(Keychain &keychain, const QString &entry)
    {
        using Found = Result<std::optional<Secret>>;
        return await<Found>([&](std::function<void(Found)> done) { keychain.find(entry, this, std::move(done)); });
    }
    Result<void> store(Keychain &keychain, const QString &entry, const QByteArray &secret)
    {
        return await<Result<void>>([&](std::function<void(Result<void>)> done) {
            keychain.store(entry, Secret(secret), this, std::move(done));
        });
    }
    Result<void> remove(Keychain &keychain, const QString &entry)
    {
        return await<Result<void>>(
            [&](std::function<void(Result<void>)> done) { keychain.remove(entry, this, std::move(done)); });
    }

    SecretService m_service;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString why = SecretService::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QVERIFY(m_service.start());
    }

    void keepsReplacesAndRemoves()
    {
        Keychain keychain;
        const QString entry = Keychain::entryForKeyFile(u"~/.ssh/id ü"_s);
        const auto before = find(keychain, entry);
        QVERIFY2(before, before ? "" : qPrintable(before.error().toString()));
        QVERIFY(!*before);
        for (const QByteArray &secret : { QByteArray("open sesame"), QByteArray("p\xc3\xa4ss\xff\n 'x'") }) {
            QVERIFY(store(keychain, entry, secret));
            Keychain another; // it is not this object that remembers
            const auto kept = find(another, entry);
            QVERIFY(kept && *kept);
            QCOMPARE((*kept)->view().toByteArray(), secret);
        }
        const auto other = find(keychain, Keychain::entryForKeyFile(u"~/.ssh/other"_s));
        QVERIFY(other && !*other);
        QVERIFY(remove(keychain, entry));
        const auto after = find(keychain, entry);
        QVERIFY(after && !*after);
        QVERIFY(remove(keychain, entry)); // no entry is no error
    }

    void whoDiedIsNotCalled()
    {
        Keychain keychain;
        bool called = false;
        auto context = std::make_unique<QObject>();
        keychain.find(u"x"_s, context.get(), [&](const auto &) { called = true; });
        context.reset();
        QVERIFY(find(keychain, u"x"_s)); // behind the other in the queue
        QVERIFY(!called);
        auto gone = std::make_unique<Keychain>();
        gone->find(u"x"_s, this, [&](const auto &) { called = true; });
        gone.reset();
        QVERIFY(find(keychain, u"x"_s));
        QVERIFY(!called);
    }

    void withoutAServiceItSaysSo()
    {
        m_service.stopService();
        Keychain keychain;
        const auto found = find(keychain, u"x"_s);
        QVERIFY(!found);
        QVERIFY2(found.error().what.contains(u"keychain cannot be used"_s), qPrintable(found.error().what));
        QVERIFY(!found.error().remedy.isEmpty());
        QVERIFY(!store(keychain, u"x"_s, "secret"));
        m_service.stopBus();
        QTest::qWait(500); // GLib's habit is to end the program then
        QVERIFY(!find(keychain, u"x"_s));
        const QByteArray address = qgetenv("DBUS_SESSION_BUS_ADDRESS");
        const QByteArray runtime = qgetenv("XDG_RUNTIME_DIR");
        qunsetenv("DBUS_SESSION_BUS_ADDRESS");
        qunsetenv("XDG_RUNTIME_DIR");
        const auto headless = find(keychain, u"x"_s);
        qputenv("DBUS_SESSION_BUS_ADDRESS", address);
        if (!runtime.isEmpty())
            qputenv("XDG_RUNTIME_DIR", runtime);
        QVERIFY(!headless);
        QVERIFY2(headless.error().what.contains(u"no D-Bus session bus"_s), qPrintable(headless.error().what));
    }
};

QTEST_GUILESS_MAIN(tst_Keychain)
#include "tst_Keychain.moc"
