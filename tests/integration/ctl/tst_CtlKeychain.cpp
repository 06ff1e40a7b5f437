// SPDX-License-Identifier: MIT
// helmclawctl and the keychain: the real executable, a real Secret Service on a bus of its own, a real sshd.
#include "models/keychain/Keychain.h"
#include "tests/integration/ctl/CtlRunner.h"
#include "tests/integration/ctl/PtySession.h"
#include "tests/integration/ssh/SshdFixture.h"
#include "tests/support/Files.h"
#include "tests/support/SecretService.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
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
    void keep(const QByteArray &passphrase) { keepFor(m_key, passphrase); }
    void keepFor(const QString &key, const QByteArray &passphrase)
    {
        Keychain keychain;
        std::optional<bool> stored;
        keychain.store(Keychain::entryForKeyFile(key), Secret(passphrase), this,
                       [&stored](const Result<void> &outcome) { stored = outcome.has_value(); });
        QTRY_VERIFY_WITH_TIMEOUT(stored.has_value(), 60000);
        QVERIFY(*stored);
    }
    void pin(const SshdFixture &sshd) const
    {
        QFile known(path("known_hosts"));
        QVERIFY(known.open(QIODevice::Append));
        QVERIFY(known.write(Test::readFile(sshd.knownHostsFile())) > 0);
    }
    /// The fleet's server "asker".
    void addAsker(const SshdFixture &sshd, const QStringList &keys, bool openSsh) const
    {
        pin(sshd);
        (void)ctl({ u"servers"_s, u"remove"_s, u"asker"_s });
        QStringList words { u"servers"_s,   u"add"_s,
                            u"asker"_s,     u"127.0.0.1"_s,
                            u"--port"_s,    QString::number(sshd.port()),
                            u"--user"_s,    sshd.user(),
                            u"--backend"_s, openSsh ? u"openssh"_s : u"libssh"_s };
        for (const QString &key : keys)
            words << u"--identity"_s << key;
        const ProgramRun added = ctl(words);
        QVERIFY2(added.exitCode == 0, added.err.constData());
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
        QVERIFY(Test::writeFile(path("ssh_config"), {}));
        QVERIFY(QFile::copy(m_sshd->knownHostsFile(), path("known_hosts")));
        m_key = m_sshd->makeKey(u"locked"_s, u"open sesame"_s);
        QVERIFY(m_sshd->authoriseKey(m_key));
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

    void batchBeginsNothingThatNobodyAnswers_data()
    {
        QTest::addColumn<bool>("openSsh");
        QTest::addColumn<bool>("password");
        QTest::addColumn<bool>("behindAKey");
        for (const bool openSsh : { false, true }) {
            const char *by = openSsh ? "ssh" : "libssh";
            QTest::addRow("%s, keyboard-interactive", by) << openSsh << false << false;
            QTest::addRow("%s, password", by) << openSsh << true << false;
            QTest::addRow("%s, keyboard-interactive behind a key", by) << openSsh << false << true;
        }
    }
    /// What is begun and then declined is a failed login to the server, and to its fail2ban.
    void batchBeginsNothingThatNobodyAnswers()
    {
        if (const QString why = SshdFixture::missingPam(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QFETCH(const bool, openSsh);
        QFETCH(const bool, password);
        QFETCH(const bool, behindAKey);
        keep("open sesame");
        SshdFixture sshd;
        sshd.setPamScript("p:Password: |42\n", password);
        if (behindAKey)
            sshd.addConfig(u"AuthenticationMethods publickey,keyboard-interactive"_s);
        QVERIFY(sshd.start());
        if (behindAKey)
            QVERIFY(sshd.authoriseKey(m_key));
        addAsker(sshd, { behindAKey ? m_key : sshd.makeKey(u"unknown"_s, u"not kept"_s) }, openSsh);
        const ProgramRun run = ctl({ u"exec"_s, u"--batch"_s, u"asker"_s, u"--"_s, u"true"_s });
        QCOMPARE(run.exitCode, 255);
        QVERIFY2(run.err.contains("nobody could be asked")
                     && run.err.contains(password ? "password" : "keyboard-interactive")
                     && !run.err.contains("answer(s)"),
                 run.err.constData());
        QVERIFY(sshd.waitForEnd());
        const QByteArray log = sshd.log();
        QVERIFY(log.contains("method none"));
        QVERIFY2(!log.contains("method keyboard-interactive") && !log.contains("method password"), log.constData());
        QCOMPARE(log.contains("Partial publickey"), behindAKey);
    }

    /// OpenSSH's ssh asks for each file in turn, and the second question is no verdict on the first answer.
    void oneKeyAfterTheOther()
    {
        SshdFixture sshd;
        sshd.addConfig(u"AuthenticationMethods publickey,publickey"_s);
        QVERIFY(sshd.start());
        const QString first = sshd.makeKey(u"first"_s, u"one"_s);
        const QString second = sshd.makeKey(u"second"_s, u"two"_s);
        QVERIFY(sshd.authorise(Test::readFile(first + u".pub"_s) + Test::readFile(second + u".pub"_s)));
        keepFor(first, "one");
        keepFor(second, "two");
        addAsker(sshd, { first, second }, true);
        const ProgramRun run = ctl({ u"exec"_s, u"--batch"_s, u"asker"_s, u"--"_s, u"echo"_s, u"done"_s });
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QCOMPARE(ctl({ u"keychain"_s, u"show"_s, first, second }).exitCode, 0);
        keepFor(second, "wrong");
        const ProgramRun wrong = ctl({ u"exec"_s, u"--batch"_s, u"asker"_s, u"--"_s, u"true"_s });
        QCOMPARE(wrong.exitCode, 255);
        QVERIFY2(wrong.err.contains("keychain is wrong; it has been removed there"), wrong.err.constData());
        QCOMPARE(ctl({ u"keychain"_s, u"show"_s, first }).exitCode, 0);
        QCOMPARE(ctl({ u"keychain"_s, u"show"_s, second }).exitCode, 1);
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

    void keepsWhatOpensTheKey()
    {
        QCOMPARE(ctl({ u"keychain"_s, u"forget"_s, m_key }).exitCode, 0);
        const QString broken = path("broken.json"); // no fleet is needed
        QVERIFY(Test::writeFile(broken, "{"));
        // However the file is called.
        const QFileInfo info(m_key);
        const QString other = info.path() + u"//../"_s + info.dir().dirName() + u"/./"_s + info.fileName();
        const auto words = [&](const QString &verb, const QString &file) {
            return QStringList { u"keychain"_s, verb, u"--fleet"_s, broken, file };
        };
        const auto run = [&](const QString &verb, const QString &file) {
            return runProgram(QStringLiteral(HELMCLAWCTL), words(verb, file));
        };
        PtySession terminal(QStringLiteral(HELMCLAWCTL), words(u"keep"_s, other));
        QVERIFY(terminal.waitFor("Passphrase of "));
        QVERIFY(!terminal.echoes());
        terminal.type("wrong\n");
        QVERIFY(terminal.waitFor("The passphrase was wrong."));
        QVERIFY(terminal.waitFor("Passphrase of "));
        QCOMPARE(run(u"show"_s, m_key).exitCode, 1);
        terminal.type("open sesame\n");
        QVERIFY(terminal.waitFor("\tkept"));
        QCOMPARE(terminal.exitCode(), 0);
        QVERIFY(!terminal.output().contains("sesame"));
        QCOMPARE(run(u"show"_s, m_key).exitCode, 0);
        QCOMPARE(ctl(m_login).exitCode, 0);

        PtySession cancelled(QStringLiteral(HELMCLAWCTL), words(u"keep"_s, m_key));
        QVERIFY(cancelled.waitFor("Passphrase of "));
        cancelled.type("\x04");
        QCOMPARE(cancelled.exitCode(), 3);
        const ProgramRun unattended = run(u"keep"_s, m_key);
        QCOMPARE(unattended.exitCode, 3);
        QVERIFY2(unattended.err.contains("nobody to ask"), unattended.err.constData());
        const ProgramRun plain = run(u"keep"_s, m_sshd->identityFile());
        QCOMPARE(plain.exitCode, 2);
        QVERIFY2(plain.err.contains("has no passphrase"), plain.err.constData());
        QCOMPARE(run(u"keep"_s, path("nowhere")).exitCode, 2);
    }

    /// The person is told what is waited for, and may answer meanwhile.
    void aSlowKeychain()
    {
        keep("open sesame");
        m_service.pause();
        PtySession terminal(QStringLiteral(HELMCLAWCTL),
                            { u"exec"_s, u"--fleet"_s, path("fleet.json"), u"--known-hosts"_s, path("known_hosts"),
                              u"--ssh-config"_s, path("ssh_config"), u"here"_s, u"--"_s, u"echo"_s, u"done"_s });
        const bool told = terminal.waitFor("Looking in this computer's keychain");
        const bool asked = told && terminal.waitFor("Passphrase: ");
        if (asked)
            terminal.type("open sesame\n");
        const bool done = asked && terminal.waitFor("done");
        m_service.resume();
        QVERIFY(told && asked && done);
        QCOMPARE(terminal.exitCode(), 0);
    }

    void aWrongOneIsRemoved()
    {
        keep("wrong");
        const ProgramRun run = ctl(m_login);
        QCOMPARE(run.exitCode, 255);
        QVERIFY2(run.err.contains("has a passphrase"), run.err.constData());
        QCOMPARE(run.err.count("keychain is wrong; it has been removed there"), 1);
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
        QVERIFY2(run.err.contains("no D-Bus session bus"), run.err.constData());
        QVERIFY(run.out.isEmpty());
        QCOMPARE(show.exitCode, 3);
        QVERIFY2(show.err.contains("no D-Bus session bus"), show.err.constData());
    }
};

QTEST_GUILESS_MAIN(tst_CtlKeychain)
#include "tst_CtlKeychain.moc"
