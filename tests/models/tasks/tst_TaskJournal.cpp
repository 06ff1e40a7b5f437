// SPDX-License-Identifier: MIT
#include "models/tasks/TaskJournal.h"
#include "tests/support/Files.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

class tst_TaskJournal : public QObject
{
    Q_OBJECT

    static TaskPlan plan()
    {
        TaskPlan plan;
        plan.id = TaskPlan::newId();
        plan.title = u"T"_qs;
        TaskStep step;
        step.argv = { u"true"_qs };
        plan.servers = { { u"one"_qs, u"One"_qs, { step } } };
        return plan;
    }
    static Result<void> append(TaskJournal &journal, const QJsonObject &event)
    {
        QObject context;
        std::optional<Result<void>> outcome;
        journal.append(event, &context, [&outcome](const Result<void> &written) { outcome = written; });
        if (!QTest::qWaitFor([&outcome] { return outcome.has_value(); }, 30000))
            return failure(ErrorCode::DeadlineExceeded, u"no answer"_qs);
        return *outcome;
    }

private Q_SLOTS:
    void whatIsWrittenIsRead()
    {
        QTemporaryDir dir;
        const QString folder = dir.filePath(u"tasks"_qs);
        const TaskPlan its = plan();
        TaskRun expected(its);
        {
            TaskJournal journal(folder, its);
            for (const QJsonObject &event :
                 { TaskRun::taskEvent(TaskState::Running), TaskRun::serverEvent(0, TaskState::Running) }) {
                QVERIFY(append(journal, event));
                QVERIFY(expected.apply(event));
            }
            // Its program lives: nothing is interrupted.
            const auto now = TaskJournal::readOne(folder, its.id.left(8));
            QVERIFY2(now, now ? "" : qPrintable(now.error().toString()));
            QCOMPARE(*now, expected);
            const auto mine =
                QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadUser | QFileDevice::WriteUser;
            QCOMPARE(QFileInfo(journal.file()).permissions(), mine);
        }
        // It has died.
        const auto runs = TaskJournal::read(folder, 10);
        QCOMPARE(runs.size(), 1);
        QCOMPARE(runs.first().state, TaskState::Unknown);
        QCOMPARE(runs.first().servers.first().state, TaskState::Unknown);
    }

    void halfALineAtTheEndIsNotCounted()
    {
        QTemporaryDir dir;
        const TaskPlan its = plan();
        {
            TaskJournal journal(dir.path(), its);
            QVERIFY(append(journal, TaskRun::taskEvent(TaskState::Running)));
        }
        const QString file = dir.filePath(its.id + u".jsonl"_qs);
        QFile tail(file);
        QVERIFY(tail.open(QIODevice::Append));
        tail.write("{\"at\":\"2026-11");
        tail.close();
        QCOMPARE(TaskJournal::readOne(dir.path(), its.id)->state, TaskState::Unknown);
    }

    void strangersAreNamed()
    {
        QTemporaryDir dir;
        QVERIFY(Test::writeFile(dir.filePath(u"a.jsonl"_qs), "hello\n"));
        QVERIFY(Test::writeFile(dir.filePath(u"b.jsonl"_qs), ""));
        QStringList unreadable;
        QVERIFY(TaskJournal::read(dir.path(), 10, &unreadable).isEmpty());
        QCOMPARE(unreadable.size(), 2);
        QVERIFY(!TaskJournal::readOne(dir.path(), u"../../etc"_qs));
        QVERIFY(!TaskJournal::readOne(dir.path(), u"abcd"_qs));
    }

    void aFolderThatCannotBeWrittenIsAnError()
    {
        QTemporaryDir dir;
        QVERIFY(Test::writeFile(dir.filePath(u"file"_qs), "x"));
        TaskJournal journal(dir.filePath(u"file/tasks"_qs), plan());
        const auto first = append(journal, TaskRun::taskEvent(TaskState::Running));
        QVERIFY(!first);
        QVERIFY(first.error().what.contains(journal.file()));
        QVERIFY(!append(journal, TaskRun::taskEvent(TaskState::Failed)));
    }
};

QTEST_GUILESS_MAIN(tst_TaskJournal)
#include "tst_TaskJournal.moc"
