// SPDX-License-Identifier: MIT
// helmclawctl and the keychain: the real executable, a real Secret Service on a bus of its own, a real sshd.
#include "models/keychain/Keychain.h"
#include "tests/integration/ctl/CtlRunner.h"
#include "tests/integration/ssh/SshdFixture.h"
#include "tests/support/SecretService.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Test::SecretService;
using Test::SshdFixture;

class tst_CtlKeychain : public QObject
{
    Q_OBJECT

    [[nodiscard]] QString path(const char *name) const { return m_dir.filePath(QString::fromLatin1(name)); }
    [[nodiscard]] ProgramRun ctl(const QStringList &arguments) const
    {
        return runProgram(QStringLiteral(HELMCLAWCTL),
                          arguments.mid(0, 1)
                              + QStringList { u"--fleet"_s, path("fleet.json"), u"--known-hosts"_s, path("known_hosts"),
                                              u"--ssh-config"_s, path("ssh_config") }
                              + arguments.mid(1));
    }
    void keep(const QByteArray &passphrase)
    {
        Keychain keychain;
        std::optional<bool> stored;
        keychain.store(Keychain::entryForKeyFile(m_key), Secret(passphrase), this,
                       [&stored](const Result<void> &outcome) { stored = outcome.has_value(); });
        QTRY_VERIFY_WITH_TIMEOUT(stored.has_value(), 60000);
        QVERIFY(*stored);
    }

    QTemporaryDir m_dir;
    SecretService m_service;
    std::unique_ptr<SshdFixture> m_sshd;
    QString m_key;
    const QStringList m_login { u"exec"_s, u"--batch"_s, u"here"_s, u"--"_s, u"echo"_s, u"done"_s };

private Q_SLOTS:
    void initTestCase()
    {
        for (const QString &why : { SshdFixture::missing(), SecretService::missing() }) {
            if (!why.isEmpty())
                QSKIP(qPrintable(why));
        }
        qunsetenv("SSH_AUTH_SOCK");
        QVERIFY(m_service.start());
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
        QFile config(path("ssh_config"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        QVERIFY(QFile::copy(m_sshd->knownHostsFile(), path("known_hosts")));
        m_key = m_sshd->makeKey(u"locked"_s, u"open sesame"_s);
        QFile::remove(m_sshd->path(u"authorized_keys"_s));
        QVERIFY(QFile::copy(m_key + u".pub"_s, m_sshd->path(u"authorized_keys"_s)));
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"here"_s, u"127.0.0.1"_s, u"--port"_s, QString::number(m_sshd->port()),
                       u"--user"_s, m_sshd->user(), u"--identity"_s, m_key })
                     .exitCode,
                 0);
    }
    void cleanupTestCase() { m_sshd.reset(); }

    void batchTakesThePassphraseFromTheKeychain()
    {
        const ProgramRun without = ctl(m_login);
        QCOMPARE(without.exitCode, 255);
        QVERIFY2(without.err.contains("has a passphrase"), without.err.constData());
        QCOMPARE(ctl({ u"keychain"_s, u"show"_s, m_key }).exitCode, 1);
        keep("open sesame");
        const ProgramRun with = ctl(m_login);
        QVERIFY2(with.exitCode == 0, with.err.constData());
        QCOMPARE(with.out, QByteArray("done\n"));
    }

    void showsAndForgets()
    {
        keep("open sesame");
        const ProgramRun shown = ctl({ u"keychain"_s, u"show"_s, m_key });
        QCOMPARE(shown.exitCode, 0);
        QVERIFY2(shown.out.endsWith("\tkept\n") && !shown.out.contains("sesame"), shown.out.constData());
        const ProgramRun forgotten = ctl({ u"keychain"_s, u"forget"_s, m_key, u"/no/such/key"_s });
        QVERIFY2(forgotten.exitCode == 0, forgotten.err.constData());
        QVERIFY2(forgotten.out.contains("\tforgotten\n") && forgotten.out.contains("/no/such/key\tnot kept\n"),
                 forgotten.out.constData());
        QCOMPARE(ctl({ u"keychain"_s, u"show"_s, m_key }).exitCode, 1);
        QCOMPARE(ctl(m_login).exitCode, 255);
        QCOMPARE(ctl({ u"keychain"_s, u"forget"_s }).exitCode, 2);
    }

    void aWrongOneIsRemoved()
    {
        keep("wrong");
        const ProgramRun run = ctl(m_login);
        QCOMPARE(run.exitCode, 255);
        QVERIFY2(run.err.contains("has a passphrase"), run.err.constData());
        QCOMPARE(ctl({ u"keychain"_s, u"show"_s, m_key }).exitCode, 1);
    }

    void withoutABusNothingHangs()
    {
        keep("open sesame");
        const QByteArray address = qgetenv("DBUS_SESSION_BUS_ADDRESS");
        const QByteArray runtime = qgetenv("XDG_RUNTIME_DIR");
        qunsetenv("DBUS_SESSION_BUS_ADDRESS");
        qunsetenv("XDG_RUNTIME_DIR");
        const ProgramRun run = ctl(m_login);
        const ProgramRun show = ctl({ u"keychain"_s, u"show"_s, m_key });
        qputenv("DBUS_SESSION_BUS_ADDRESS", address);
        if (!runtime.isEmpty())
            qputenv("XDG_RUNTIME_DIR", runtime);
        QCOMPARE(run.exitCode, 255);
        QVERIFY2(run.err.contains("has a passphrase"), run.err.constData());
        QCOMPARE(show.exitCode, 3);
        QVERIFY2(show.err.contains("no D-Bus session bus"), show.err.constData());
    }
};

QTEST_GUILESS_MAIN(tst_CtlKeychain)
#include "tst_CtlKeychain.moc"
