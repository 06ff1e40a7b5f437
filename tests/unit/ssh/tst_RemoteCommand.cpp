// SPDX-License-Identifier: MIT
#include "ssh/RemoteCommand.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <unistd.h>

using namespace Helmclaw;

/// What sshd would run, run here: by every shell that a server may have as sh, and as login shell.
class tst_RemoteCommand : public QObject
{
    Q_OBJECT

private:
    /// A process that starts as sshd starts one: leader of a session of its own.
    class Remote : public QProcess
    {
    public:
        Remote(const QString &shell, const QString &bin, const ExecSpec &spec)
        {
            setChildProcessModifier([] { ::setsid(); });
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(QStringLiteral("PATH"), bin + QStringLiteral(":/usr/bin:/bin"));
            setProcessEnvironment(environment);
            QStringList words = shell.split(QLatin1Char(' '));
            const QString program = words.takeFirst();
            start(program, words + QStringList { QStringLiteral("-c"), QString::fromUtf8(spec.command) });
        }
        ~Remote() override
        {
            if (state() != NotRunning) {
                ::kill(static_cast<pid_t>(-processId()), SIGKILL);
                waitForFinished();
            }
        }
    };

    static void shells()
    {
        QTest::addColumn<QString>("shell");
        QTest::addColumn<bool>("busyboxTools");
        for (const char *shell : { "dash", "bash", "busybox sh" }) {
            for (const bool tools : { false, true })
                QTest::addRow("%s%s", shell, tools ? ", busybox tools" : "") << QString::fromLatin1(shell) << tools;
        }
    }
    /// PATH entry in which "sh" is the shell under test.
    QString bin(const QString &shell, bool busyboxTools)
    {
        const QString busybox = QStandardPaths::findExecutable(QStringLiteral("busybox"));
        const QString program = QStandardPaths::findExecutable(shell.section(QLatin1Char(' '), 0, 0));
        if (program.isEmpty() || (busyboxTools && busybox.isEmpty()))
            return {};
        const QString folder = m_dir.filePath(QStringLiteral("%1%2").arg(m_folders++).arg(busyboxTools));
        QDir().mkpath(folder);
        QFile::link(program, folder + QStringLiteral("/sh"));
        if (busyboxTools) {
            for (const char *tool : { "head", "cat", "sleep", "kill" })
                QFile::link(busybox, folder + QLatin1Char('/') + QLatin1String(tool));
        }
        return folder;
    }
    static bool ends(Remote &remote)
    {
        return QTest::qWaitFor([&] { return remote.state() == QProcess::NotRunning; }, 15000);
    }

    QTemporaryDir m_dir;
    int m_folders = 0;

private Q_SLOTS:
    void commandWithoutInput_data() { shells(); }
    void commandWithoutInput()
    {
        QFETCH(QString, shell);
        QFETCH(bool, busyboxTools);
        const QString path = bin(shell, busyboxTools);
        if (path.isEmpty())
            QSKIP("shell is missing");
        const auto spec =
            RemoteCommand::command(CommandLine(QStringLiteral("sh"),
                                               { QStringLiteral("-c"), QStringLiteral("cat; echo \"$1\"; exit 3"),
                                                 QStringLiteral("sh"), QStringLiteral("it's 'a' \"b\" $c") }),
                                   {}, true);
        QVERIFY(spec);
        QVERIFY(!spec->endInput); // stdin stays open: it is the life line
        Remote remote(shell, path, *spec);
        QVERIFY(ends(remote));
        QCOMPARE(remote.readAllStandardOutput(), QByteArray("it's 'a' \"b\" $c\n"));
        QCOMPARE(remote.exitCode(), 3);
    }

    void commandWithInput_data() { shells(); }
    void commandWithInput()
    {
        QFETCH(QString, shell);
        QFETCH(bool, busyboxTools);
        const QString path = bin(shell, busyboxTools);
        if (path.isEmpty())
            QSKIP("shell is missing");
        QByteArray input(300000, Qt::Uninitialized);
        for (int i = 0; i < input.size(); ++i)
            input[i] = char((i * 7 + i / 256) & 0xff);
        const auto spec = RemoteCommand::command(
            CommandLine(QStringLiteral("sh"), { QStringLiteral("-c"), QStringLiteral("cat; exit 4") }), input, true);
        QVERIFY(spec);
        Remote remote(shell, path, *spec);
        remote.write(spec->input);
        QVERIFY(ends(remote));
        QVERIFY(remote.readAllStandardOutput() == input);
        QCOMPARE(remote.exitCode(), 4);
    }

    void halfAnInputIsNone_data() { shells(); }
    void halfAnInputIsNone()
    {
        QFETCH(QString, shell);
        QFETCH(bool, busyboxTools);
        const QString path = bin(shell, busyboxTools);
        if (path.isEmpty())
            QSKIP("shell is missing");
        const auto spec = RemoteCommand::command(
            CommandLine(QStringLiteral("sh"), { QStringLiteral("-c"), QStringLiteral("cat >/dev/null; echo taken") }),
            QByteArray(1000, 'x'), true);
        QVERIFY(spec);
        Remote remote(shell, path, *spec);
        QVERIFY(remote.waitForStarted());
        remote.write(spec->input.left(500));
        QTest::qWait(200);
        remote.closeWriteChannel();
        QVERIFY(ends(remote));
        QVERIFY(!remote.readAllStandardOutput().contains("taken"));
    }

    void theEndOfStdinEndsTheGroup_data() { shells(); }
    void theEndOfStdinEndsTheGroup()
    {
        QFETCH(QString, shell);
        QFETCH(bool, busyboxTools);
        const QString path = bin(shell, busyboxTools);
        if (path.isEmpty())
            QSKIP("shell is missing");
        const auto spec = RemoteCommand::command(
            CommandLine(QStringLiteral("sh"),
                        { QStringLiteral("-c"), QStringLiteral("sleep 1000 & (trap '' TERM; sleep 1000); wait") }),
            {}, true);
        QVERIFY(spec);
        Remote remote(shell, path, *spec);
        QVERIFY(remote.waitForStarted());
        const auto group = static_cast<pid_t>(-remote.processId());
        QTest::qWait(400);
        QCOMPARE(::kill(group, 0), 0);
        remote.closeWriteChannel();
        QVERIFY(ends(remote));
        QVERIFY(QTest::qWaitFor([&] { return ::kill(group, 0) != 0; }, 10000)); // the stubborn one, too
    }

    void script_data() { shells(); }
    void script()
    {
        QFETCH(QString, shell);
        QFETCH(bool, busyboxTools);
        const QString path = bin(shell, busyboxTools);
        if (path.isEmpty())
            QSKIP("shell is missing");
        const auto spec = RemoteCommand::script("echo \"$#|$1|$2\"\ncat\nsleep 0.1 & wait\necho end\nexit 7\n",
                                                { QStringLiteral("a b"), QStringLiteral("c'd") }, true);
        QVERIFY(spec);
        QVERIFY(!spec->command.contains("echo end"));
        Remote remote(shell, path, *spec);
        remote.write(spec->input);
        QVERIFY(ends(remote));
        QCOMPARE(remote.readAllStandardOutput(), QByteArray("2|a b|c'd\nend\n"));
        QCOMPARE(remote.exitCode(), 7);
    }

    void halfAScriptIsNotRun_data() { shells(); }
    void halfAScriptIsNotRun()
    {
        QFETCH(QString, shell);
        QFETCH(bool, busyboxTools);
        const QString path = bin(shell, busyboxTools);
        if (path.isEmpty())
            QSKIP("shell is missing");
        const auto spec = RemoteCommand::script("echo one\necho two\n", {}, true);
        QVERIFY(spec);
        Remote remote(shell, path, *spec);
        QVERIFY(remote.waitForStarted());
        remote.write(spec->input.left(9));
        remote.closeWriteChannel();
        QVERIFY(ends(remote));
        QCOMPARE(remote.readAllStandardOutput(), QByteArray());
        QVERIFY(remote.exitStatus() == QProcess::CrashExit || remote.exitCode() != 0);
    }

    void refusals()
    {
        QVERIFY(!RemoteCommand::command(CommandLine(), {}, true));
        QVERIFY(!RemoteCommand::command(CommandLine(QStringLiteral("a"), { QString(QChar::Null) }), {}, true));
        QVERIFY(!RemoteCommand::script(QByteArray("a\0b", 3), {}, true));
        QVERIFY(
            !RemoteCommand::command(CommandLine(QStringLiteral("a"), { QString(140000, QLatin1Char('x')) }), {}, true));
    }
};

QTEST_GUILESS_MAIN(tst_RemoteCommand)
#include "tst_RemoteCommand.moc"
