// SPDX-License-Identifier: MIT
#include "models/tasks/OutputFold.h"
#include "models/tasks/StepOutcome.h"
#include "models/tasks/TaskRun.h"

#include <QJsonArray>
#include <QTest>

using namespace Helmclaw;

class tst_TaskRun : public QObject
{
    Q_OBJECT

    static TaskStep step(TaskStep::Kind kind, const QString &title)
    {
        TaskStep step;
        step.kind = kind;
        step.title = title;
        if (kind != TaskStep::Kind::Reach)
            step.argv = { u"echo"_qs, title };
        return step;
    }
    static TaskPlan plan(int servers)
    {
        TaskPlan plan;
        plan.id = TaskPlan::newId();
        plan.title = u"Start it"_qs;
        plan.subject = u"fix it"_qs;
        for (int n = 1; n <= servers; ++n) {
            plan.servers +=
                ServerPlan { u"id%1"_qs.arg(n),
                             u"srv%1"_qs.arg(n),
                             { step(TaskStep::Kind::Precondition, u"look"_qs), step(TaskStep::Kind::Change, u"do"_qs),
                               step(TaskStep::Kind::Reach, u"in"_qs), step(TaskStep::Kind::Proof, u"is it"_qs) } };
        }
        return plan;
    }
    static StepRun ended(TaskState state, const QString &output = {}, int exit = 0)
    {
        StepRun run;
        run.state = state;
        run.output = output;
        run.exitStatus = exit;
        return run;
    }

private Q_SLOTS:
    void aPlanIsTheSameAfterItsJson()
    {
        TaskPlan before = plan(3);
        before.before = TaskPlan::newId();
        before.rollout = { 2, 5, 3, 4 };
        before.servers[1].steps[1].asRoot = true;
        before.servers[1].steps[1].expected = u"^Status: active$"_qs;
        before.servers[1].steps[1].remedy = u"do that"_qs;
        before.servers[1].steps[1].timeout = 1800;
        const auto after = TaskPlan::fromJson(before.toJson());
        QVERIFY(after);
        QCOMPARE(*after, before);
    }

    void whatIsNoPlanIsRefused()
    {
        QVERIFY(!TaskPlan::fromJson({}));
        QJsonObject json = plan(1).toJson();
        json.insert(u"id"_qs, u"../../x"_qs);
        QVERIFY(!TaskPlan::fromJson(json));
        TaskPlan empty = plan(1);
        empty.servers[0].steps.clear();
        QVERIFY(!TaskPlan::fromJson(empty.toJson()));
        TaskPlan noCommand = plan(1);
        noCommand.servers[0].steps[0].argv.clear();
        QVERIFY(!TaskPlan::fromJson(noCommand.toJson()));
        TaskPlan badPattern = plan(1);
        badPattern.servers[0].steps[0].expected = u"("_qs;
        QVERIFY(!TaskPlan::fromJson(badPattern.toJson()));
    }

    void commandsAreShownAsTheyRun()
    {
        TaskStep command = step(TaskStep::Kind::Change, u"it's"_qs);
        QCOMPARE(command.commandText(), u"echo 'it'\\''s'"_qs);
        command.asRoot = true;
        QCOMPARE(command.commandText(), u"sudo echo 'it'\\''s'"_qs);
        QVERIFY(!step(TaskStep::Kind::Reach, u"in"_qs).commandText().isEmpty());
    }

    void waves_data()
    {
        QTest::addColumn<int>("servers");
        QTest::addColumn<int>("canaries");
        QTest::addColumn<int>("waveSize");
        QTest::addColumn<QList<int>>("sizes");
        QTest::newRow("one server needs no canary") << 1 << 1 << 20 << QList<int> { 1 };
        QTest::newRow("canary first") << 10 << 1 << 4 << QList<int> { 1, 4, 4, 1 };
        QTest::newRow("no canary") << 5 << 0 << 3 << QList<int> { 3, 2 };
        QTest::newRow("nonsense is one at a time") << 3 << 0 << -1 << QList<int> { 1, 1, 1 };
    }
    void waves()
    {
        QFETCH(int, servers);
        QFETCH(int, canaries);
        QFETCH(int, waveSize);
        TaskPlan its = plan(servers);
        its.rollout.canaries = canaries;
        its.rollout.waveSize = waveSize;
        QList<int> sizes;
        int next = 0;
        for (const QList<int> &wave : its.waves()) {
            sizes += static_cast<int>(wave.size());
            for (const int server : wave)
                QCOMPARE(server, next++);
        }
        QTEST(sizes, "sizes");
    }

    void whatIsFinalStays()
    {
        TaskRun run(plan(1));
        StepRun begun;
        begun.state = TaskState::Running;
        QVERIFY(run.apply(TaskRun::taskEvent(TaskState::Running)));
        QVERIFY(run.apply(TaskRun::serverEvent(0, TaskState::Running)));
        QVERIFY(run.apply(TaskRun::stepEvent(0, 0, begun)));
        QVERIFY(run.servers[0].steps[0].started.isValid());
        QVERIFY(run.apply(TaskRun::stepEvent(0, 0, ended(TaskState::Failed, u"no"_qs, 3))));
        QCOMPARE(run.servers[0].steps[0].exitStatus, 3);
        QVERIFY(!run.apply(TaskRun::stepEvent(0, 0, ended(TaskState::Succeeded))));
        QCOMPARE(run.servers[0].steps[0].state, TaskState::Failed);
        QVERIFY(run.apply(TaskRun::serverEvent(0, TaskState::Failed, u"why"_qs)));
        QCOMPARE(run.servers[0].steps[1].state, TaskState::Skipped);
        QVERIFY(!run.apply(TaskRun::serverEvent(0, TaskState::Running)));
        QVERIFY(run.apply(TaskRun::taskEvent(TaskState::Failed)));
        QVERIFY(!run.apply(TaskRun::taskEvent(TaskState::Succeeded)));
        QVERIFY(run.ended.isValid());
        // What does not fit changes nothing.
        const TaskRun before = run;
        QVERIFY(!run.apply({}));
        QVERIFY(!run.apply({ { u"state"_qs, u"succeeded"_qs }, { u"server"_qs, 7 } }));
        QVERIFY(!run.apply({ { u"state"_qs, u"splendid"_qs } }));
        QCOMPARE(run, before);
    }

    void interruptedIsUnknownAndCanBeFoundOut()
    {
        TaskRun run(plan(3));
        StepRun begun;
        begun.state = TaskState::Running;
        run.apply(TaskRun::taskEvent(TaskState::Running));
        run.apply(TaskRun::serverEvent(0, TaskState::Running));
        run.apply(TaskRun::serverEvent(0, TaskState::Succeeded));
        run.apply(TaskRun::serverEvent(1, TaskState::Running));
        run.apply(TaskRun::stepEvent(1, 0, ended(TaskState::Succeeded)));
        run.apply(TaskRun::stepEvent(1, 1, begun));
        QVERIFY(!run.findOut());
        run.interrupt();
        QCOMPARE(run.state, TaskState::Unknown);
        QCOMPARE(run.servers[0].state, TaskState::Succeeded);
        QCOMPARE(run.servers[1].state, TaskState::Unknown);
        QCOMPARE(run.servers[1].steps[0].state, TaskState::Succeeded);
        QCOMPARE(run.servers[1].steps[1].state, TaskState::Unknown);
        QCOMPARE(run.servers[1].steps[2].state, TaskState::Skipped);
        QCOMPARE(run.servers[2].state, TaskState::Skipped);

        const auto look = run.findOut();
        QVERIFY(look);
        QCOMPARE(look->servers.size(), 1);
        QCOMPARE(look->servers[0].serverId, u"id2"_qs);
        QCOMPARE(look->servers[0].steps.size(), 1);
        QCOMPARE(look->servers[0].steps[0].kind, TaskStep::Kind::Proof);
        QCOMPARE(look->before, run.plan.id);
        QVERIFY(look->id != run.plan.id);
        const auto again = run.retry();
        QVERIFY(again);
        QCOMPARE(again->servers.size(), 1);
        QCOMPARE(run.retry(true)->servers.size(), 2);
        QCOMPARE(again->servers[0], run.plan.servers[1]);
    }

    void identicalOutputsAreFolded()
    {
        TaskRun run(plan(4));
        for (int i = 0; i < 4; ++i) {
            run.apply(TaskRun::stepEvent(i, 0, ended(TaskState::Succeeded, i == 2 ? u"other"_qs : u"same"_qs)));
            run.apply(TaskRun::serverEvent(i, i == 3 ? TaskState::Failed : TaskState::Succeeded));
        }
        const auto folds = foldOutputs(run);
        QCOMPARE(folds.size(), 3);
        QCOMPARE(folds[0].servers, (QStringList { u"srv1"_qs, u"srv2"_qs }));
        QCOMPARE(folds[0].output, u"same"_qs);
        QCOMPARE(folds[1].servers, QStringList { u"srv3"_qs });
        QCOMPARE(folds[2].servers, QStringList { u"srv4"_qs });
    }

    void serverTextIsMadeSafe()
    {
        QCOMPARE(printableLines("a\x1b[31mb\r\nc", 100), u"a\\x1b[31mb\nc"_qs);
        const QString cut = printableLines(QByteArray(500, 'x') + "\nlast", 100);
        QVERIFY(cut.endsWith(u"\nlast"_qs));
        QVERIFY(!cut.contains(u'x'));
    }
};

QTEST_GUILESS_MAIN(tst_TaskRun)
#include "tst_TaskRun.moc"
