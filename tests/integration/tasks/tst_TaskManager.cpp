// SPDX-License-Identifier: MIT
// The tasks of this program and of others side by side, as a window shows them; on a real sshd, with real journals.
#include "TaskHouse.h"
#include "models/tasks/TaskFilter.h"
#include "models/tasks/TaskJournal.h"
#include "models/tasks/TaskManager.h"
#include "models/tasks/TaskModel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;
using namespace Helmclaw::Test;

class tst_TaskManager : public QObject
{
    Q_OBJECT

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<House> m_house;
    std::unique_ptr<TaskManager> m_manager;
    std::unique_ptr<TaskModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
    QString m_server;

    TaskPlan plan(const QString &script, const QString &title = u"a task"_qs) const
    {
        TaskPlan plan;
        plan.id = TaskPlan::newId();
        plan.title = title;
        plan.servers = { { m_server, u"here"_qs, { shell(Look, u"true"_qs), shell(Do, script) } } };
        return plan;
    }
    QString text(const QModelIndex &index, TaskModel::Column column) const
    {
        return index.siblingAtColumn(column).data().toString();
    }
    void makeManager()
    {
        m_manager = std::make_unique<TaskManager>(m_house->sessions.get(), m_house->journals());
        m_model = std::make_unique<TaskModel>(m_manager.get());
        m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(),
                                                              QAbstractItemModelTester::FailureReportingMode::Fatal);
    }
    bool readHistory()
    {
        QSignalSpy read(m_manager.get(), &TaskManager::historyRead);
        m_manager->readHistory();
        return read.wait(60000);
    }
    bool runToItsEnd(const TaskPlan &plan)
    {
        QSignalSpy idle(m_manager.get(), &TaskManager::idle);
        return m_manager->start(plan).has_value() && (!idle.isEmpty() || idle.wait(60000));
    }

private Q_SLOTS:
    void initTestCase()
    {
        const QString missing = SshdFixture::missing();
        if (!missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_house = std::make_unique<House>(m_dir->path(), m_sshd->knownHostsFile());
        QVERIFY(m_house->written && m_house->loaded);
        m_server = m_house->add(u"here"_qs, *m_sshd);
        makeManager();
    }
    void cleanup()
    {
        cleanupManager();
        m_house.reset();
    }

    void aTaskIsATreeThatFillsAsItRuns()
    {
        QVERIFY(runToItsEnd(plan(u"echo done it"_qs)));
        QCOMPARE(m_model->rowCount(), 1);
        const QModelIndex task = m_model->index(0, 0);
        QCOMPARE(text(task, TaskModel::WhatColumn), u"a task"_qs);
        QCOMPARE(text(task, TaskModel::StateColumn), u"done"_qs);
        QCOMPARE(text(task, TaskModel::ServersColumn), u"here"_qs);
        QVERIFY(!text(task, TaskModel::TookColumn).isEmpty());
        const QModelIndex server = m_model->index(0, 0, task);
        QCOMPARE(text(server, TaskModel::WhatColumn), u"here"_qs);
        QCOMPARE(m_model->rowCount(server), 2);
        const QModelIndex step = m_model->index(1, 0, server);
        QCOMPARE(text(step, TaskModel::WhatColumn), u"echo done it"_qs);
        QCOMPARE(step.data(TaskModel::StateRole).value<TaskState>(), TaskState::Succeeded);
        QCOMPARE(step.parent(), server);
        QCOMPARE(server.parent(), task);
        QVERIFY(!m_manager->isOurs(task.data(TaskModel::TaskIdRole).toString()));
    }

    void whatARunningStepPrintsIsKeptUntilItsRecordHasIt()
    {
        const QString go = m_dir->filePath(u"go"_qs);
        const TaskPlan slow = plan(u"echo first; while ! [ -e '%1' ]; do sleep 0.1; done; echo last"_qs.arg(go));
        QSignalSpy idle(m_manager.get(), &TaskManager::idle);
        QVERIFY(m_manager->start(slow));
        QCOMPARE(m_manager->running(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(m_manager->liveOutput(slow.id, 0), u"first\n"_qs, 60000);
        QVERIFY(writeFile(go, ""));
        QVERIFY(!idle.isEmpty() || idle.wait(60000));
        QCOMPARE(m_manager->liveOutput(slow.id, 0), QString());
        QCOMPARE(m_manager->run(slow.id)->servers.at(0).steps.at(1).output, u"first\nlast\n"_qs);
    }

    void aServerHasOneTaskAtATime()
    {
        const TaskPlan first = plan(u"exec sleep 600"_qs, u"the first"_qs);
        QVERIFY(m_manager->start(first));
        const auto second = m_manager->start(plan(u"true"_qs));
        QVERIFY(!second);
        QCOMPARE(second.error().server, u"here"_qs);
        QVERIFY2(second.error().what.contains(u"the first"_qs), qPrintable(second.error().what));
        QCOMPARE(m_manager->count(), 1);
        QCOMPARE(m_manager->taskOn(m_server), first.id);
        QSignalSpy idle(m_manager.get(), &TaskManager::idle);
        m_manager->cancelAll();
        QVERIFY(!idle.isEmpty() || idle.wait(60000));
        QCOMPARE(m_manager->run(first.id)->state, TaskState::Cancelled);
        QCOMPARE(m_manager->taskOn(m_server), QString());
        QVERIFY(runToItsEnd(plan(u"true"_qs)));
    }

    void tasksOfOtherProgramsAreSeenWhileTheyRun()
    {
        QVERIFY(readHistory());
        QCOMPARE(m_model->rowCount(), 0);
        QVERIFY(runToItsEnd(plan(u"true"_qs, u"ours"_qs)));
        QVERIFY(readHistory()); // now that there is a folder, it is watched
        // Another program's journal: the same files, the same lock.
        const TaskPlan theirs = plan(u"true"_qs, u"theirs"_qs);
        {
            TaskJournal journal(m_house->journals(), theirs);
            journal.append(TaskRun::taskEvent(TaskState::Running), this, [](const Result<void> &) {});
            journal.append(TaskRun::serverEvent(0, TaskState::Running), this, [](const Result<void> &) {});
            QTRY_COMPARE_WITH_TIMEOUT(m_model->rowCount(), 2, 60000);
            const QModelIndex task = m_model->index(0, 0);
            QCOMPARE(text(task, TaskModel::WhatColumn), u"theirs"_qs);
            QTRY_COMPARE_WITH_TIMEOUT(text(m_model->index(0, 0, task), TaskModel::StateColumn), u"running"_qs, 60000);
            QVERIFY(!m_manager->isOurs(theirs.id));
            // It counts: two programs do not work on one server at the same time.
            QVERIFY(!m_manager->start(plan(u"true"_qs)));
        }
        // It died: nobody knows what has become of it, and it can be found out or repeated.
        QTRY_COMPARE_WITH_TIMEOUT(m_manager->run(theirs.id)->state, TaskState::Unknown, 60000);
        QVERIFY(m_manager->run(theirs.id)->retry());
        QVERIFY(runToItsEnd(plan(u"true"_qs)));
    }

    void theHistoryOutlivesTheProgram()
    {
        QVERIFY(runToItsEnd(plan(u"echo kept"_qs, u"the older"_qs)));
        QVERIFY(runToItsEnd(plan(u"exit 3"_qs, u"the newer"_qs)));
        QVERIFY(writeFile(m_house->journals() + u"/not-one.jsonl"_qs, "{}\n"));
        cleanupManager();
        makeManager();
        QVERIFY(!m_manager->isHistoryRead());
        QVERIFY(readHistory());
        QCOMPARE(m_model->rowCount(), 2);
        QCOMPARE(text(m_model->index(0, 0), TaskModel::WhatColumn), u"the newer"_qs);
        QCOMPARE(text(m_model->index(0, 0), TaskModel::StateColumn), u"failed"_qs);
        QCOMPARE(text(m_model->index(1, 0), TaskModel::WhatColumn), u"the older"_qs);
        QCOMPARE(m_manager->run(m_manager->idAt(1))->servers.at(0).steps.at(1).output, u"kept\n"_qs);
        QCOMPARE(m_manager->unreadable().size(), 1);

        TaskFilter filter;
        filter.setSourceModel(m_model.get());
        const QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::Fatal);
        QCOMPARE(filter.rowCount(), 2);
        filter.setStates(TaskFilter::States::Trouble);
        QCOMPARE(filter.rowCount(), 1);
        QCOMPARE(filter.index(0, 0).data().toString(), u"the newer"_qs);
        QCOMPARE(filter.rowCount(filter.index(0, 0)), 1);
        filter.setStates(TaskFilter::States::Current);
        QCOMPARE(filter.rowCount(), 0);
        QVERIFY(runToItsEnd(plan(u"true"_qs, u"begun since"_qs)));
        QCOMPARE(filter.rowCount(), 1);
        filter.setStates(TaskFilter::States::All);
        filter.setSearch(u"older HERE"_qs);
        QCOMPARE(filter.rowCount(), 1);
        filter.setSearch({});
        filter.setServers({ u"another"_qs });
        QCOMPARE(filter.rowCount(), 0);
        filter.setServers({ u"another"_qs, m_server });
        QCOMPARE(filter.rowCount(), 3);
    }

private:
    void cleanupManager()
    {
        m_tester.reset();
        m_model.reset();
        m_manager.reset();
    }
};

QTEST_GUILESS_MAIN(tst_TaskManager)
#include "tst_TaskManager.moc"
