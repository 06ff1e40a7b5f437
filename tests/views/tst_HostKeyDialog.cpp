// SPDX-License-Identifier: MIT
#include "SshdFixture.h"
#include "ViewsTestMain.h"

#include "models/fleet/HostKeyLogModel.h"
#include "tests/support/Files.h"
#include "views/actions/ActionRegistry.h"
#include "views/dialogs/HostKeyDialog.h"
#include "views/hostkeys/FingerprintView.h"
#include "views/hostkeys/HostKeyComparison.h"
#include "views/hostkeys/HostKeyLogDialog.h"
#include "views/hostkeys/ReplaceKeyDialog.h"
#include "views/overview/OverviewPage.h"
#include "views/widgets/CodeLabel.h"
#include "views/widgets/MessageBar.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>

using namespace Helmclaw;
using Helmclaw::Test::SshdFixture;
using Helmclaw::Test::WindowFixture;
using Helmclaw::Test::writeFile;

/// Against a real sshd: an unknown key asks, silence refuses, "Pin" connects, another key is a hard stop without a
/// button.
class tst_HostKeyDialog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void groupsTheFingerprint();
    void enterAndEscapeRefuse_data();
    void enterAndEscapeRefuse();
    void pinningConnects();
    void aChangedKeyIsAHardStop();
    void theUsersFileIsNotOursToWrite();
    void ofALongRecordTheNewestAreShown();

private:
    static QString addSshd(WindowFixture &f, const SshdFixture &sshd, const QString &name);
};

void tst_HostKeyDialog::init()
{
    if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

QString tst_HostKeyDialog::addSshd(WindowFixture &f, const SshdFixture &sshd, const QString &name)
{
    Server server;
    server.name = name;
    server.host = QStringLiteral("127.0.0.1");
    server.port = sshd.port();
    server.user = sshd.user();
    server.identityFiles = { sshd.identityFile() };
    return f.fleet.add(server).value_or(QString());
}

void tst_HostKeyDialog::groupsTheFingerprint()
{
    QCOMPARE(groupedFingerprint(QStringLiteral("SHA256:abcdefgh0123456789ABCDEFGHIJ")),
             QStringLiteral("SHA256:\nabcd efgh 0123 4567 89AB CDEF\nGHIJ"));
}

void tst_HostKeyDialog::enterAndEscapeRefuse_data()
{
    QTest::addColumn<int>("key");
    QTest::newRow("Enter") << static_cast<int>(Qt::Key_Return);
    QTest::newRow("Escape") << static_cast<int>(Qt::Key_Escape);
}

void tst_HostKeyDialog::enterAndEscapeRefuse()
{
    QFETCH(int, key);
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"));
    MainWindow &window = f.window();
    window.overview()->selectServer(id);
    window.actions()->action(QStringLiteral("server.connect"))->trigger();
    auto *dialog = window.findChild<HostKeyDialog *>();
    QTRY_VERIFY(dialog->isVisible());
    QVERIFY(!dialog->isModal());
    QVERIFY(window.messageBar()->contains(QStringLiteral("hostkeys")));
    QVERIFY(dialog->findChild<QPushButton *>(QStringLiteral("cancelKey"))->isDefault());
    QVERIFY2(!dialog->findChild<QPushButton *>(QStringLiteral("pinKey"))->isEnabled(), "guarded against a stray click");
    QTest::keyClick(dialog, static_cast<Qt::Key>(key));
    QTRY_VERIFY(!dialog->isVisible());
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Failed);
    QCOMPARE(f.sessions->status(id).error->code, ErrorCode::HostKeyUnknown);
    QVERIFY(!window.messageBar()->contains(QStringLiteral("hostkeys")));
}

void tst_HostKeyDialog::pinningConnects()
{
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"));
    MainWindow &window = f.window();
    f.sessions->connectServer(id);
    auto *dialog = window.findChild<HostKeyDialog *>();
    QTRY_VERIFY(dialog->isVisible());
    const auto expected = SshdFixture::run(QStringLiteral("ssh-keygen"),
                                           { QStringLiteral("-lf"), sshd.path(QStringLiteral("host_key.pub")) });
    QVERIFY(expected);
    QString shown = dialog->findChild<QLabel *>(QStringLiteral("hostKeyFingerprint"))->text();
    shown.remove(QLatin1Char(' ')).remove(QLatin1Char('\n'));
    QVERIFY2(QString::fromUtf8(*expected).contains(shown), qPrintable(shown));
    auto *pin = dialog->findChild<QPushButton *>(QStringLiteral("pinKey"));
    QTRY_VERIFY(pin->isEnabled());
    QTest::mouseClick(pin, Qt::LeftButton);
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Ready);
    QVERIFY(!dialog->isVisible());
}

void tst_HostKeyDialog::aChangedKeyIsAHardStop()
{
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"));
    MainWindow &window = f.window();
    f.sessions->connectServer(id);
    auto *dialog = window.findChild<HostKeyDialog *>();
    QTRY_VERIFY(dialog->isVisible());
    auto *pin = dialog->findChild<QPushButton *>(QStringLiteral("pinKey"));
    QTRY_VERIFY(pin->isEnabled());
    QTest::mouseClick(pin, Qt::LeftButton);
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Ready);
    f.sessions->disconnectServer(id);
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Off);
    sshd.kill();
    QVERIFY(sshd.replaceHostKey());
    QVERIFY(sshd.start());
    f.sessions->connectServer(id);
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Failed);
    QCOMPARE(f.sessions->status(id).error->code, ErrorCode::HostKeyChanged);
    QVERIFY2(!dialog->isVisible(), "a changed key is never a question");
    QVERIFY(window.messageBar()->contains(QStringLiteral("hostkey.%1").arg(id)));
    window.overview()->selectServer(id);
    QTRY_VERIFY(window.findChild<QWidget *>(QStringLiteral("detailsProblem"))->isVisible());

    // Old and new, one below the other, with what ssh-keygen says about the new one.
    auto *comparison = window.findChild<HostKeyComparison *>();
    QTRY_VERIFY(comparison->isVisible());
    const auto keygen = SshdFixture::run(QStringLiteral("ssh-keygen"),
                                         { QStringLiteral("-lvf"), sshd.path(QStringLiteral("host_key.pub")) });
    QVERIFY(keygen);
    auto *shown = comparison->findChild<FingerprintView *>(QStringLiteral("shownFingerprint"));
    auto *old = comparison->findChild<FingerprintView *>(QStringLiteral("pinnedFingerprint"));
    QVERIFY(keygen->contains(shown->fingerprint().toLatin1()));
    QVERIFY(shown->differingGroups() > 0);
    QCOMPARE(shown->differingGroups(), old->differingGroups());
    QCOMPARE(shown->groups(), 11);
    const QString picture = QString::fromLatin1(*keygen).section(QLatin1Char('\n'), 1).trimmed();
    QVERIFY(comparison->findChild<QLabel *>(QStringLiteral("shownPicture"))->text().endsWith(picture));
    const QString own = f.dir.filePath(QStringLiteral("known_hosts"));
    QCOMPARE(comparison->findChild<CodeLabel *>(QStringLiteral("pinnedPlace"))->text(), own + QStringLiteral(":1"));

    // Enter alone cancels; the button wants the server's name.
    auto *button = window.findChild<QPushButton *>(QStringLiteral("detailsReplaceKey"));
    QTRY_VERIFY(button->isVisible());
    WindowFixture::whenDialogOpens<ReplaceKeyDialog>([](ReplaceKeyDialog *replace) {
        QTest::keyClicks(replace->findChild<QLineEdit *>(QStringLiteral("replaceName")), QStringLiteral("lab1"));
        QTest::keyClick(replace, Qt::Key_Return);
    });
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(f.sessions->status(id).error->code, ErrorCode::HostKeyChanged);
    WindowFixture::whenDialogOpens<ReplaceKeyDialog>([](ReplaceKeyDialog *replace) {
        auto *confirm = replace->findChild<QPushButton *>(QStringLiteral("replaceConfirm"));
        auto *name = replace->findChild<QLineEdit *>(QStringLiteral("replaceName"));
        QVERIFY(replace->findChild<QPushButton *>(QStringLiteral("replaceCancel"))->isDefault());
        QVERIFY(!confirm->isEnabled());
        QTest::keyClicks(name, QStringLiteral("lab"));
        QVERIFY(!confirm->isEnabled());
        QTest::keyClicks(name, QStringLiteral("1"));
        QVERIFY(confirm->isEnabled());
        if (const QString file = qEnvironmentVariable("HELMCLAW_TEST_SHOTS"); !file.isEmpty())
            replace->grab().save(file + QStringLiteral("/replace-key.png"));
        QTest::mouseClick(confirm, Qt::LeftButton);
    });
    if (const QString file = qEnvironmentVariable("HELMCLAW_TEST_SHOTS"); !file.isEmpty())
        window.grab().save(file + QStringLiteral("/changed-key.png"));
    QTest::mouseClick(button, Qt::LeftButton);
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Ready);
    QTRY_VERIFY(!comparison->isVisible());
    QVERIFY(!window.messageBar()->contains(QStringLiteral("hostkey.%1").arg(id)));
    const auto log = hostKeyDecisions(f.sessions.get());
    QVERIFY(log);
    QCOMPARE(log->size(), 2);
    QCOMPARE(log->at(1).action, QStringLiteral("replace"));
    // The window shows the record, the newest first.
    window.actions()->action(QStringLiteral("view.host-key-log"))->trigger();
    auto *record = window.findChild<HostKeyLogDialog *>();
    QVERIFY(record && record->isVisible());
    QTRY_VERIFY(record->findChild<QTableView *>()->isVisible());
    QAbstractItemModel *rows = record->findChild<QTableView *>()->model();
    const QAbstractItemModelTester tester(rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(rows->rowCount(), 2);
    QCOMPARE(rows->index(0, HostKeyLogModel::ActionColumn).data().toString(), QStringLiteral("replaced"));
    QCOMPARE(rows->index(0, HostKeyLogModel::ServerColumn).data().toString(), QStringLiteral("lab1"));
    QCOMPARE(rows->index(0, HostKeyLogModel::OldKeyColumn).data(),
             rows->index(1, HostKeyLogModel::NewKeyColumn).data());
    QVERIFY(!rows->index(0, HostKeyLogModel::NewKeyColumn).data().toString().isEmpty());
    if (const QString file = qEnvironmentVariable("HELMCLAW_TEST_SHOTS"); !file.isEmpty())
        record->grab().save(file + QStringLiteral("/key-log.png"));
    QTest::keyClick(record, Qt::Key_Escape);
    QTRY_VERIFY(!window.findChild<HostKeyLogDialog *>());
}

void tst_HostKeyDialog::ofALongRecordTheNewestAreShown()
{
    WindowFixture f;
    QByteArray lines;
    for (int i = 0; i < 5000; ++i)
        lines += "{\"action\":\"pin\",\"server\":\"s" + QByteArray::number(i) + "\",\"old\":[{\"fingerprint\":\"a\"},"
            + "{\"fingerprint\":\"b\"}]}\n";
    QVERIFY(writeFile(hostKeyLogFile(f.sessions.get()), lines));
    HostKeyLogDialog dialog(f.sessions.get());
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    auto *table = dialog.findChild<QTableView *>();
    const auto *lead = dialog.findChild<QLabel *>(QStringLiteral("hostKeyLogLead"));
    QVERIFY(!table->isVisible() && lead->isVisible()); // it is read elsewhere
    QTRY_VERIFY_WITH_TIMEOUT(table->isVisible(), 60000);
    QCOMPARE(table->model()->rowCount(), HostKeyLogDialog::maxShown);
    QCOMPARE(table->model()->index(0, HostKeyLogModel::ServerColumn).data().toString(), QStringLiteral("s4999"));
    QVERIFY2(lead->text().contains(QStringLiteral("4000 older entries are in ") + hostKeyLogFile(f.sessions.get())),
             qPrintable(lead->text()));
    QVERIFY(table->rowHeight(0) >= 2 * table->fontMetrics().lineSpacing());
    if (const QString file = qEnvironmentVariable("HELMCLAW_TEST_SHOTS"); !file.isEmpty())
        dialog.grab().save(file + QStringLiteral("/key-log-long.png"));
}

void tst_HostKeyDialog::theUsersFileIsNotOursToWrite()
{
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString theirs = sshd.knownHostsFile();
    QFile config(f.sessions->sshConfigFile());
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("Host *\n  UserKnownHostsFile " + theirs.toUtf8() + '\n');
    config.close();
    QVERIFY(sshd.replaceHostKey());
    QVERIFY(sshd.start());
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"));
    MainWindow &window = f.window();
    window.overview()->selectServer(id);
    f.sessions->connectServer(id);
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Failed);
    QTRY_VERIFY(window.actions()->action(QStringLiteral("server.replace-key"))->isEnabled());
    WindowFixture::whenDialogOpens<ReplaceKeyDialog>([&](ReplaceKeyDialog *replace) {
        QVERIFY(!replace->findChild<QPushButton *>(QStringLiteral("replaceConfirm")));
        const QString command = replace->findChild<CodeLabel *>(QStringLiteral("removalCommands"))->text();
        QVERIFY2(command.startsWith(QStringLiteral("ssh-keygen -R ")) && command.contains(theirs), qPrintable(command));
        QTest::keyClick(replace, Qt::Key_Return);
    });
    window.actions()->action(QStringLiteral("server.replace-key"))->trigger();
    QVERIFY(!QFile::exists(f.dir.filePath(QStringLiteral("known_hosts"))));
}

HELMCLAW_VIEWS_TEST_MAIN(tst_HostKeyDialog)
#include "tst_HostKeyDialog.moc"
