// SPDX-License-Identifier: MIT
#include "ViewsTestMain.h"

#include "models/fleet/FleetModel.h"
#include "models/posture/CheckCatalogue.h"
#include "views/actions/ActionRegistry.h"
#include "views/actions/CommandPalette.h"
#include "views/fleet/FleetDelegate.h"
#include "views/fleet/FleetPane.h"
#include "views/overview/MatrixView.h"
#include "views/overview/OverviewPage.h"
#include "views/overview/TimeText.h"
#include "views/theme/Theme.h"
#include "views/widgets/MessageBar.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTcpServer>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>

using namespace Helmclaw;
using Helmclaw::Test::WindowFixture;

class tst_MainWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aFailedConnectionCanBeTriedAgainAtOnce();
    void shortcutsDoNotConflict();
    void everyActionIsExplained();
    void emptyFleetOffersTheTwoWays();
    void searchKeepsGroupsOfHits();
    void searchLeadsIntoTheTree();
    void openWebUiFromRowKeyAndPalette();
    void browserGetsTheSignInUrl();
    void refreshRunsAndFailsInline();
    void refreshCanBeCancelled();
    void paletteFindsServersAndCommands();
    void messageBarReplacesAndCounts();
    void everythingHasAnAccessibleName();
    void tabWalksTheWindow();
    void stateIsKept();
};

void tst_MainWindow::shortcutsDoNotConflict()
{
    WindowFixture f;
    ActionRegistry *actions = f.window().actions();
    QCOMPARE(actions->conflicts(), QStringList());
    // The check itself can fail.
    ActionRegistry own(&f.window());
    own.add({ QStringLiteral("a"), QStringLiteral("A"), {}, {}, { QKeySequence(Qt::Key_F8) } });
    own.add({ QStringLiteral("b"), QStringLiteral("B"), {}, {}, { QKeySequence(Qt::Key_F8) } });
    QCOMPARE(own.conflicts().size(), 1);
}

void tst_MainWindow::everyActionIsExplained()
{
    WindowFixture f;
    for (const QAction *action : f.window().actions()->actions()) {
        QVERIFY2(!action->text().isEmpty(), qPrintable(action->objectName()));
        QVERIFY2(!action->statusTip().isEmpty(), qPrintable(action->objectName()));
        QVERIFY2(!action->icon().isNull(), qPrintable(action->objectName()));
    }
}

void tst_MainWindow::emptyFleetOffersTheTwoWays()
{
    WindowFixture f;
    MainWindow &window = f.window();
    auto *empty = window.findChild<QWidget *>(QStringLiteral("emptyFleet"));
    QVERIFY(empty->isVisible());
    QVERIFY(window.findChild<QPushButton *>(QStringLiteral("empty.fleet.add"))->isVisible());
    QVERIFY(window.findChild<QPushButton *>(QStringLiteral("empty.fleet.import"))->isVisible());
    QVERIFY(!window.actions()->action(QStringLiteral("refresh.all"))->isEnabled());
    f.addServer(QStringLiteral("lab1"));
    QVERIFY(!empty->isVisible());
    QVERIFY(window.fleetPane()->isVisible());
}

void tst_MainWindow::searchKeepsGroupsOfHits()
{
    WindowFixture f;
    f.addServer(QStringLiteral("alpha"), { QStringLiteral("east") });
    f.addServer(QStringLiteral("beta"), { QStringLiteral("west") }, QStringLiteral("10.9.8.7"));
    MainWindow &window = f.window();
    const QAbstractItemModel *tree = window.fleetPane()->tree()->model();
    QCOMPARE(tree->rowCount(), 2);
    QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier);
    QLineEdit *search = window.fleetPane()->searchField();
    QVERIFY(search->hasFocus());
    QTest::keyClicks(search, QStringLiteral("9.8"));
    QCOMPARE(tree->rowCount(), 1);
    QCOMPARE(tree->index(0, 0).data().toString(), QStringLiteral("west"));
    QCOMPARE(tree->rowCount(tree->index(0, 0)), 1);
    search->setText(QStringLiteral("east"));
    QCOMPARE(tree->rowCount(tree->index(0, 0)), 1);
    search->setText(QStringLiteral("zzz"));
    QCOMPARE(tree->rowCount(), 0);
    QTest::keyClick(search, Qt::Key_Escape);
    QCOMPARE(tree->rowCount(), 2);
}

void tst_MainWindow::searchLeadsIntoTheTree()
{
    WindowFixture f;
    f.addServer(QStringLiteral("alpha"), { QStringLiteral("east") });
    const QString beta = f.addServer(QStringLiteral("beta"), { QStringLiteral("east") });
    MainWindow &window = f.window();
    QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier);
    QTest::keyClicks(window.fleetPane()->searchField(), QStringLiteral("bet"));
    QTest::keyClick(window.fleetPane()->searchField(), Qt::Key_Return);
    QVERIFY(window.fleetPane()->tree()->hasFocus());
    QCOMPARE(window.fleetPane()->currentServer(), beta);
    QCOMPARE(window.overview()->currentServer(), beta);
}

void tst_MainWindow::openWebUiFromRowKeyAndPalette()
{
    WindowFixture f;
    // Nothing listens on port 1: open() starts for real and fails for real.
    const QString id = f.addServer(QStringLiteral("lab1"), {}, QStringLiteral("127.0.0.1"), 1);
    MainWindow &window = f.window();
    QSignalSpy status(f.webUi.get(), &WebUiSessions::statusChanged);
    QSignalSpy failed(f.webUi.get(), &WebUiSessions::openFailed);
    QTreeView *tree = window.fleetPane()->tree();
    const QRect row = tree->visualRect(tree->model()->index(0, 0));
    QTest::mouseClick(tree->viewport(), Qt::LeftButton, {}, FleetDelegate::buttonRect(row).center());
    QTRY_COMPARE(failed.count(), 1);
    const QString key = QStringLiteral("webui.%1").arg(id);
    QVERIFY(window.messageBar()->contains(key));
    QVERIFY2(f.opened.isEmpty(), "no page without a gateway");

    tree->setCurrentIndex(tree->model()->index(0, 0));
    tree->setFocus();
    QTest::keyClick(tree, Qt::Key_Return);
    QVERIFY2(!window.messageBar()->contains(key), "a new try takes the old message away");
    QTRY_COMPARE(failed.count(), 2);
    QTest::keyClick(&window, Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(failed.count(), 3);
    window.overview()->matrix()->setFocus();
    QTest::keyClick(window.overview()->matrix(), Qt::Key_Return);
    QTRY_COMPARE(failed.count(), 4);
    QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
    auto *query = window.findChild<QLineEdit *>(QStringLiteral("paletteQuery"));
    QTest::keyClicks(query, QStringLiteral("open web lab1"));
    QTest::keyClick(query, Qt::Key_Return);
    QTRY_COMPARE(failed.count(), 5);
    // The bar's own button tries again.
    auto *bar = window.findChild<QWidget *>(QStringLiteral("message.%1").arg(key));
    QVERIFY(bar);
    QTest::mouseClick(bar->findChild<QPushButton *>(), Qt::LeftButton);
    QTRY_COMPARE(failed.count(), 6);
}

void tst_MainWindow::browserGetsTheSignInUrl()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("lab1"));
    MainWindow &window = f.window();
    const QUrl url(QStringLiteral("http://127.0.0.1:20001/nonce"));
    Q_EMIT f.webUi->signInReady(id, url);
    QCOMPARE(f.opened, QList<QUrl> { url });
    f.browserWorks = false;
    Q_EMIT f.webUi->signInReady(id, url);
    QVERIFY(window.messageBar()->contains(QStringLiteral("webui.%1").arg(id)));
}

void tst_MainWindow::refreshRunsAndFailsInline()
{
    WindowFixture f;
    const QString one = f.addServer(QStringLiteral("one"), {}, QStringLiteral("127.0.0.1"), 1);
    const QString two = f.addServer(QStringLiteral("two"), {}, QStringLiteral("127.0.0.1"), 1);
    MainWindow &window = f.window();
    QSignalSpy finished(f.refresher.get(), &PostureRefresher::serverFinished);
    window.overview()->selectServer(one);
    QTest::keyClick(&window, Qt::Key_F5);
    QVERIFY(window.findChild<QWidget *>(QStringLiteral("refreshProgress"))->isVisible());
    QVERIFY(window.actions()->action(QStringLiteral("refresh.cancel"))->isEnabled());
    QTRY_COMPARE(finished.count(), 1);
    QCOMPARE(finished.constFirst().constFirst().toString(), one);
    QTRY_VERIFY(window.messageBar()->contains(QStringLiteral("check")));
    QVERIFY(window.messageBar()->messages().constFirst().text.contains(QStringLiteral("one")));
    QVERIFY(!window.findChild<QWidget *>(QStringLiteral("refreshProgress"))->isVisible());
    QTest::keyClick(&window, Qt::Key_R, Qt::ControlModifier);
    QTRY_COMPARE(finished.count(), 3);
    QTRY_VERIFY(window.messageBar()->contains(QStringLiteral("check")));
    QVERIFY(window.messageBar()->messages().constFirst().text.contains(QStringLiteral("two")));
    QVERIFY(f.posture.posture(two).lastError.has_value());
}

void tst_MainWindow::refreshCanBeCancelled()
{
    QTcpServer silent; // takes the connection and never says a word
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("one"), {}, QStringLiteral("127.0.0.1"), silent.serverPort());
    MainWindow &window = f.window();
    QSignalSpy finished(f.refresher.get(), &PostureRefresher::serverFinished);
    QTest::keyClick(&window, Qt::Key_R, Qt::ControlModifier);
    QTRY_VERIFY(silent.hasPendingConnections());
    auto *progress = window.findChild<QWidget *>(QStringLiteral("refreshProgress"));
    QVERIFY(progress->isVisible());
    QTest::mouseClick(progress->findChild<QToolButton *>(), Qt::LeftButton);
    QTRY_COMPARE(finished.count(), 1);
    QCOMPARE(f.posture.posture(id).lastError->code, ErrorCode::Cancelled);
    QTRY_VERIFY(!progress->isVisible());
    QVERIFY(!window.actions()->action(QStringLiteral("refresh.cancel"))->isEnabled());
    QVERIFY2(!window.messageBar()->contains(QStringLiteral("check")), "cancelled on purpose is not a failure");
}

void tst_MainWindow::paletteFindsServersAndCommands()
{
    WindowFixture f;
    f.addServer(QStringLiteral("alpha"));
    const QString beta = f.addServer(QStringLiteral("beta"));
    MainWindow &window = f.window();
    auto *palette = window.findChild<CommandPalette *>();
    auto *query = window.findChild<QLineEdit *>(QStringLiteral("paletteQuery"));
    QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
    QVERIFY(palette->isVisible());
    QVERIFY(query->hasFocus());
    QTest::keyClicks(query, QStringLiteral("show beta"));
    QTest::keyClick(query, Qt::Key_Return);
    QVERIFY(!palette->isVisible());
    QCOMPARE(window.overview()->currentServer(), beta);
    QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
    QTest::keyClicks(query, QStringLiteral("theme dark"));
    QTest::keyClick(query, Qt::Key_Return);
    QVERIFY(window.theme()->isDark());
    QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
    QTest::keyClicks(query, QStringLiteral("xyzzy"));
    QTest::keyClick(query, Qt::Key_Return);
    QVERIFY2(palette->isVisible(), "nothing to run");
    QTest::keyClick(query, Qt::Key_Escape);
    QVERIFY(!palette->isVisible());
}

void tst_MainWindow::messageBarReplacesAndCounts()
{
    WindowFixture f;
    MainWindow &window = f.window();
    MessageBar *bar = window.messageBar();
    QVERIFY(!bar->isVisible());
    window.showError({ ErrorCode::InvalidInput, QStringLiteral("<b>bold</b>"), QStringLiteral("fix it"), {} });
    window.showError({ ErrorCode::InvalidInput, QStringLiteral("<i>new</i>"), QStringLiteral("fix it"), {} });
    QCOMPARE(bar->messages().size(), 1);
    auto *text = bar->findChild<QLabel *>(QStringLiteral("messageText"));
    QTRY_COMPARE(bar->findChildren<QLabel *>(QStringLiteral("messageText")).size(), 1);
    text = bar->findChild<QLabel *>(QStringLiteral("messageText"));
    QCOMPARE(text->text(), QStringLiteral("<i>new</i>"));
    QCOMPARE(text->textFormat(), Qt::PlainText);
    QTest::mouseClick(bar->findChild<QToolButton *>(QStringLiteral("messageClose")), Qt::LeftButton);
    QVERIFY(!bar->isVisible());
}

void tst_MainWindow::everythingHasAnAccessibleName()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("lab1"), { QStringLiteral("east") });
    f.giveResults(id, { { QStringLiteral("firewall.active"), Verdict::Fail } });
    MainWindow &window = f.window();
    window.overview()->selectServer(id, QStringLiteral("firewall.active"));
    QStringList nameless;
    for (QWidget *widget : window.findChildren<QWidget *>()) {
        const bool matters = qobject_cast<QAbstractButton *>(widget) || qobject_cast<QLineEdit *>(widget)
            || qobject_cast<QAbstractItemView *>(widget);
        if (!matters || !widget->isVisible() || widget->size().isEmpty()
            || widget->objectName() == QLatin1String("matrixNames")
            || widget->objectName().startsWith(QLatin1String("qt_")))
            continue;
        if (qobject_cast<QHeaderView *>(widget))
            continue;
        // A table draws the corner of its hidden headers itself; nobody can reach it.
        if (widget->inherits("QTableCornerButton"))
            continue;
        QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(widget);
        QVERIFY(interface);
        if (interface->text(QAccessible::Name).isEmpty())
            nameless.append(QStringLiteral("%1 %2").arg(QString::fromLatin1(widget->metaObject()->className()),
                                                        widget->objectName()));
    }
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QStringLiteral("; "))));
}

void tst_MainWindow::tabWalksTheWindow()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("lab1"));
    f.giveResults(id);
    MainWindow &window = f.window();
    window.overview()->selectServer(id, QStringLiteral("firewall.active"));
    window.fleetPane()->searchField()->setFocus();
    QStringList order;
    for (int i = 0; i < 60; ++i) {
        QWidget *focus = window.focusWidget();
        QVERIFY(focus);
        if (order.contains(focus->objectName()) && focus == window.fleetPane()->searchField())
            break;
        if (!focus->objectName().isEmpty())
            order.append(focus->objectName());
        QTest::keyClick(focus, Qt::Key_Tab);
    }
    QStringList wanted { QStringLiteral("fleetSearch"), QStringLiteral("allServers"),
                         QStringLiteral("fleetTree"),   QStringLiteral("overviewSearch"),
                         QStringLiteral("matrix"),      QStringLiteral("detailsOpenWebUi") };
    QList<qsizetype> places;
    for (const QString &name : wanted) {
        QVERIFY2(order.contains(name), qPrintable(name + QStringLiteral(" not in ") + order.join(QLatin1Char(' '))));
        places.append(order.indexOf(name));
    }
    QVERIFY2(std::is_sorted(places.cbegin(), places.cend()), qPrintable(order.join(QLatin1Char(' '))));
}

void tst_MainWindow::stateIsKept()
{
    {
        WindowFixture f;
        f.addServer(QStringLiteral("lab1"));
        MainWindow &window = f.window();
        window.resize(1000, 700);
        window.actions()->action(QStringLiteral("theme.dark"))->trigger();
        window.actions()->action(QStringLiteral("view.details"))->trigger();
        window.close();
    }
    const QSettings settings;
    QCOMPARE(settings.value(QStringLiteral("view/theme")).toString(), QStringLiteral("dark"));
    QCOMPARE(settings.value(QStringLiteral("view/details")).toBool(), false);
    QCOMPARE(settings.value(QStringLiteral("window/geometry")).toByteArray().isEmpty(), false);

    WindowFixture again(WindowFixture::Settings::OfTheLastWindow);
    again.addServer(QStringLiteral("lab1"));
    QCOMPARE(again.window().size(), QSize(1000, 700));
    QVERIFY(again.window().actions()->action(QStringLiteral("theme.dark"))->isChecked());
    QVERIFY(!again.window().actions()->action(QStringLiteral("view.details"))->isChecked());
}

void tst_MainWindow::aFailedConnectionCanBeTriedAgainAtOnce()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("dead"), {}, QStringLiteral("127.0.0.1"), 1);
    MainWindow &window = f.window();
    window.overview()->selectServer(id);
    auto *retry = window.findChild<QPushButton *>(QStringLiteral("detailsRetry"));
    QVERIFY(!retry->isVisible());
    f.sessions->connectServer(id);
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Failed);
    QTRY_VERIFY(retry->isVisible());
    const QDateTime before = f.sessions->status(id).since;
    QTest::qWait(50);
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_VERIFY(f.sessions->status(id).since > before && f.sessions->status(id).state == SessionState::Failed);

    QCOMPARE(countdown(QDateTime::currentDateTimeUtc().addSecs(-1)), QStringLiteral("now"));
    const QDateTime soon = QDateTime::currentDateTimeUtc().addMSecs(65500);
    QVERIFY(countdown(soon).endsWith(QStringLiteral(" s")));
    QVERIFY(countdown(QDateTime::currentDateTimeUtc().addSecs(905)).startsWith(QStringLiteral("15 min ")));
}

HELMCLAW_VIEWS_TEST_MAIN(tst_MainWindow)
#include "tst_MainWindow.moc"
