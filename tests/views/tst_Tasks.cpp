// SPDX-License-Identifier: MIT
// Tasks in the window, on a real sshd: nothing before the user says so, everything shown, stopped when asked.
#include "SshdFixture.h"
#include "ViewsTestMain.h"
#include "WindowFixture.h"
#include "models/tasks/TaskJournal.h"
#include "tests/support/Files.h"
#include "views/actions/ActionRegistry.h"
#include "views/dialogs/QuitDialog.h"
#include "views/overview/OverviewPage.h"
#include "views/tasks/TaskPreviewDialog.h"
#include "views/widgets/MessageBar.h"
#include "views/window/TaskControl.h"

#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardPaths>
#include <QToolButton>
#include <QTreeView>

using namespace Helmclaw;
using namespace Helmclaw::Test;

class tst_Tasks : public QObject
{
    Q_OBJECT

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<WindowFixture> m_house;
    QString m_server;
    QString m_touched;

    static TaskStep step(TaskStep::Kind kind, const QString &title, const QString &lines)
    {
        TaskStep step;
        step.kind = kind;
        step.title = title;
        step.argv = { u"sh"_qs, u"-c"_qs, lines };
        return step;
    }
    TaskPlan plan(const QString &change)
    {
        TaskPlan plan;
        plan.id = TaskPlan::newId();
        plan.title = u"Start fail2ban"_qs;
        plan.servers = {
            { m_server,
              u"here"_qs,
              { step(TaskStep::Kind::Precondition, u"fail2ban is installed"_qs, u"command -v sh"_qs),
                step(TaskStep::Kind::Change, u"Start fail2ban, now and at every boot"_qs, change),
                step(TaskStep::Kind::Proof, u"fail2ban answers"_qs, u"echo 'Server replied: pong'"_qs) } }
        };
        return plan;
    }
    /// Begins @p plan as the user does: the window asks, the user says so.
    void begin(const TaskPlan &plan)
    {
        MainWindow &window = m_house->window();
        window.findChild<TaskControl *>()->propose(plan);
        auto *dialog = window.findChild<TaskPreviewDialog *>();
        QVERIFY(dialog);
        QTest::mouseClick(part<QPushButton>(*dialog, "taskGo"), Qt::LeftButton);
        QVERIFY(m_house->tasks->run(plan.id));
        QTRY_VERIFY(!window.findChild<TaskPreviewDialog *>());
    }
    template <class T> static T *part(const QWidget &parent, const char *name)
    {
        return parent.findChild<T *>(QLatin1StringView(name));
    }
    QWidget &drawer() { return *part<QWidget>(m_house->window(), "tasksDrawer"); }
    QWidget &history() { return *part<QWidget>(m_house->window(), "historyPage"); }
    QString transcript() { return part<QPlainTextEdit>(drawer(), "taskTranscript")->toPlainText(); }
    QString state() { return part<QWidget>(drawer(), "taskState")->accessibleName(); }
    static QString states(const QWidget &dialog)
    {
        QStringList words;
        for (QWidget *state : dialog.findChildren<QWidget *>(u"stepState"_qs))
            words += state->accessibleName();
        return words.join(u'|');
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
        m_house = std::make_unique<WindowFixture>();
        const QString config = m_house->dir.filePath(u"ssh_config"_qs);
        QVERIFY(writeFile(config,
                          "Host *\n  UserKnownHostsFile " + m_sshd->knownHostsFile().toUtf8()
                              + "\n  IdentityAgent none\n  IdentityFile " + m_sshd->identityFile().toUtf8()
                              + "\n  User " + m_sshd->user().toUtf8() + "\n"));
        m_house->sessions->setSshConfigFile(config);
        m_server = m_house->addServer(u"here"_qs, {}, u"127.0.0.1"_qs, m_sshd->port());
        m_touched = m_house->dir.filePath(u"touched"_qs);
    }
    void cleanup() { m_house.reset(); }

    void thePreviewShowsEverythingAndCancelIsItsDefault()
    {
        TaskPreviewDialog dialog(plan(u"touch "_qs + m_touched));
        dialog.show();
        QVERIFY(part<QPushButton>(dialog, "taskCancel")->isDefault());
        QCOMPARE(part<QLabel>(dialog, "taskLead")->text(), u"here: Start fail2ban?"_qs);
        QCOMPARE(states(dialog), u"Looks|Changes|Proves"_qs);
        QVERIFY(!part<QSpinBox>(dialog, "taskCanaries"));
        QTest::keyClick(&dialog, Qt::Key_Return);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(dialog.result(), int(QDialog::Rejected));
    }

    void manyServersAreShownOnceAndGoInWaves()
    {
        TaskPlan many = plan(u"true"_qs);
        for (int n = 2; n <= 5; ++n) {
            ServerPlan another = many.servers.constFirst();
            another.serverName = u"srv%1"_qs.arg(n);
            if (n == 5)
                another.steps[1].argv = { u"true"_qs, u"differently"_qs };
            many.servers += another;
        }
        TaskPreviewDialog dialog(many, { u"srv9: the login may not become root"_qs });
        dialog.show();
        QCOMPARE(part<QLabel>(dialog, "taskLead")->text(), u"5 servers: Start fail2ban?"_qs);
        QCOMPARE(states(dialog), u"Looks|Changes|Proves|Looks|Changes|Proves"_qs);
        const auto names = dialog.findChildren<QLabel *>(u"taskServers"_qs);
        QCOMPARE(names.size(), 2);
        QCOMPARE(names.at(0)->text(), u"On here, srv2, srv3, srv4:"_qs);
        QCOMPARE(names.at(1)->text(), u"On srv5:"_qs);
        QVERIFY(part<QLabel>(dialog, "taskLeftOut")->text().contains(u"srv9"_qs));
        QVERIFY(part<QLabel>(dialog, "taskWaves")->text().contains(u"1, 4 servers; the first is here"_qs));
        part<QSpinBox>(dialog, "taskCanaries")->setValue(0);
        QCOMPARE(part<QLabel>(dialog, "taskWaves")->text(), u"All servers in one go."_qs);
        part<QSpinBox>(dialog, "taskAtOnce")->setValue(2);
        part<QSpinBox>(dialog, "taskStopAfter")->setValue(0);
        const Rollout expected { 0, 20, 2, 0 };
        QCOMPARE(dialog.plan().rollout, expected);
    }

    void itRunsInTheDrawerWhichTellsHowItEnded()
    {
        m_house->window();
        QVERIFY(!drawer().isVisible());
        const TaskPlan its = plan(u"echo going; touch "_qs + m_touched);
        QSignalSpy idle(m_house->tasks.get(), &TaskManager::idle);
        begin(its);
        QVERIFY(drawer().isVisible());
        QVERIFY(!idle.isEmpty() || idle.wait(60000));
        QVERIFY(QFile::exists(m_touched));
        QCOMPARE(state(), u"done"_qs);
        const QStringList lines = transcript().split(u'\n');
        QCOMPARE(lines.value(0), u"# fail2ban is installed"_qs);
        QCOMPARE(lines.value(1), u"$ sh -c 'command -v sh'"_qs);
        QCOMPARE(lines.value(3), QString());
        QCOMPARE(lines.value(4), u"# Start fail2ban, now and at every boot"_qs);
        QCOMPARE(lines.value(6), u"going"_qs);
        QCOMPARE(lines.value(10), u"Server replied: pong"_qs);
        // The tree has the steps in sight.
        auto *tree = part<QTreeView>(drawer(), "taskTree");
        const QModelIndex task = tree->model()->index(0, 0);
        QVERIFY(tree->isExpanded(task));
        QVERIFY(tree->isExpanded(tree->model()->index(0, 0, task)));
        QCOMPARE(TaskJournal::read(m_house->dir.filePath(u"tasks"_qs), 5).value(0).state, TaskState::Succeeded);
        QVERIFY(!part<QPushButton>(drawer(), "taskStop")->isVisible());
        QVERIFY(!part<QPushButton>(drawer(), "taskRetry")->isVisible());
    }

    void whatFailsIsSaidAndCanBeRepeated()
    {
        const TaskPlan its = plan(u"test -e %1 || { printf 'Unit \\033[1mmasked\\n' >&2; exit 1; }"_qs.arg(m_touched));
        QSignalSpy idle(m_house->tasks.get(), &TaskManager::idle);
        begin(its);
        QVERIFY(!idle.isEmpty() || idle.wait(60000));
        QCOMPARE(state(), u"failed"_qs);
        QCOMPARE(part<QLabel>(drawer(), "taskProblem")->text(), u"exit status 1: Unit \\x1b[1mmasked"_qs);
        QVERIFY2(transcript().contains(u"Unit \\x1b[1mmasked\nfailed: exit status 1"_qs), qPrintable(transcript()));
        QVERIFY(m_house->window().messageBar()->contains(u"task."_qs + its.id));
        auto *retry = part<QPushButton>(drawer(), "taskRetry");
        QVERIFY(retry->isVisible());
        QVERIFY(writeFile(m_touched, ""));
        QTest::mouseClick(retry, Qt::LeftButton);
        auto *dialog = m_house->window().findChild<TaskPreviewDialog *>();
        QVERIFY(dialog);
        idle.clear();
        QTest::mouseClick(part<QPushButton>(*dialog, "taskGo"), Qt::LeftButton);
        QVERIFY(!idle.isEmpty() || idle.wait(60000));
        QCOMPARE(state(), u"done"_qs);
        QCOMPARE(m_house->tasks->run(m_house->tasks->idAt(0))->plan.before, its.id);
        // Both are history; the page can be searched.
        m_house->window().actions()->action(u"page.history"_qs)->trigger();
        auto *tree = part<QTreeView>(history(), "taskTree");
        QVERIFY(tree->isVisible());
        QCOMPARE(tree->model()->rowCount(), 2);
        part<QLineEdit>(history(), "taskSearch")->setText(u"again"_qs);
        QCOMPARE(tree->model()->rowCount(), 1);
        part<QLineEdit>(history(), "taskSearch")->setText(u"no such"_qs);
        QVERIFY(part<QWidget>(history(), "noTasks")->isVisible());
    }

    void whatRunsIsSeenAndStopped()
    {
        const QString go = m_house->dir.filePath(u"go"_qs);
        begin(plan(u"seq 1 300; while ! [ -e '%1' ]; do sleep 0.1; done; seq 301 400; exec sleep 600"_qs.arg(go)));
        QTRY_VERIFY_WITH_TIMEOUT(transcript().endsWith(u"\n300\n"_qs), 60000);
        // The newest line is in sight, until the user looks at something else.
        const QScrollBar *bar = part<QPlainTextEdit>(drawer(), "taskTranscript")->verticalScrollBar();
        QVERIFY(bar->maximum() > 0);
        QTRY_VERIFY(bar->value() >= bar->maximum() - 1);
        part<QPlainTextEdit>(drawer(), "taskTranscript")->verticalScrollBar()->setValue(7);
        QVERIFY(writeFile(go, ""));
        QTRY_VERIFY_WITH_TIMEOUT(transcript().endsWith(u"\n400\n"_qs), 60000);
        QCOMPARE(bar->value(), 7);
        QCOMPARE(part<QToolButton>(m_house->window(), "tasksButton")->text(), u"Tasks: 1 running"_qs);
        // A second one on the same server is refused, and said.
        m_house->window().findChild<TaskControl *>()->propose(plan(u"true"_qs));
        auto *dialog = m_house->window().findChild<TaskPreviewDialog *>();
        QTest::mouseClick(part<QPushButton>(*dialog, "taskGo"), Qt::LeftButton);
        QVERIFY(m_house->window().messageBar()->contains(u"tasks"_qs));
        QCOMPARE(m_house->tasks->running(), 1);
        QSignalSpy idle(m_house->tasks.get(), &TaskManager::idle);
        QTest::mouseClick(part<QPushButton>(drawer(), "taskStop"), Qt::LeftButton);
        QVERIFY(!idle.isEmpty() || idle.wait(60000));
        QCOMPARE(state(), u"cancelled"_qs);
        QCOMPARE(part<QToolButton>(m_house->window(), "tasksButton")->text(), u"Tasks"_qs);
    }

    void theWindowDoesNotCloseOverARunningTask()
    {
        begin(plan(u"echo begun; exec sleep 600"_qs));
        QTRY_VERIFY_WITH_TIMEOUT(transcript().endsWith(u"begun\n"_qs), 60000);
        MainWindow &window = m_house->window();
        WindowFixture::whenDialogOpens<QuitDialog>([](QuitDialog *dialog) {
            QVERIFY(part<QPushButton>(*dialog, "quitCancel")->isDefault());
            QTest::keyClick(dialog, Qt::Key_Return);
        });
        window.close();
        QVERIFY(window.isVisible());
        QCOMPARE(m_house->tasks->running(), 1);
        WindowFixture::whenDialogOpens<QuitDialog>(
            [](QuitDialog *dialog) { QTest::mouseClick(part<QPushButton>(*dialog, "quitConfirm"), Qt::LeftButton); });
        window.close();
        QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), 60000);
        QCOMPARE(TaskJournal::read(m_house->dir.filePath(u"tasks"_qs), 5).value(0).state, TaskState::Cancelled);
    }

    void whenTheSystemEndsTheProgramNobodyIsAsked()
    {
        begin(plan(u"echo begun; exec sleep 600"_qs));
        QTRY_VERIFY_WITH_TIMEOUT(transcript().endsWith(u"begun\n"_qs), 60000);
        MainWindow &window = m_house->window();
        window.quit();
        QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), 60000);
        QCOMPARE(TaskJournal::read(m_house->dir.filePath(u"tasks"_qs), 5).value(0).state, TaskState::Cancelled);
    }

    void aTaskOfADeadProgramCanBeFoundOut()
    {
        const TaskPlan dead = plan(u"touch "_qs + m_touched);
        {
            TaskJournal journal(m_house->dir.filePath(u"tasks"_qs), dead);
            journal.append(TaskRun::taskEvent(TaskState::Running), this, [](const Result<void> &) {});
            journal.append(TaskRun::serverEvent(0, TaskState::Running), this, [](const Result<void> &) {});
        }
        MainWindow &window = m_house->window();
        QTRY_COMPARE_WITH_TIMEOUT(m_house->tasks->count(), 1, 60000);
        window.actions()->action(u"view.tasks"_qs)->trigger();
        QTRY_COMPARE(state(), u"unknown"_qs);
        QSignalSpy idle(m_house->tasks.get(), &TaskManager::idle);
        QTest::mouseClick(part<QPushButton>(drawer(), "taskFindOut"), Qt::LeftButton);
        auto *dialog = window.findChild<TaskPreviewDialog *>();
        QVERIFY(dialog);
        QCOMPARE(states(*dialog), u"Proves"_qs);
        QTest::mouseClick(part<QPushButton>(*dialog, "taskGo"), Qt::LeftButton);
        QVERIFY(!idle.isEmpty() || idle.wait(60000));
        QVERIFY(!QFile::exists(m_touched));
    }

    void aFindingOffersItsFix()
    {
        m_house->giveResults(m_server, { { u"fail2ban.active"_qs, Verdict::Fail } });
        MainWindow &window = m_house->window();
        window.overview()->selectServer(m_server, u"fail2ban.active"_qs);
        auto *fix = window.findChild<QPushButton *>(u"checkFix"_qs);
        QTRY_VERIFY(fix->isVisible());
        QVERIFY(fix->isEnabled());
        QCOMPARE(fix->text(), u"Start fail2ban…"_qs);
        QTest::mouseClick(fix, Qt::LeftButton);
        QTRY_VERIFY(window.findChild<TaskPreviewDialog *>());
        const QPointer<TaskPreviewDialog> dialog(window.findChild<TaskPreviewDialog *>());
        QCOMPARE(states(*dialog), u"Looks|Changes|Proves"_qs);
        dialog->reject(); // this computer stays as it is
        QTRY_VERIFY(!dialog);

        // Two servers: both at once, and the one that cannot be fixed is named.
        const QString other = m_house->addServer(u"there"_qs);
        m_house->giveResults(other, { { u"fail2ban.active"_qs, Verdict::Fail } }, false);
        window.overview()->selectServer(other, u"fail2ban.active"_qs);
        auto *all = window.findChild<QPushButton *>(u"checkFixAll"_qs);
        QTRY_COMPARE(all->text(), u"On all 2 servers…"_qs);
        QVERIFY(all->isVisible());
        QTest::mouseClick(all, Qt::LeftButton);
        QTRY_VERIFY(window.findChild<TaskPreviewDialog *>());
        const QPointer<TaskPreviewDialog> both(window.findChild<TaskPreviewDialog *>());
        QCOMPARE(both->plan().servers.size(), 1);
        QVERIFY(part<QLabel>(*both, "taskLeftOut")->text().contains(u"there"_qs));
        both->reject();
        QTRY_VERIFY(!both);
        window.overview()->selectServer(m_server, u"fail2ban.active"_qs);

        // Not where it passes, and not without root.
        window.overview()->selectServer(m_server, u"updates.unattended"_qs);
        QTRY_VERIFY(!fix->isVisible());
        m_house->giveResults(m_server, { { u"updates.unattended"_qs, Verdict::Fail } }, false);
        QTRY_VERIFY(fix->isVisible());
        QVERIFY(!fix->isEnabled());
    }
};

HELMCLAW_VIEWS_TEST_MAIN(tst_Tasks)
#include "tst_Tasks.moc"
