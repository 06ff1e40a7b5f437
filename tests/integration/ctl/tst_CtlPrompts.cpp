// SPDX-License-Identifier: MIT
// helmclawctl asks on the terminal: the real executable on a pseudo-terminal, a real sshd on loopback.
#include "tests/integration/ctl/CtlRunner.h"
#include "tests/integration/ctl/PtySession.h"
#include "tests/integration/ssh/SshdFixture.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Test::SshdFixture;

class tst_CtlPrompts : public QObject
{
    Q_OBJECT

    [[nodiscard]] QString path(const char *name) const { return m_dir->filePath(QString::fromLatin1(name)); }
    [[nodiscard]] QStringList withFiles(const QStringList &arguments) const
    {
        return arguments.mid(0, 1) + QStringList { u"--fleet"_s,        path("fleet.json"), u"--known-hosts"_s,
                                                   path("known_hosts"), u"--ssh-config"_s,  path("ssh_config") }
        + arguments.mid(1);
    }
    [[nodiscard]] ProgramRun ctl(const QStringList &arguments) const
    {
        return runProgram(QStringLiteral(HELMCLAWCTL), withFiles(arguments));
    }
    [[nodiscard]] std::unique_ptr<PtySession> terminal(const QStringList &arguments) const
    {
        return std::make_unique<PtySession>(QStringLiteral(HELMCLAWCTL), withFiles(arguments));
    }
    void addServer(const QString &identity, bool pinned = true) const
    {
        QCOMPARE(ctl({ u"servers"_s, u"add"_s, u"here"_s, u"127.0.0.1"_s, u"--port"_s, QString::number(m_sshd->port()),
                       u"--user"_s, m_sshd->user(), u"--identity"_s, identity })
                     .exitCode,
                 0);
        if (pinned)
            QVERIFY(QFile::copy(m_sshd->knownHostsFile(), path("known_hosts")));
    }
    [[nodiscard]] QString lockedKey() const
    {
        const QString key = m_sshd->makeKey(u"locked"_s, u"open sesame"_s);
        return m_sshd->authoriseKey(key) ? key : QString();
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<SshdFixture> m_sshd;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString why = SshdFixture::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
    }
    void init()
    {
        qunsetenv("SSH_AUTH_SOCK");
        m_dir = std::make_unique<QTemporaryDir>();
        QFile config(path("ssh_config"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        m_sshd = std::make_unique<SshdFixture>();
    }
    void cleanup() { m_sshd.reset(); }

    void passphrase()
    {
        QVERIFY(m_sshd->start());
        const QString key = lockedKey();
        addServer(key);
        const auto session = terminal({ u"exec"_s, u"here"_s, u"--"_s, u"echo"_s, u"done"_s });
        QVERIFY(session->waitFor(key.toLocal8Bit()));
        QVERIFY(session->waitFor("Passphrase: "));
        QVERIFY(!session->echoes());
        session->type("wrong\n");
        QVERIFY(session->waitFor("The passphrase was wrong."));
        QVERIFY(session->waitFor("Passphrase: "));
        session->type("open sesame\n");
        QVERIFY(session->waitFor("done"));
        QCOMPARE(session->exitCode(), 0);
        QVERIFY2(!session->output().contains("open sesame"), session->output().constData());
        QVERIFY(!session->output().contains("wrong\r\n"));
    }

    void endOfFileCancels()
    {
        QVERIFY(m_sshd->start());
        addServer(lockedKey());
        const auto session = terminal({ u"exec"_s, u"here"_s, u"--"_s, u"true"_s });
        QVERIFY(session->waitFor("Passphrase: "));
        session->type("\x04");
        QVERIFY(session->waitFor("cancelled"));
        QCOMPARE(session->exitCode(), 255);
    }

    void batchAsksNothing()
    {
        QVERIFY(m_sshd->start());
        const QString key = lockedKey();
        addServer(key);
        const auto session = terminal({ u"exec"_s, u"--batch"_s, u"here"_s, u"--"_s, u"true"_s });
        QCOMPARE(session->exitCode(), 255);
        QVERIFY2(session->output().contains("has a passphrase"), session->output().constData());
        QVERIFY(!session->output().contains("Passphrase:"));
        const auto status = terminal({ u"status"_s, u"--batch"_s, u"here"_s });
        QCOMPARE(status->exitCode(), 3);
        // Without a terminal it is the same.
        const ProgramRun piped = ctl({ u"exec"_s, u"--batch"_s, u"here"_s, u"--"_s, u"true"_s });
        QCOMPARE(piped.exitCode, 255);
    }

    void batchRefusesAnUnknownHostKey()
    {
        QVERIFY(m_sshd->start());
        addServer(m_sshd->identityFile(), false);
        const auto session = terminal({ u"exec"_s, u"--batch"_s, u"here"_s, u"--"_s, u"true"_s });
        QCOMPARE(session->exitCode(), 255);
        QVERIFY2(session->output().contains("--accept-host-key"), session->output().constData());
        QVERIFY(!session->output().contains("yes"));
    }

    void hostKeyAndThenPassphrase()
    {
        QVERIFY(m_sshd->start());
        addServer(lockedKey(), false);
        const auto session = terminal({ u"exec"_s, u"here"_s, u"--"_s, u"echo"_s, u"done"_s });
        QVERIFY(session->waitFor("to refuse:"));
        QVERIFY(session->echoes());
        session->type("yes\n");
        QVERIFY(session->waitFor("Passphrase: "));
        session->type("open sesame\n");
        QVERIFY(session->waitFor("done"));
        QCOMPARE(session->exitCode(), 0);
    }

    void whatWasTypedBeforeAQuestionIsNoAnswer()
    {
        QVERIFY(m_sshd->start());
        addServer(m_sshd->identityFile(), false);
        const auto session = terminal({ u"exec"_s, u"here"_s, u"--"_s, u"true"_s });
        session->type("yes\n");
        QVERIFY(session->waitFor("to refuse: "));
        session->type("no\n");
        QCOMPARE(session->exitCode(), 255);
        QVERIFY(!QFile::exists(path("known_hosts")));
    }

    void standardInputIsTheCommandsOwn()
    {
        QVERIFY(m_sshd->start());
        addServer(lockedKey(), false);
        QStringList words { QStringLiteral(HELMCLAWCTL) };
        words += withFiles({ u"exec"_s, u"--stdin"_s, u"here"_s, u"--"_s, u"cat"_s });
        PtySession session(u"/bin/sh"_s,
                           QStringList { u"-c"_s, u"printf 'yes\nopen sesame\n' | \"$0\" \"$@\""_s } + words);
        QVERIFY(session.waitFor("to refuse: ")); // at the terminal, although standard input is none
        session.type("yes\n");
        QVERIFY(session.waitFor("Passphrase: "));
        session.type("open sesame\n");
        QVERIFY(session.waitFor("yes\r\nopen sesame\r\n"));
        QCOMPARE(session.exitCode(), 0);
    }

    void serversQuestions()
    {
        if (const QString why = SshdFixture::missingPam(); !why.isEmpty())
            QSKIP(qPrintable(why));
        m_sshd->setPamScript("i:Hello\x1b[2J\ne:Colour: |blue\np:Code: |42\n");
        QVERIFY(m_sshd->start());
        addServer(m_sshd->path(u"none"_s));
        const auto session = terminal({ u"exec"_s, u"here"_s, u"--"_s, u"echo"_s, u"done"_s });
        session->type("red\n"); // before the question: no answer
        QVERIFY(session->waitFor("  | Hello\\x1b[2J"));
        QVERIFY(session->waitFor("Colour: "));
        QVERIFY(session->echoes());
        session->type("blue\n");
        QVERIFY(session->waitFor("Code: "));
        QVERIFY(!session->echoes());
        session->type("42\n");
        QVERIFY(session->waitFor("done"));
        QCOMPARE(session->exitCode(), 0);
        QVERIFY(!session->output().contains("\x1b[2J"));
    }
};

QTEST_GUILESS_MAIN(tst_CtlPrompts)
#include "tst_CtlPrompts.moc"
