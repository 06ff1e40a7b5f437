// SPDX-License-Identifier: MIT
#include "ViewsTestMain.h"

#include "models/fleet/FleetModel.h"
#include "models/fleet/SshConfigImport.h"
#include "tests/support/ScriptedTailscaled.h"
#include "views/actions/ActionRegistry.h"
#include "views/dialogs/IdentityList.h"
#include "views/dialogs/ImportDialog.h"
#include "views/dialogs/RemoveDialog.h"
#include "views/dialogs/ServerDialog.h"
#include "views/fleet/FleetPane.h"
#include "views/overview/OverviewPage.h"
#include "views/widgets/PlainToolTip.h"

#include <QComboBox>
#include <QFile>
#include <QHelpEvent>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QToolTip>
#include <QTreeView>

using namespace Helmclaw;
using Helmclaw::Test::ScriptedTailscaled;
using Helmclaw::Test::WindowFixture;

class tst_Dialogs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void addsAServer();
    void refusesWhatIsWrong_data();
    void refusesWhatIsWrong();
    void editsAServerAndKeepsTheRest();
    void previewsTheHost();
    void picksIdentityFiles();
    void removesOnlyWhenConfirmed();
    void importsTheCheckedHosts();
    void importsPeersByTagScripted();
    void saysWhyThereIsNoTailnetScripted();
    void toolTipsAreNeverMarkup();
};

namespace {

QLineEdit *edit(QDialog *dialog, const char *name)
{
    return dialog->findChild<QLineEdit *>(QString::fromLatin1(name));
}

QPushButton *button(QDialog *dialog, const char *name)
{
    return dialog->findChild<QPushButton *>(QString::fromLatin1(name));
}

} // namespace

void tst_Dialogs::addsAServer()
{
    WindowFixture f;
    MainWindow &window = f.window();
    WindowFixture::whenDialogOpens<ServerDialog>([](ServerDialog *dialog) {
        QVERIFY2(!button(dialog, "ok")->isEnabled(), "an empty form cannot be accepted");
        QVERIFY2(dialog->findChild<QLabel *>(QStringLiteral("problem"))->text().isEmpty(), "nor is it blamed");
        QVERIFY(edit(dialog, "host")->hasFocus());
        QTest::keyClicks(edit(dialog, "host"), QStringLiteral("10.0.0.5"));
        QCOMPARE(edit(dialog, "name")->text(), QStringLiteral("10.0.0.5"));
        // Real tabbing through the form.
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Tab);
        QVERIFY(edit(dialog, "name")->hasFocus());
        edit(dialog, "name")->selectAll();
        QTest::keyClicks(dialog->focusWidget(), QStringLiteral("lab1"));
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Tab);
        QVERIFY(edit(dialog, "tags")->hasFocus());
        QTest::keyClicks(dialog->focusWidget(), QStringLiteral("prod, eu , prod"));
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Tab);
        QVERIFY(edit(dialog, "user")->hasFocus());
        QTest::keyClicks(dialog->focusWidget(), QStringLiteral("ops"));
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Tab);
        QVERIFY(edit(dialog, "port")->hasFocus());
        QTest::keyClicks(dialog->focusWidget(), QStringLiteral("2222"));
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Tab);
        QVERIFY(edit(dialog, "jump")->hasFocus());
        QTest::keyClicks(dialog->focusWidget(), QStringLiteral("ops@bastion"));
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Tab);
        QVERIFY(edit(dialog, "identities")->hasFocus());
        auto *backend = dialog->findChild<QComboBox *>(QStringLiteral("backend"));
        QCOMPARE(backend->currentIndex(), 0);
        backend->setFocus();
        QTest::keyClick(backend, Qt::Key_End);
        QVERIFY(button(dialog, "ok")->isEnabled());
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Return);
    });
    QTest::keyClick(&window, Qt::Key_N, Qt::ControlModifier);
    QCOMPARE(f.fleet.servers().size(), 1);
    const Server server = f.fleet.servers().constFirst();
    QCOMPARE(server.name, QStringLiteral("lab1"));
    QCOMPARE(server.host, QStringLiteral("10.0.0.5"));
    QCOMPARE(server.user, QStringLiteral("ops"));
    QCOMPARE(server.proxyJump, QStringLiteral("ops@bastion"));
    QCOMPARE(server.backend, SshBackend::OpenSsh);
    QCOMPARE(server.port, 2222);
    QCOMPARE(server.tags, (QStringList { QStringLiteral("prod"), QStringLiteral("eu") }));
    QCOMPARE(window.overview()->currentServer(), server.id);
    Fleet again;
    QVERIFY(again.load(f.fleet.file()));
    QCOMPARE(again.servers(), f.fleet.servers());
}

void tst_Dialogs::refusesWhatIsWrong_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("host");
    QTest::newRow("no host") << QStringLiteral("x") << QString();
    QTest::newRow("no name") << QString() << QStringLiteral("host");
    QTest::newRow("an option instead of a host") << QStringLiteral("x") << QStringLiteral("-oProxyCommand=id");
    QTest::newRow("the name is taken") << QStringLiteral("taken") << QStringLiteral("host");
}

void tst_Dialogs::refusesWhatIsWrong()
{
    QFETCH(QString, name);
    QFETCH(QString, host);
    WindowFixture f;
    f.addServer(QStringLiteral("taken"));
    ServerDialog dialog(&f.fleet, {}, {});
    dialog.show();
    QTest::keyClicks(edit(&dialog, "host"), host);
    edit(&dialog, "name")->selectAll();
    QTest::keyClick(edit(&dialog, "name"), Qt::Key_Backspace);
    QTest::keyClicks(edit(&dialog, "name"), name);
    QVERIFY(!button(&dialog, "ok")->isEnabled());
    QVERIFY2(!dialog.findChild<QLabel *>(QStringLiteral("problem"))->text().isEmpty(), "it says why");
    dialog.accept();
    QVERIFY(dialog.isVisible());
    QCOMPARE(f.fleet.servers().size(), 1);
}

void tst_Dialogs::editsAServerAndKeepsTheRest()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("lab1"), { QStringLiteral("prod") });
    Server before = *f.fleet.byId(id);
    before.localPort = 23456;
    before.unknownKeys.insert(QStringLiteral("future"), 1);
    QVERIFY(f.fleet.update(before));
    MainWindow &window = f.window();
    window.overview()->selectServer(id);
    WindowFixture::whenDialogOpens<ServerDialog>([](ServerDialog *dialog) {
        QCOMPARE(edit(dialog, "tags")->text(), QStringLiteral("prod"));
        QTest::keyClick(edit(dialog, "name"), Qt::Key_End);
        QTest::keyClicks(edit(dialog, "name"), QStringLiteral("b"));
        QTest::mouseClick(button(dialog, "ok"), Qt::LeftButton);
    });
    QTest::keyClick(&window, Qt::Key_F2);
    const Server after = *f.fleet.byId(id);
    QCOMPARE(after.name, QStringLiteral("lab1b"));
    before.name = after.name;
    QCOMPARE(after, before);
}

void tst_Dialogs::previewsTheHost()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty())
        QSKIP("no ssh");
    WindowFixture f;
    QFile config(f.dir.filePath(QStringLiteral("ssh_config")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("Host myalias\n HostName 192.0.2.7\n User root\n Port 2200\nHost revoked\n RevokedHostKeys /x\n");
    config.close();
    ServerDialog dialog(&f.fleet, config.fileName(), {});
    dialog.show();
    QTest::keyClicks(edit(&dialog, "host"), QStringLiteral("myalias"));
    auto *preview = dialog.findChild<QLabel *>(QStringLiteral("hostPreview"));
    QTRY_VERIFY2(preview->text().contains(QStringLiteral("root@192.0.2.7:2200")), qPrintable(preview->text()));
    QCOMPARE(preview->textFormat(), Qt::PlainText);
    // What the form says goes to ssh as well.
    QTest::keyClicks(edit(&dialog, "user"), QStringLiteral("ops"));
    QTest::keyClicks(edit(&dialog, "port"), QStringLiteral("2022"));
    QTest::keyClicks(edit(&dialog, "jump"), QStringLiteral("bastion"));
    QTRY_VERIFY2(preview->text().contains(QStringLiteral("ops@192.0.2.7:2022\nthrough bastion")),
                 qPrintable(preview->text()));
    QTest::keyClicks(edit(&dialog, "jump"), QStringLiteral(",,")); // not one: ssh is not asked
    QCOMPARE(preview->text(), QString());
    // What cannot be used says what to do about it.
    edit(&dialog, "jump")->clear();
    edit(&dialog, "host")->clear();
    QTest::keyClicks(edit(&dialog, "host"), QStringLiteral("revoked"));
    QTRY_VERIFY2(preview->text().contains(QStringLiteral("@revoked")), qPrintable(preview->text()));
    QTRY_VERIFY2(preview->height() >= preview->heightForWidth(preview->width()), "the form makes room for it");
}

void tst_Dialogs::picksIdentityFiles()
{
    IdentityList list;
    list.setPicker([](QWidget *) {
        return QStringList { QDir::homePath() + QStringLiteral("/.ssh/id_lab"), QStringLiteral("/etc/keys/other") };
    });
    list.show();
    QTest::keyClicks(list.field(), QStringLiteral("~/.ssh/id_lab"));
    QSignalSpy edited(&list, &IdentityList::edited);
    QTest::mouseClick(list.findChild<QWidget *>(QStringLiteral("browseIdentities")), Qt::LeftButton);
    QCOMPARE(edited.count(), 1);
    QCOMPARE(list.files(), (QStringList { QStringLiteral("~/.ssh/id_lab"), QStringLiteral("/etc/keys/other") }));
}

void tst_Dialogs::removesOnlyWhenConfirmed()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("lab1"));
    MainWindow &window = f.window();
    window.overview()->selectServer(id);
    WindowFixture::whenDialogOpens<RemoveDialog>([](RemoveDialog *dialog) {
        QVERIFY(button(dialog, "removeCancel")->isDefault());
        QTest::keyClick(dialog, Qt::Key_Return);
    });
    window.actions()->action(QStringLiteral("server.remove"))->trigger();
    QCOMPARE(f.fleet.servers().size(), 1);
    WindowFixture::whenDialogOpens<RemoveDialog>(
        [](RemoveDialog *dialog) { QTest::mouseClick(button(dialog, "removeConfirm"), Qt::LeftButton); });
    window.actions()->action(QStringLiteral("server.remove"))->trigger();
    QVERIFY(f.fleet.servers().isEmpty());
    QVERIFY(window.overview()->currentServer().isEmpty());
    QVERIFY(window.findChild<QWidget *>(QStringLiteral("emptyFleet"))->isVisible());
}

void tst_Dialogs::importsTheCheckedHosts()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty())
        QSKIP("no ssh");
    WindowFixture f;
    QFile config(f.dir.filePath(QStringLiteral("ssh_config")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("Host one\n HostName 192.0.2.1\nHost two\n HostName 192.0.2.2\nHost *.example\n User x\n");
    config.close();
    ImportDialog dialog(&f.fleet, config.fileName());
    dialog.show();
    auto *table = dialog.findChild<QTableView *>(QStringLiteral("importTable"));
    QCOMPARE(table->model()->rowCount(), 2);
    auto *ok = button(&dialog, "importOk");
    QTest::mouseClick(button(&dialog, "selectNone"), Qt::LeftButton);
    QVERIFY(!ok->isEnabled());
    QTest::mouseClick(button(&dialog, "selectAll"), Qt::LeftButton);
    QTRY_VERIFY(ok->isEnabled());
    QTRY_COMPARE(qobject_cast<SshConfigImport *>(table->model())->isResolving(), false);
    QTest::keyClicks(edit(&dialog, "importTags"), QStringLiteral("lab"));
    QTest::mouseClick(ok, Qt::LeftButton);
    QCOMPARE(dialog.importedCount(), 2);
    QCOMPARE(f.fleet.servers().size(), 2);
    QCOMPARE(f.fleet.servers().constFirst().tags, QStringList { QStringLiteral("lab") });
}

namespace {
void useDaemon(WindowFixture &f, const ScriptedTailscaled &daemon)
{
    TailnetOptions options;
    options.socket = daemon.socket();
    f.sessions->tailnet()->setOptions(options);
}
} // namespace

void tst_Dialogs::importsPeersByTagScripted()
{
    ScriptedTailscaled daemon;
    daemon.setStatus(
        ScriptedTailscaled::withPeer(ScriptedTailscaled::running(), QStringLiteral("h001"),
                                     { { QStringLiteral("Tags"), QJsonArray { QStringLiteral("tag:openclaw") } } }));
    WindowFixture f;
    useDaemon(f, daemon);
    MainWindow &window = f.window();
    WindowFixture::whenDialogOpens<ImportDialog>([](ImportDialog *dialog) {
        auto *table = dialog->findChild<QTableView *>(QStringLiteral("importTable"));
        auto *ok = button(dialog, "importOk");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 2, 60000);
        auto *tag = dialog->findChild<QComboBox *>(QStringLiteral("importOnlyTag"));
        QVERIFY(tag->isVisible());
        tag->setCurrentText(QStringLiteral("tag:openclaw"));
        QCOMPARE(table->model()->rowCount(), 1);
        QVERIFY(ok->isEnabled());
        QTest::mouseClick(ok, Qt::LeftButton);
    });
    window.actions()->action(QStringLiteral("fleet.import-tailscale"))->trigger();
    QCOMPARE(f.fleet.servers().size(), 1);
    const Server server = f.fleet.servers().constFirst();
    QVERIFY(server.isOnTailnet());
    QCOMPARE(server.tags, QStringList { QStringLiteral("openclaw") });
    // What the tailnet says about it is beside it.
    const QModelIndex row = window.findChild<FleetModel *>()->indexesOf(server.id).constFirst();
    QVERIFY(row.data(Qt::ToolTipRole).toString().contains(QStringLiteral("Tailnet: online, 100.64.0.1")));
}

void tst_Dialogs::saysWhyThereIsNoTailnetScripted()
{
    ScriptedTailscaled daemon;
    daemon.setStatus(ScriptedTailscaled::recorded("status-stopped.json"));
    WindowFixture f;
    useDaemon(f, daemon);
    ImportDialog dialog(&f.fleet, f.sessions->tailnet());
    dialog.show();
    auto *problem = dialog.findChild<QLabel *>(QStringLiteral("importProblem"));
    QTRY_VERIFY_WITH_TIMEOUT(problem->isVisible(), 60000);
    QVERIFY(problem->text().contains(QStringLiteral("tailscale up")));
    QVERIFY(!button(&dialog, "importOk")->isEnabled());
}

void tst_Dialogs::toolTipsAreNeverMarkup()
{
    QCOMPARE(plainToolTip({}), QString());
    WindowFixture f;
    const QString tag = QStringLiteral("<b>bold</b>");
    f.addServer(QStringLiteral("<i>name</i>"), { tag }, QStringLiteral("host"));
    MainWindow &window = f.window();
    const auto tip = [](QAbstractItemView *view, const QModelIndex &index) {
        const QPoint at = view->visualRect(index).center();
        QHelpEvent help(QEvent::ToolTip, at, view->viewport()->mapToGlobal(at));
        QCoreApplication::sendEvent(view->viewport(), &help);
        return QToolTip::text();
    };
    QTreeView *tree = window.fleetPane()->tree();
    const QModelIndex server = tree->model()->index(0, 0, tree->model()->index(0, 0));
    QVERIFY(server.isValid());
    QVERIFY2(tip(tree, server).contains(QStringLiteral("&lt;i&gt;name&lt;/i&gt;\n")), qPrintable(QToolTip::text()));
    QVERIFY2(tip(tree, server.parent()).contains(QStringLiteral("&lt;b&gt;")), qPrintable(QToolTip::text()));
    QFile config(f.dir.filePath(QStringLiteral("ssh_config")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("Host <i>host</i>\n");
    config.close();
    ImportDialog dialog(&f.fleet, config.fileName());
    dialog.show();
    auto *table = dialog.findChild<QTableView *>(QStringLiteral("importTable"));
    QCOMPARE(table->model()->rowCount(), 1);
    QVERIFY2(tip(table, table->model()->index(0, 0)).contains(QStringLiteral("&lt;i&gt;host")),
             qPrintable(QToolTip::text()));
}

HELMCLAW_VIEWS_TEST_MAIN(tst_Dialogs)
#include "tst_Dialogs.moc"
