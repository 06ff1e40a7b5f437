// SPDX-License-Identifier: MIT
#include "ssh/CommandLine.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTest>

using namespace Helmclaw;

namespace {
/// The shells that a server's user may have; "busybox" is run as "busybox sh".
const QStringList shells { QStringLiteral("sh"),  QStringLiteral("dash"), QStringLiteral("bash"),
                           QStringLiteral("zsh"), QStringLiteral("fish"), QStringLiteral("busybox") };

/// What @p shell makes of @p command, as sshd runs it: SHELL -c TEXT.
QByteArray run(const QString &shell, const CommandLine &command)
{
    QStringList arguments;
    if (shell == QLatin1String("busybox"))
        arguments.append(QStringLiteral("sh"));
    arguments += { QStringLiteral("-c"), QString::fromUtf8(command.toShell()) };
    QProcess process;
    process.start(shell, arguments);
    if (!process.waitForFinished(30000))
        return "not finished";
    return process.readAllStandardOutput() + process.readAllStandardError();
}

QByteArray expected(const QStringList &words)
{
    QByteArray bytes;
    for (const QString &word : words)
        bytes += '<' + word.toUtf8() + ">\n";
    return bytes;
}

CommandLine printing(const QStringList &words)
{
    return CommandLine(QStringLiteral("printf"), { QStringLiteral("<%s>\n") }).add(words);
}
} // namespace

class tst_CommandLine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void quote_data();
    void quote();
    void text();
    void masks();
    void refusesWhatNoArgvCarries();
    void displayShowsControlCharacters();
    void shellsReadBackEveryWord_data();
    void shellsReadBackEveryWord();
    void reservedWordsAreCommands_data();
    void reservedWordsAreCommands();
};

void tst_CommandLine::quote_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("expected");
    QTest::newRow("empty") << QString() << QStringLiteral("''");
    QTest::newRow("safe") << QStringLiteral("/usr/bin/a-b_c.d:e,f@g+1") << QStringLiteral("/usr/bin/a-b_c.d:e,f@g+1");
    QTest::newRow("space") << QStringLiteral("a b") << QStringLiteral("'a b'");
    QTest::newRow("substitution") << QStringLiteral("$(id)`id`") << QStringLiteral("'$(id)`id`'");
    QTest::newRow("assignment") << QStringLiteral("A=b") << QStringLiteral("'A=b'");
    QTest::newRow("home") << QStringLiteral("~root") << QStringLiteral("'~root'");
    QTest::newRow("single quote") << QStringLiteral("it's") << QStringLiteral("'it'\\''s'");
    QTest::newRow("backslash stands outside") << QStringLiteral("a\\'b") << QStringLiteral("'a'\\\\\\''b'");
    QTest::newRow("not ASCII") << QStringLiteral("é") << QStringLiteral("'é'");
    QTest::newRow("newline") << QStringLiteral("a\nb") << QStringLiteral("'a\nb'");
}

void tst_CommandLine::quote()
{
    QFETCH(QString, word);
    QTEST(CommandLine::quote(word), "expected");
}

void tst_CommandLine::text()
{
    QVERIFY(CommandLine().isEmpty());
    QVERIFY(CommandLine().toShell().isEmpty());
    const CommandLine command(QStringLiteral("ls"), { QStringLiteral("-l"), QStringLiteral("/a b") });
    QVERIFY(!command.isEmpty());
    QCOMPARE(command.toShell(), QByteArray("ls -l '/a b'"));
    QCOMPARE(command.toDisplay(), QStringLiteral("ls -l '/a b'"));
    QCOMPARE(command.argv(), (QStringList { QStringLiteral("ls"), QStringLiteral("-l"), QStringLiteral("/a b") }));
    CommandLine same(QStringLiteral("ls"));
    same.add(QStringLiteral("-l")).add(QStringList { QStringLiteral("/a b") });
    QCOMPARE(same, command);
}

void tst_CommandLine::masks()
{
    CommandLine command(QStringLiteral("sh"));
    command.add(QStringLiteral("-c")).addMasked(QStringLiteral("very long script"));
    QCOMPARE(command.toDisplay(), QStringLiteral("sh -c ***"));
    QCOMPARE(command.toShell(), QByteArray("sh -c 'very long script'"));
    QVERIFY(command != CommandLine(QStringLiteral("sh"), { QStringLiteral("-c"), QStringLiteral("very long script") }));
}

void tst_CommandLine::refusesWhatNoArgvCarries()
{
    QVERIFY(CommandLine(QStringLiteral("a"), { QStringLiteral("b") }).isValid());
    const CommandLine withNul(QStringLiteral("a"), { QStringLiteral("b") + QChar::Null });
    QVERIFY(!withNul.isValid());
    QVERIFY(withNul.toShell().isEmpty());
    const CommandLine withHalf(QStringLiteral("a"), { QString(QChar(0xd800)) });
    QVERIFY(!withHalf.isValid());
    QVERIFY(withHalf.toShell().isEmpty());
}

void tst_CommandLine::displayShowsControlCharacters()
{
    QCOMPARE(CommandLine(QStringLiteral("a"), { QStringLiteral("\x1b[2J") }).toDisplay(),
             QStringLiteral("a '\\x1b[2J'"));
}

void tst_CommandLine::shellsReadBackEveryWord_data()
{
    QTest::addColumn<QString>("shell");
    for (const QString &shell : shells)
        QTest::newRow(qPrintable(shell)) << shell;
}

void tst_CommandLine::shellsReadBackEveryWord()
{
    QFETCH(QString, shell);
    if (QStandardPaths::findExecutable(shell).isEmpty())
        QSKIP("this shell is not installed");

    QStringList words { QString(),
                        QStringLiteral("'"),
                        QStringLiteral("''"),
                        QStringLiteral("\\"),
                        QStringLiteral("\\'"),
                        QStringLiteral("'\\''"),
                        QStringLiteral("$(touch /tmp/x)"),
                        QStringLiteral("`id`"),
                        QStringLiteral("${HOME}"),
                        QStringLiteral("a\n\nb\n"),
                        QStringLiteral("!!"),
                        QStringLiteral("*"),
                        QStringLiteral("-n"),
                        QStringLiteral("--"),
                        QStringLiteral("日本語 🦀") };
    for (char16_t c = 1; c < 256; ++c)
        words += { QString(QChar(c)), QStringLiteral("a%1b").arg(QChar(c)), QString(2, QChar(c)) };
    QCOMPARE(run(shell, printing(words)), expected(words));

    // The kernel takes at most 128 KiB in one argument, quotes included.
    for (const QString &large : { QString(120000, u' '), QString(20000, u'\''), QString(50000, u'\\') })
        QCOMPARE(run(shell, printing({ large })), expected({ large }));

    QRandomGenerator random(7);
    const QString alphabet = QStringLiteral("ab '\"\\$`!*?[]{}()<>|&;~#%=\n\t\x01\x7f-é漢");
    for (int round = 0; round < 40; ++round) {
        QStringList randomWords;
        for (int i = 0; i < 50; ++i) {
            QString word;
            for (quint32 length = random.bounded(12u); length > 0; --length)
                word += alphabet.at(random.bounded(alphabet.size()));
            randomWords.append(word);
        }
        QCOMPARE(run(shell, printing(randomWords)), expected(randomWords));
    }
}

void tst_CommandLine::reservedWordsAreCommands_data()
{
    shellsReadBackEveryWord_data();
}

void tst_CommandLine::reservedWordsAreCommands()
{
    QFETCH(QString, shell);
    if (QStandardPaths::findExecutable(shell).isEmpty())
        QSKIP("this shell is not installed");
    // As syntax the words would be errors of another kind, or silently do something else ("time", "!").
    for (const QString &word :
         { QStringLiteral("if"), QStringLiteral("while"), QStringLiteral("then"), QStringLiteral("function"),
           QStringLiteral("{"), QStringLiteral("!"), QStringLiteral("A=b") }) {
        const QByteArray said = run(shell, CommandLine(word, { QStringLiteral("x") }));
        QVERIFY2(said.contains("not found") || said.contains("Unknown command"), said.constData());
    }
}

QTEST_GUILESS_MAIN(tst_CommandLine)
#include "tst_CommandLine.moc"
