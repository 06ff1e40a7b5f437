// SPDX-License-Identifier: MIT
#include "models/posture/CheckCatalogue.h"
#include "models/posture/Judge.h"
#include "models/posture/ProbeReport.h"
#include "models/posture/ProbeScript.h"
#include "models/posture/ServerFacts.h"
#include "tests/support/SourceDir.h"

#include <QFile>
#include <QProcess>
#include <QSet>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

/// The probe script itself, run by the shells that servers have, on this machine.
class tst_ProbeScript : public QObject
{
    Q_OBJECT

    struct Ran
    {
        int status = -1;
        QByteArray output;
        QByteArray errors;
    };
    static Ran run(const QStringList &shell, const QByteArray &script, const QByteArray &nonce)
    {
        QProcess process;
        process.setProgram(shell.first());
        process.setArguments(shell.mid(1) + QStringList { u"-s"_qs, u"--"_qs, QString::fromLatin1(nonce) });
        process.start();
        process.write(script);
        process.closeWriteChannel();
        if (!process.waitForFinished(60000))
            process.kill();
        return { process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                 process.readAllStandardOutput(), process.readAllStandardError() };
    }

private Q_SLOTS:
    void theBuiltInTextIsTheFile()
    {
        // Before all others the gateway scripts, in a variable.
        QByteArray text;
        for (const char *name : { "resources/scripts/probe-host.sh", "resources/scripts/probe-openclaw.sh",
                                  "resources/scripts/probe.sh" }) {
            QFile file(Test::sourcePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            text += file.readAll();
        }
        const QByteArray script = probeScript();
        QVERIFY(script.startsWith("helmclaw_gateway='") && script.endsWith("'\n" + text));
    }

    void noncesAreFresh()
    {
        QSet<QByteArray> nonces;
        for (int i = 0; i < 100; ++i) {
            nonces.insert(newProbeNonce());
            QCOMPARE(newProbeNonce().size(), 32);
        }
        QCOMPARE(nonces.size(), 100);
    }

    void everyShell_data()
    {
        QTest::addColumn<QStringList>("shell");
        QTest::newRow("sh") << QStringList { u"sh"_qs };
        QTest::newRow("dash") << QStringList { u"dash"_qs };
        QTest::newRow("bash") << QStringList { u"bash"_qs };
        QTest::newRow("bash --posix") << QStringList { u"bash"_qs, u"--posix"_qs };
        QTest::newRow("busybox sh") << QStringList { u"busybox"_qs, u"sh"_qs };
        QTest::newRow("mksh") << QStringList { u"mksh"_qs };
    }
    void everyShell()
    {
        QFETCH(QStringList, shell);
        if (QStandardPaths::findExecutable(shell.first()).isEmpty())
            QSKIP(qPrintable(shell.first() + u" is not installed"_qs));
        // Lengths are bytes, whatever the text; and no text reaches past its section.
        QTemporaryDir dir;
        const QString name = dir.filePath(u"os-release"_qs);
        const QByteArray text =
            "ID=debian\nNAME=\"\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\xa6\x9e\xff\"\nX=\"\\n \\0101 %s $HOME `id`\"";
        QFile file(name);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
        file.close();
        const QByteArray nonce = newProbeNonce();
        const Ran ran = run(shell, probeScript().replace("/etc/os-release", name.toLatin1()), nonce);
        QCOMPARE(ran.errors, QByteArray());
        QCOMPARE(ran.status, 0);
        const auto report = ProbeReport::parse(ran.output, nonce);
        QVERIFY2(report, report ? "" : qPrintable(report.error().what));
        QCOMPARE(report->find("os-release")->text, text);
        QVERIFY(report->find("kernel")->text.startsWith("Linux "));
        const auto outcome = judgeProbe(ran.output, nonce);
        QVERIFY(outcome);
        QCOMPARE(outcome->results.size(), checkCatalogue().size());
        // The gateway scripts have run as well, in a shell of their own.
        const auto facts = understandProbe(ran.output, nonce);
        QVERIFY2(facts && facts->openClaw.asked, facts ? qPrintable(facts->openClaw.problem) : "");
    }

    void aScriptThatWasCutDoesNothing()
    {
        const QByteArray script = probeScript();
        for (const qsizetype length :
             { script.size() / 4, script.size() / 2, script.lastIndexOf("helmclaw_probe \"$@\"") }) {
            const Ran ran = run({ u"sh"_qs }, script.first(length), "00ff");
            QCOMPARE(ran.output, QByteArray());
        }
    }

    void refusesANonceThatIsNone_data()
    {
        QTest::addColumn<QByteArray>("nonce");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("not hexadecimal") << QByteArray("xyz");
        QTest::newRow("two words") << QByteArray("00 ff");
        QTest::newRow("two lines") << QByteArray("00\nff");
    }
    void refusesANonceThatIsNone()
    {
        QFETCH(QByteArray, nonce);
        const Ran ran = run({ u"sh"_qs }, probeScript(), nonce);
        QCOMPARE(ran.status, 2);
        QCOMPARE(ran.output, QByteArray());
    }

    void writesNothing()
    {
        // No redirection to a file, no here-document (bash keeps them in files), no program that changes anything.
        const QByteArrayList lines = probeScript().split('\n');
        for (QByteArray line : lines) {
            if (line.trimmed().startsWith('#'))
                continue;
            line.replace(">/dev/null", "")
                .replace("2>&1", "")
                .replace(">&2", "")
                .replace("2>/dev/null", "")
                .replace("_COMMAND>", "");
            QVERIFY2(!line.contains("<<"), line.constData());
            // A connection to the gateway's own port, to ask for its health, is no file.
            line.replace("3<>\"/dev/tcp/127.0.0.1/$1\"", "").replace(">&3", "");
            line.replace(") > 2 ", ""); // awk compares
            QVERIFY2(!line.contains(">") || line.contains("FNR > 30"), line.constData());
            for (const char *word :
                 { "rm ", "mv ", "touch ", "tee ", "mktemp", "eval ", "apt-get upgrade", "apt-get update", "mkfifo" })
                QVERIFY2(!line.contains(word), line.constData());
        }
    }
};

QTEST_GUILESS_MAIN(tst_ProbeScript)
#include "tst_ProbeScript.moc"
