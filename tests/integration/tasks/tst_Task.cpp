// SPDX-License-Identifier: MIT
// Tasks on real servers: one sshd on loopback stands for all of them.
#include "TaskHouse.h"
#include "models/tasks/OutputFold.h"
#include "models/tasks/Task.h"
#include "tests/support/Files.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/types.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;

namespace {

bool isAlive(const QString &pidFile)
{
    const auto pid = static_cast<pid_t>(readFile(pidFile).trimmed().toInt());
    return pid > 0 && ::kill(pid, 0) == 0;
}

} // namespace

class tst_Task : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<House> m_house;
    int m_names = 0;

    QString file(const QString &name) const { return m_dir.filePath(name); }
    /// A plan for @p count new servers, each with the steps that @p steps gives.
    TaskPlan plan(int count, const std::function<QList<TaskStep>(int)> &steps)
    {
        TaskPlan plan;
        plan.id = TaskPlan::newId();
        plan.title = u"a test"_qs;
        plan.rollout = { 0, 100, 100, 0 };
        for (int n = 0; n < count; ++n) {
            const QString name = u"srv%1"_qs.arg(++m_names);
            plan.servers += ServerPlan { m_house->add(name, *m_sshd), name, steps(n) };
        }
        return plan;
    }
    static bool ends(Task &task)
    {
        QSignalSpy finished(&task, &Task::finished);
        task.start();
        return finished.wait(120000);
    }
    static QString touch(const QString &file) { return u"echo done >> '%1'"_qs.arg(file); }

private Q_SLOTS:
    void initTestCase()
    {
        const QString missing = SshdFixture::missing();
        if (!missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        m_sshd->addConfig(u"MaxStartups 100"_qs);
        QVERIFY(m_sshd->start());
        m_house = std::make_unique<House>(m_dir.path(), m_sshd->knownHostsFile());
        QVERIFY(m_house->written && m_house->loaded);
    }
    void cleanupTestCase() { m_house.reset(); }

    void twentyServersThreeFailOneHangsOneIsCancelled()
    {
        const QString hangs = file(u"hangs.pid"_qs);
        const QString cancelled = file(u"cancelled.pid"_qs);
        const TaskPlan its = plan(20, [&](int n) -> QList<TaskStep> {
            const QString sleep = u"echo $$ > '%1'; exec sleep 600"_qs;
            if (n == 3 || n == 7 || n == 11)
                return { shell(Look, u"true"_qs), shell(Do, u"echo broken >&2; exit 3"_qs), shell(Prove, u"true"_qs) };
            if (n == 13)
                return { shell(Do, sleep.arg(hangs), 20), shell(Prove, u"true"_qs) };
            if (n == 17)
                return { shell(Do, sleep.arg(cancelled)), shell(Prove, u"true"_qs) };
            return { shell(Look, u"true"_qs), shell(Do, u"echo changed"_qs), shell(Prove, u"echo fine"_qs) };
        });
        Task task(its, m_house->sessions.get(), m_house->journals());
        QSignalSpy finished(&task, &Task::finished);
        task.start();
        QTRY_VERIFY_WITH_TIMEOUT(isAlive(cancelled) && isAlive(hangs), 60000);
        task.cancelServer(17);
        QVERIFY(finished.wait(120000));

        const TaskRun &run = task.run();
        QCOMPARE(run.state, TaskState::Failed);
        QCOMPARE(run.count(TaskState::Succeeded), 15);
        QCOMPARE(run.count(TaskState::Failed), 3);
        QCOMPARE(run.servers.at(13).state, TaskState::Unknown);
        QCOMPARE(run.servers.at(17).state, TaskState::Cancelled);
        QCOMPARE(run.servers.at(3).problem, u"exit status 3: broken"_qs);
        QCOMPARE(run.servers.at(3).steps.at(2).state, TaskState::Skipped);
        // Both were ended where they ran.
        QTRY_VERIFY_WITH_TIMEOUT(!isAlive(hangs) && !isAlive(cancelled), 20000);

        const auto folds = foldOutputs(run);
        QCOMPARE(folds.size(), 4);
        QCOMPARE(folds.first().servers.size(), 15);
        QCOMPARE(folds.first().output, u"fine\n"_qs);

        // The record says the same, and a retry has those only that failed or are unknown.
        const auto read = TaskJournal::readOne(m_house->journals(), its.id);
        QVERIFY2(read, read ? "" : qPrintable(read.error().toString()));
        QCOMPARE(*read, run);
        QCOMPARE(run.retry()->servers.size(), 4);
        QCOMPARE(run.findOut()->servers.size(), 1);
    }

    void aCanaryThatFailsIsTheOnlyOne()
    {
        const QString touched = file(u"canary"_qs);
        TaskPlan its =
            plan(5, [&](int n) -> QList<TaskStep> { return { shell(Do, n == 0 ? u"exit 1"_qs : touch(touched)) }; });
        its.rollout = { 1, 2, 2, 3 };
        Task task(its, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(task));
        QCOMPARE(task.run().state, TaskState::Failed);
        QCOMPARE(task.run().count(TaskState::Skipped), 4);
        QVERIFY(!QFile::exists(touched));
        QVERIFY(!task.run().servers.at(4).problem.isEmpty());
    }

    void wavesBeginWhenTheOneBeforeHasEnded()
    {
        // Each looks how many have begun and how many have ended.
        const QString begun = file(u"begun"_qs);
        const QString ended = file(u"ended"_qs);
        QVERIFY(Test::writeFile(begun, {}) && Test::writeFile(ended, {}));
        TaskPlan its = plan(5, [&](int) -> QList<TaskStep> {
            return { shell(Do, u"echo >> '%1'; sleep 0.5; wc -l < '%2'; echo >> '%2'"_qs.arg(begun, ended)) };
        });
        its.rollout = { 1, 2, 2, 1 };
        Task task(its, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(task));
        QCOMPARE(task.run().state, TaskState::Succeeded);
        const auto before = [&](int n) { return task.run().servers.at(n).steps.at(0).output.trimmed().toInt(); };
        QCOMPARE(before(0), 0);
        QVERIFY(before(1) >= 1 && before(2) >= 1);
        QVERIFY(before(3) >= 3 && before(4) >= 3);
    }

    void theRollOutStopsAtTheThreshold()
    {
        TaskPlan its =
            plan(8, [&](int n) -> QList<TaskStep> { return { shell(Do, n < 3 ? u"exit 1"_qs : u"true"_qs) }; });
        its.rollout = { 0, 100, 1, 2 };
        Task task(its, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(task));
        QCOMPARE(task.run().count(TaskState::Failed), 2);
        QCOMPARE(task.run().count(TaskState::Skipped), 6);
    }

    void withoutItsPreconditionNothingIsChanged()
    {
        const QString touched = file(u"precondition"_qs);
        const TaskPlan its = plan(1, [&](int) -> QList<TaskStep> {
            TaskStep look = shell(Look, u"echo 'Status: inactive'"_qs);
            look.expected = u"^Status: active$"_qs;
            look.remedy = u"Switch it on."_qs;
            return { look, shell(Do, touch(touched)) };
        });
        Task task(its, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(task));
        QCOMPARE(task.run().state, TaskState::Failed);
        QVERIFY(task.run().servers.first().problem.endsWith(u"Switch it on."_qs));
        QVERIFY(!QFile::exists(touched));
    }

    void aServerThatCannotBeReachedIsFailedAndNotUnknown()
    {
        TaskPlan its = plan(1, [](int) -> QList<TaskStep> { return { shell(Do, u"true"_qs) }; });
        Server server = *m_house->fleet.byId(its.servers.first().serverId);
        server.identityFiles = { file(u"there-is-no-such-key"_qs) };
        QVERIFY(m_house->fleet.update(server));
        Task task(its, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(task));
        QCOMPARE(task.run().state, TaskState::Failed);
        QVERIFY(!task.run().findOut());
    }

    void aNewConnectionIsMade()
    {
        TaskStep in;
        in.kind = TaskStep::Kind::Reach;
        in.title = u"in"_qs;
        TaskPlan its = plan(1, [&](int) -> QList<TaskStep> { return { shell(Do, u"true"_qs), in }; });
        Task good(its, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(good));
        QCOMPARE(good.run().state, TaskState::Succeeded);
        QVERIFY(good.run().servers.first().steps.at(1).output.contains(u"SHA256:"_qs));
        // The session that is there lives on, but nobody gets in any more.
        m_sshd->stopListening();
        its.id = TaskPlan::newId();
        Task locked(its, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(locked));
        QCOMPARE(locked.run().servers.first().steps.at(0).state, TaskState::Succeeded);
        QCOMPARE(locked.run().servers.first().steps.at(1).state, TaskState::Failed);
        QVERIFY(m_sshd->start());
    }

    void whatGoesOnIsNotCancelledButUnknown()
    {
        const QString pid = file(u"goes-on.pid"_qs);
        TaskStep follow = shell(Prove, u"echo $$ > '%1'; exec sleep 600"_qs.arg(pid));
        follow.goesOn = true;
        const TaskPlan its = plan(1, [&](int) -> QList<TaskStep> { return { shell(Do, u"true"_qs), follow }; });
        Task task(its, m_house->sessions.get(), m_house->journals());
        QSignalSpy finished(&task, &Task::finished);
        task.start();
        QTRY_VERIFY_WITH_TIMEOUT(isAlive(pid), 60000);
        task.cancel();
        QVERIFY(finished.wait(60000));
        QCOMPARE(task.run().state, TaskState::Unknown);
        QCOMPARE(task.run().servers.first().state, TaskState::Unknown);
        QVERIFY(task.run().servers.first().problem.contains(u"goes on"_qs));
        QCOMPARE(task.run().findOut()->servers.first().steps.size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(!isAlive(pid), 20000); // who watched is gone, of course
    }

    void aServerThatGoesAwayIsWaitedFor()
    {
        const QString boot = file(u"boot-id"_qs);
        QVERIFY(Test::writeFile(boot, "old\n"));
        TaskStep back = shell(TaskStep::Kind::Return, u"cat '%1'"_qs.arg(boot), 600);
        back.expected = u"^new$"_qs;
        back.goesOn = true;
        const TaskPlan its = plan(1, [&](int) -> QList<TaskStep> {
            return { shell(Do, u"true"_qs), back, shell(Prove, u"echo here"_qs) };
        });
        Task task(its, m_house->sessions.get(), m_house->journals());
        QSignalSpy finished(&task, &Task::finished);
        task.start();
        QTRY_COMPARE_WITH_TIMEOUT(task.run().servers.first().steps.at(1).state, TaskState::Running, 60000);
        QTest::qWait(1000); // it answers still, as it did before
        m_sshd->kill(); // with the session
        QTest::qWait(5000);
        QVERIFY(finished.isEmpty());
        QVERIFY(Test::writeFile(boot, "new\n"));
        QVERIFY(m_sshd->start());
        QVERIFY(!finished.isEmpty() || finished.wait(120000));
        QCOMPARE(task.run().state, TaskState::Succeeded);
        QCOMPARE(task.run().servers.first().steps.at(1).output, u"new\n"_qs);
    }

    void aServerThatDoesNotReturnIsUnknown()
    {
        TaskStep back = shell(TaskStep::Kind::Return, u"echo old"_qs, 1);
        back.expected = u"^new$"_qs;
        const TaskPlan its = plan(2, [&](int n) -> QList<TaskStep> {
            TaskStep mine = back;
            mine.timeout = n == 0 ? 1 : 600;
            mine.goesOn = true;
            return { mine };
        });
        Task task(its, m_house->sessions.get(), m_house->journals());
        QSignalSpy finished(&task, &Task::finished);
        task.start();
        // It answers, and is the old one: that is known.
        QTRY_COMPARE_WITH_TIMEOUT(task.run().servers.at(0).state, TaskState::Failed, 60000);
        QVERIFY(task.run().servers.at(0).problem.contains(u"not back"_qs));
        task.cancelServer(1);
        QVERIFY(!finished.isEmpty() || finished.wait(60000));
        QCOMPARE(task.run().servers.at(1).state, TaskState::Unknown);
    }

    void cancelledBeforeTheEnd()
    {
        const QString pid = file(u"cancel.pid"_qs);
        TaskPlan its = plan(3, [&](int n) -> QList<TaskStep> {
            return { shell(Do, n == 0 ? u"echo $$ > '%1'; exec sleep 600"_qs.arg(pid) : u"true"_qs) };
        });
        its.rollout = { 1, 2, 2, 1 };
        Task task(its, m_house->sessions.get(), m_house->journals());
        QSignalSpy finished(&task, &Task::finished);
        task.start();
        QTRY_VERIFY_WITH_TIMEOUT(isAlive(pid), 60000);
        task.cancel();
        QVERIFY(finished.wait(60000));
        QCOMPARE(task.run().state, TaskState::Cancelled);
        QCOMPARE(task.run().servers.first().state, TaskState::Cancelled);
        QCOMPARE(task.run().count(TaskState::Skipped), 2);
        QTRY_VERIFY_WITH_TIMEOUT(!isAlive(pid), 20000);
    }

    void withoutARecordNothingRuns()
    {
        const QString touched = file(u"unrecorded"_qs);
        QVERIFY(Test::writeFile(file(u"no-folder"_qs), "x"));
        const TaskPlan its = plan(2, [&](int) -> QList<TaskStep> { return { shell(Do, touch(touched)) }; });
        Task task(its, m_house->sessions.get(), file(u"no-folder/tasks"_qs));
        QVERIFY(ends(task));
        QCOMPARE(task.run().state, TaskState::Cancelled);
        QVERIFY(task.run().problem.contains(u"no-folder"_qs));
        QVERIFY(!QFile::exists(touched));
    }

    void outputIsShownWhileItComes()
    {
        const TaskPlan its = plan(1, [&](int) -> QList<TaskStep> {
            return { shell(Do,
                           u"printf 'one\\ntwo'; sleep 1; printf ' and a half\\n'; printf 'a\\033[31m\\n' >&2"_qs) };
        });
        Task task(its, m_house->sessions.get(), m_house->journals());
        QSignalSpy shown(&task, &Task::outputAdded);
        QVERIFY(ends(task));
        QStringList out;
        QStringList err;
        for (const auto &signal : shown)
            (signal.at(2).toBool() ? err : out) += signal.at(1).toString();
        QCOMPARE(out.join(u'\n'), u"one\ntwo and a half"_qs);
        QCOMPARE(err.join(u'\n'), u"a\\x1b[31m"_qs);
    }

    void aKilledProgramsTaskIsInterruptedAndFoundOut()
    {
        const QString pid = file(u"killed.pid"_qs);
        const QString done = file(u"killed.done"_qs);
        QTemporaryDir theirs;
        QProcess program;
        program.setProcessChannelMode(QProcess::ForwardedChannels);
        program.start(QCoreApplication::applicationFilePath(),
                      { u"--task"_qs, theirs.path(), m_sshd->knownHostsFile(), QString::number(m_sshd->port()),
                        m_sshd->user(), m_sshd->identityFile(), pid, done });
        QTRY_VERIFY_WITH_TIMEOUT(isAlive(pid), 60000);
        const QString journals = theirs.path() + u"/tasks"_qs;
        QCOMPARE(TaskJournal::read(journals, 10).value(0).state, TaskState::Running);
        program.kill();
        QVERIFY(program.waitForFinished());

        const auto runs = TaskJournal::read(journals, 10);
        QCOMPARE(runs.size(), 1);
        const TaskRun &run = runs.first();
        QCOMPARE(run.state, TaskState::Unknown);
        QCOMPARE(run.servers.at(0).steps.at(0).state, TaskState::Unknown);
        QCOMPARE(run.servers.at(1).state, TaskState::Skipped);
        // Its command was ended with it: the connection that held it is gone.
        QTRY_VERIFY_WITH_TIMEOUT(!isAlive(pid), 30000);

        // Looked up later, by another program: not done.
        auto look = run.findOut();
        QVERIFY(look);
        look->servers.first().serverId = m_house->add(u"looked-at"_qs, *m_sshd);
        Task not_(*look, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(not_));
        QCOMPARE(not_.run().state, TaskState::Failed);
        QVERIFY(Test::writeFile(done, "x"));
        look->id = TaskPlan::newId();
        Task is(*look, m_house->sessions.get(), m_house->journals());
        QVERIFY(ends(is));
        QCOMPARE(is.run().state, TaskState::Succeeded);
    }
};

/// The program that will be killed: a task whose first step takes ten minutes.
static int runTask(const QStringList &arguments)
{
    House house(arguments.at(2), arguments.at(3));
    TaskPlan plan;
    plan.id = TaskPlan::newId();
    plan.rollout.canaries = 1;
    for (const char *name : { "one", "two" }) {
        Server server;
        server.name = QString::fromLatin1(name);
        server.host = u"127.0.0.1"_qs;
        server.port = arguments.at(4).toUShort();
        server.user = arguments.at(5);
        server.identityFiles = { arguments.at(6) };
        plan.servers += ServerPlan { house.fleet.add(server).value(),
                                     server.name,
                                     { shell(Do, u"echo $$ > '%1'; exec sleep 600"_qs.arg(arguments.at(7))),
                                       shell(Prove, u"test -e '%1'"_qs.arg(arguments.at(8))) } };
    }
    Task task(plan, house.sessions.get(), house.journals());
    task.start();
    return QCoreApplication::exec();
}

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    if (app.arguments().value(1) == u"--task")
        return runTask(app.arguments());
    tst_Task test;
    QTEST_SET_MAIN_SOURCE_PATH
    return QTest::qExec(&test, argc, argv);
}

#include "tst_Task.moc"
