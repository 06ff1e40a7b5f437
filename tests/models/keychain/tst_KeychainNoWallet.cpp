// SPDX-License-Identifier: MIT
#include "models/keychain/Keychain.h"

#include "tests/support/Files.h"
#include "tests/support/SecretService.h"

#include <QDirIterator>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Test::SecretService;

/// A KDE session (of the fourth kind: with a newer one QtKeychain prefers the Secret Service) whose wallet does not
/// run: there QtKeychain has a plain text file in its place, if it is let. A program of its own, because QtKeychain
/// decides once whom it asks.
class tst_KeychainNoWallet : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    SecretService m_service;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString why = SecretService::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QVERIFY(m_service.start()); // its bus is what is wanted
        m_service.stopService();
        for (const char *place : { "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME" })
            qputenv(place, QFile::encodeName(m_home.path()));
        qputenv("XDG_CURRENT_DESKTOP", "KDE");
        qputenv("KDE_FULL_SESSION", "true");
        qputenv("KDE_SESSION_VERSION", "4");
    }

    void nothingIsKeptInTheClear()
    {
        Keychain keychain;
        std::optional<Result<void>> stored;
        keychain.store(u"entry"_s, Secret("in the clear"), this,
                       [&](const Result<void> &outcome) { stored = outcome; });
        QTRY_VERIFY_WITH_TIMEOUT(stored.has_value(), 60000);
        QVERIFY(!*stored);
        QVERIFY2(stored->error().what.contains(u"keychain cannot be used"_s), qPrintable(stored->error().what));
        QDirIterator files(m_home.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString file = files.next();
            QVERIFY2(!Test::readFile(file).contains("in the clear"), qPrintable(file));
        }
        std::optional<Result<std::optional<Secret>>> found;
        keychain.find(u"entry"_s, this, [&](auto outcome) { found.emplace(std::move(outcome)); });
        QTRY_VERIFY_WITH_TIMEOUT(found.has_value(), 60000);
        QVERIFY(!*found);
    }
};

QTEST_GUILESS_MAIN(tst_KeychainNoWallet)
#include "tst_KeychainNoWallet.moc"
