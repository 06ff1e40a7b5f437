// SPDX-License-Identifier: MIT
// The dialog of a task, on a real sshd: nothing before the user says so, everything shown, stopped when asked.
#include "SshdFixture.h"
#include "ViewsTestMain.h"
#include "WindowFixture.h"
#include "tests/support/Files.h"
#include "views/overview/OverviewPage.h"
#include "views/tasks/TaskDialog.h"

#include <QFile>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>

using namespace Helmclaw;
using namespace Helmclaw::Test;

class tst_TaskDialog : public QObject
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
    std::unique_ptr<TaskDialog> open(const TaskPlan &plan)
    {
        auto dialog = std::make_unique<TaskDialog>(plan, m_house->sessions.get(), m_house->dir.filePath(u"tasks"_qs));
        dialog->show();
        return dialog;
    }
    static QString states(const QDialog &dialog)
    {
        QStringList words;
        for (QWidget *state : dialog.findChildren<QWidget *>(u"stepState"_qs))
            words += state->accessibleName();
        return words.join(u'|');
    }
    template <class T> static T *part(const QDialog &dialog, const char *name)
    {
        return dialog.findChild<T *>(QLatin1StringView(name));
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

    void cancelIsTheDefaultAndDoesNothing()
    {
        const auto dialog = open(plan(u"touch "_qs + m_touched));
        QVERIFY(part<QPushButton>(*dialog, "taskCancel")->isDefault());
        QCOMPARE(part<QPushButton>(*dialog, "taskGo")->text(), u"Start fail2ban"_qs);
        QCOMPARE(states(*dialog), u"Looks|Changes|Proves"_qs);
        QTest::keyClick(dialog.get(), Qt::Key_Return);
        QVERIFY(!dialog->isVisible());
        QVERIFY(!QFile::exists(m_touched));
        QVERIFY(!QFile::exists(m_house->dir.filePath(u"tasks"_qs)));
    }

    void itRunsAndTellsHowItEnded()
    {
        const auto dialog = open(plan(u"echo going; touch "_qs + m_touched));
        QSignalSpy ended(dialog.get(), &TaskDialog::ended);
        QTest::mouseClick(part<QPushButton>(*dialog, "taskGo"), Qt::LeftButton);
        QVERIFY(ended.wait(60000));
        QVERIFY(QFile::exists(m_touched));
        QCOMPARE(states(*dialog), u"done|done|done"_qs);
        QCOMPARE(part<QLabel>(*dialog, "taskLead")->text(), u"Start fail2ban on here: done"_qs);
        const QString output = part<QPlainTextEdit>(*dialog, "taskOutput")->toPlainText();
        QVERIFY2(output.contains(u"going\nServer replied: pong"_qs), qPrintable(output));
        QCOMPARE(TaskJournal::read(m_house->dir.filePath(u"tasks"_qs), 5).value(0).state, TaskState::Succeeded);
        QTest::mouseClick(part<QPushButton>(*dialog, "taskCancel"), Qt::LeftButton);
        QVERIFY(!dialog->isVisible());
    }

    void whatFailsIsSaidAtItsStep()
    {
        const auto dialog = open(plan(u"printf 'Unit \\033[1mmasked\\n' >&2; exit 1"_qs));
        QSignalSpy ended(dialog.get(), &TaskDialog::ended);
        QTest::mouseClick(part<QPushButton>(*dialog, "taskGo"), Qt::LeftButton);
        QVERIFY(ended.wait(60000));
        QCOMPARE(states(*dialog), u"done|failed|not begun"_qs);
        QCOMPARE(part<QLabel>(*dialog, "taskText")->text(), u"exit status 1: Unit \\x1b[1mmasked"_qs);
    }

    void closedWhileItRunsItIsStoppedFirst()
    {
        const auto dialog = open(plan(u"echo begun; exec sleep 600"_qs));
        QTest::mouseClick(part<QPushButton>(*dialog, "taskGo"), Qt::LeftButton);
        auto *output = part<QPlainTextEdit>(*dialog, "taskOutput");
        QTRY_VERIFY_WITH_TIMEOUT(output->toPlainText().contains(u"begun"_qs), 60000);
        QCOMPARE(part<QPushButton>(*dialog, "taskCancel")->text(), u"Stop"_qs);
        dialog->close();
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->isVisible(), 30000);
        QCOMPARE(TaskJournal::read(m_house->dir.filePath(u"tasks"_qs), 5).value(0).state, TaskState::Cancelled);
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
        const QPointer<TaskDialog> dialog(window.findChild<TaskDialog *>());
        QVERIFY(dialog);
        QCOMPARE(states(*dialog), u"Looks|Changes|Proves"_qs);
        dialog->reject(); // this computer stays as it is
        QTRY_VERIFY(!dialog);

        // Not where it passes, and not without root.
        window.overview()->selectServer(m_server, u"updates.unattended"_qs);
        QTRY_VERIFY(!fix->isVisible());
        m_house->giveResults(m_server, { { u"updates.unattended"_qs, Verdict::Fail } }, false);
        QTRY_VERIFY(fix->isVisible());
        QVERIFY(!fix->isEnabled());
    }
};

HELMCLAW_VIEWS_TEST_MAIN(tst_TaskDialog)
#include "tst_TaskDialog.moc"
