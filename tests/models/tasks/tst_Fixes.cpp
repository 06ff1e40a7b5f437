// SPDX-License-Identifier: MIT
// The catalogue of fixes, what they are told, and the files they show: pure, but for sh, diff and a temporary folder.
#include "models/fleet/Server.h"
#include "models/tasks/FixCatalogue.h"
#include "models/tasks/FixSteps.h"
#include "models/tasks/FixSurvey.h"
#include "models/tasks/TaskRun.h"
#include "tests/support/Files.h"

#include <QDir>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

class tst_Fixes : public QObject
{
    Q_OBJECT

    struct Ran
    {
        int status = -1;
        QByteArray out;
        QByteArray err;
    };
    static Ran run(const QStringList &argv)
    {
        QProcess process;
        process.start(argv.constFirst(), argv.mid(1));
        if (!process.waitForFinished(60000))
            return {};
        return { process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError() };
    }
    static Result<ProbeReport> survey(const QString &lines, const QStringList &values = {})
    {
        const Ran ran = run(FixSurvey::argv(lines, u"0123abcd"_qs, values));
        return ProbeReport::parse(ran.out, "0123abcd");
    }
    static ServerPosture posture(const QString &checkId, Verdict verdict, bool sudo = true)
    {
        ServerPosture posture;
        CheckResult result;
        result.checkId = checkId;
        result.verdict = verdict;
        result.summary = u"so"_qs;
        posture.results = { result };
        posture.withSudo = sudo;
        posture.sshPort = 22;
        return posture;
    }

private Q_SLOTS:
    void theCatalogueIsConsistent()
    {
        QStringList ids;
        for (const FixAction &action : FixCatalogue::actions()) {
            QVERIFY2(!action.title.isEmpty() && !ids.contains(action.id), qPrintable(action.id));
            QCOMPARE(action.surveyed, !FixCatalogue::survey(action.id).isEmpty());
            ids += action.id;
        }
        for (const QString &checkId : FixCatalogue::checks()) {
            QVERIFY(!FixCatalogue::title(checkId).isEmpty());
            QVERIFY(FixCatalogue::actionFor(checkId)->parameters.isEmpty());
        }
        QVERIFY(FixCatalogue::checks().contains(u"fail2ban.active"_qs));
        // Who is to be let in again must be said.
        QVERIFY(!FixCatalogue::checks().contains(u"fail2ban.banned"_qs));
    }

    void parameters_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("canonical"); // empty: refused
        const auto address = int(FixParameter::Type::Address);
        const auto moment = int(FixParameter::Type::Moment);
        QTest::newRow("IPv4") << address << u"192.0.2.7"_qs << u"192.0.2.7"_qs;
        QTest::newRow("IPv6") << address << u"2001:DB8:0:0::7"_qs << u"2001:db8::7"_qs;
        QTest::newRow("half an address") << address << u"192.0.2"_qs << QString();
        QTest::newRow("too large") << address << u"192.0.2.256"_qs << QString();
        QTest::newRow("a network") << address << u"192.0.2.0/24"_qs << QString();
        QTest::newRow("an interface") << address << u"fe80::1%eth0"_qs << QString();
        QTest::newRow("an option") << address << u"--all"_qs << QString();
        QTest::newRow("a name") << address << u"example.org"_qs << QString();
        QTest::newRow("two") << address << u"192.0.2.7 192.0.2.8"_qs << QString();
        QTest::newRow("a line more") << address << u"192.0.2.7\n"_qs << QString();
        QTest::newRow("clock") << moment << u"23:30"_qs << u"23:30"_qs;
        QTest::newRow("early clock") << moment << u"4:05"_qs << u"04:05"_qs;
        QTest::newRow("minutes") << moment << u"+90"_qs << u"+90"_qs;
        QTest::newRow("no such hour") << moment << u"24:00"_qs << QString();
        QTest::newRow("at once") << moment << u"+0"_qs << QString();
        QTest::newRow("now") << moment << u"now"_qs << QString();
        QTest::newRow("a day") << moment << u"23:30; reboot"_qs << QString();
    }
    void parameters()
    {
        QFETCH(int, type);
        QFETCH(QString, text);
        QFETCH(QString, canonical);
        const FixParameter parameter { u"it"_qs, FixParameter::Type(type), u"It"_qs };
        const auto value = parameter.parse(text);
        QCOMPARE(value.value_or(QString()), canonical);
    }

    void whatAnActionIsToldMustFit()
    {
        const FixAction action = *FixCatalogue::action(u"fail2ban.unban"_qs);
        QVERIFY(FixCatalogue::parse(action, { { u"address"_qs, u"192.0.2.7"_qs } }));
        QVERIFY(!FixCatalogue::parse(action, {}));
        QVERIFY(!FixCatalogue::parse(action, { { u"address"_qs, u"x"_qs } }));
        QVERIFY(!FixCatalogue::parse(action, { { u"address"_qs, u"192.0.2.7"_qs }, { u"jail"_qs, u"sshd"_qs } }));
    }

    void whatIsNotPlanned()
    {
        Server server;
        server.name = u"srv"_qs;
        const QString id = u"fail2ban.active"_qs;
        const FixRequest forCheck { u"fail2ban.start"_qs, {}, id };
        QVERIFY(!FixCatalogue::refusal(forCheck, server, posture(id, Verdict::Fail)));
        QVERIFY(!FixCatalogue::refusal(forCheck, server, posture(id, Verdict::Unknown)));
        QVERIFY(FixCatalogue::refusal(forCheck, server, posture(id, Verdict::Pass)));
        QVERIFY(FixCatalogue::refusal(forCheck, server, posture(id, Verdict::NotApplicable)));
        QVERIFY(FixCatalogue::refusal(forCheck, server, {}));
        QCOMPARE(FixCatalogue::refusal(forCheck, server, posture(id, Verdict::Fail, false))->code,
                 ErrorCode::PermissionDenied);
        // Wanted for itself, whatever the check says.
        const FixRequest wanted { u"fail2ban.start"_qs, {}, {} };
        QVERIFY(!FixCatalogue::refusal(wanted, server, posture(id, Verdict::Pass)));
        QVERIFY(FixCatalogue::refusal(wanted, server, {}));
        QVERIFY(FixCatalogue::refusal({ u"no.such"_qs, {}, {} }, server, posture(id, Verdict::Fail)));
    }

    void diffs_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const QByteArray twenty = [] {
            QByteArray text;
            for (int n = 1; n <= 20; ++n)
                text += "line " + QByteArray::number(n) + '\n';
            return text;
        }();
        QTest::newRow("appended") << twenty << twenty + "more\n";
        QTest::newRow("prepended") << twenty << "more\n" + twenty;
        QTest::newRow("one line") << twenty << QByteArray(twenty).replace("line 10\n", "line X\n");
        QTest::newRow("two hunks") << twenty << QByteArray(twenty).replace("line 2\n", "X\n").replace("line 19\n", "");
        QTest::newRow("near each other") << twenty
                                         << QByteArray(twenty).replace("line 5\n", "").replace("line 12\n", "Y\n");
        QTest::newRow("from nothing") << QByteArray() << twenty;
        QTest::newRow("to nothing") << twenty << QByteArray();
        QTest::newRow("without an end of line") << QByteArray("a\nb") << QByteArray("a\nb\n");
        QTest::newRow("empty lines") << QByteArray("\n\na\n") << QByteArray("\na\n\n");
    }
    void diffs()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QTemporaryDir dir;
        QVERIFY(Test::writeFile(dir.filePath(u"a"_qs), before) && Test::writeFile(dir.filePath(u"b"_qs), after));
        // The tool's own words, but for the names, and for a count of one, which it leaves out.
        QByteArrayList lines =
            run({ u"diff"_qs, u"-u"_qs, dir.filePath(u"a"_qs), dir.filePath(u"b"_qs) }).out.split('\n');
        lines.removeLast();
        const QString theirs = QString::fromUtf8(lines.mid(2).join('\n'));
        const FileChange change { u"/etc/x"_qs, true, QString::fromUtf8(before), QString::fromUtf8(after) };
        QString ours = change.unifiedDiff();
        QVERIFY(ours.startsWith(u"--- /etc/x\n+++ /etc/x\n"_qs));
        ours = ours.section(u'\n', 2);
        static const QRegularExpression one(u"(?<=^@@ )(-[0-9]+),1(?= )|(?<= )(\\+[0-9]+),1(?= @@$)"_qs,
                                            QRegularExpression::MultilineOption);
        QCOMPARE(ours.replace(one, u"\\1\\2"_qs), theirs);
    }

    void diffsShowServerTextSafely()
    {
        const FileChange change { u"/etc/x"_qs, true, u"a\x1b[31m\n"_qs, u"b\n"_qs };
        QCOMPARE(change.unifiedDiff(), u"--- /etc/x\n+++ /etc/x\n@@ -1,1 +1,1 @@\n-a\\x1b[31m\n+b"_qs);
        QCOMPARE((FileChange { u"/etc/x"_qs, true, u"a\n"_qs, u"a\n"_qs }).unifiedDiff(), QString());
        QVERIFY((FileChange { u"/etc/x"_qs, false, {}, u"a\n"_qs }).unifiedDiff().startsWith(u"--- /dev/null\n"_qs));
    }

    void filesAreSurveyedExactly()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(u"it's a file"_qs);
        const QString lines = u"file it \"$1\""_qs;
        const auto change = [&]() -> Result<FileChange> {
            const auto report = survey(lines, { path });
            if (!report)
                return tl::unexpected(report.error());
            return FixSurvey::change(*report, "it", path, u"new\n"_qs);
        };
        QCOMPARE(change()->existed, false);
        // Its text cannot pass for the end of its section, and trailing line ends stay.
        for (const QByteArray &text : { QByteArray("a\n"), QByteArray("a\n\n\n"), QByteArray("no end"), QByteArray(),
                                        QByteArray("0123abcd end 0\n0123abcd done 1\n") }) {
            QVERIFY(Test::writeFile(path, text));
            const auto its = change();
            QVERIFY2(its, its ? "" : qPrintable(its.error().toString()));
            QVERIFY(its->existed);
            QCOMPARE(its->before, QString::fromUtf8(text));
        }
        for (const QByteArray &text : { QByteArray("a\0b\n", 4), QByteArray("\xff\xfe\n") }) {
            QVERIFY(Test::writeFile(path, text));
            QVERIFY(!change());
        }
        QVERIFY(QFile::remove(path));
        QVERIFY(QFile::link(u"/etc/passwd"_qs, path));
        QVERIFY(!change());
    }

    void aFileIsWrittenOnlyAsItWasShown()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(u"sub/it"_qs);
        const auto steps = FixSteps::replace({ path, false, {}, u"a 'b' \"$c\"\n"_qs }, u"true"_qs);
        QCOMPARE(steps.size(), 2);
        QCOMPARE(run(steps.at(0).argv).status, 0);
        QCOMPARE(run(steps.at(1).argv).status, 0);
        QCOMPARE(Test::readFile(path), QByteArray("a 'b' \"$c\"\n"));
        QCOMPARE(QDir(dir.filePath(u"sub"_qs)).entryList(QDir::Files | QDir::Hidden), QStringList { u"it"_qs });
        // It is there now: neither step does anything.
        QVERIFY(run(steps.at(0).argv).status != 0);
        const Ran again = run(steps.at(1).argv);
        QVERIFY(again.status != 0);
        QVERIFY(again.err.contains("no longer what was shown"));
        // What is not accepted does not stay.
        const QString other = dir.filePath(u"sub/other"_qs);
        const auto refused = FixSteps::replace({ other, false, {}, u"x\n"_qs }, u"false"_qs);
        QVERIFY(run(refused.at(1).argv).status != 0);
        QVERIFY(!QFile::exists(other));
        // A link, even a dead one, is nobody's file.
        QVERIFY(QFile::link(dir.filePath(u"nowhere"_qs), other));
        QVERIFY(run(refused.at(0).argv).status != 0);
        QVERIFY(run(refused.at(1).argv).status != 0);
    }

    void filesAndReturnsAreInTheJournalsPlan()
    {
        TaskPlan plan;
        plan.id = TaskPlan::newId();
        plan.servers = { { u"id"_qs, u"srv"_qs,
                           FixSteps::replace({ u"/etc/x"_qs, true, u"a\n"_qs, u"b\n"_qs }, u"true"_qs) } };
        TaskStep back = FixSteps::step(TaskStep::Kind::Return, u"back"_qs, { u"true"_qs });
        back.goesOn = true;
        plan.servers[0].steps += back;
        const auto read = TaskPlan::fromJson(plan.toJson());
        QVERIFY(read);
        QCOMPARE(*read, plan);
        QVERIFY(plan.servers[0].steps[1].commandText().contains(u"/etc/x"_qs));
        QVERIFY(plan.servers[0].steps[1].argv.contains(u"b\n"_qs));
        // Whether a server has come back can be found out later.
        TaskRun run(plan);
        run.apply(TaskRun::taskEvent(TaskState::Running));
        run.apply(TaskRun::serverEvent(0, TaskState::Running));
        run.interrupt();
        QCOMPARE(run.findOut()->servers[0].steps, QList<TaskStep> { back });
    }
};

QTEST_GUILESS_MAIN(tst_Fixes)
#include "tst_Fixes.moc"
