// SPDX-License-Identifier: MIT
#include "ViewsTestMain.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureModel.h"
#include "views/actions/ActionRegistry.h"
#include "views/fleet/FleetPane.h"
#include "views/overview/DetailsPane.h"
#include "views/overview/MatrixFilter.h"
#include "views/overview/MatrixView.h"
#include "views/overview/OverviewPage.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTreeView>

using namespace Helmclaw;
using Helmclaw::Test::WindowFixture;

class tst_Matrix : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sortsByRawVerdict();
    void problemsOnly();
    void searchesFindings();
    void showsDetailsOfTheCell();
    void groupsAreScopes();
    void selectionSurvivesRefreshAndSorting();
    void nameColumnStaysInSight();
    void areasFoldIntoTheirSum();
    void thousandServersStaySmooth();
};

namespace {

QStringList names(const MatrixView *matrix)
{
    QStringList result;
    for (int row = 0; row < matrix->model()->rowCount(); ++row)
        result.append(matrix->model()->index(row, 0).data().toString());
    return result;
}

int columnOf(const MatrixView *matrix, const QString &checkId)
{
    for (int column = 1; column < matrix->model()->columnCount(); ++column) {
        if (matrix->model()->headerData(column, Qt::Horizontal, PostureModel::CheckIdRole).toString() == checkId)
            return column;
    }
    return -1;
}

const QString active = QStringLiteral("firewall.active");

} // namespace

void tst_Matrix::sortsByRawVerdict()
{
    WindowFixture f;
    f.giveResults(f.addServer(QStringLiteral("a")), { { active, Verdict::Pass } });
    f.giveResults(f.addServer(QStringLiteral("b")), { { active, Verdict::Fail } });
    f.giveResults(f.addServer(QStringLiteral("c")), { { active, Verdict::Unknown } });
    f.giveResults(f.addServer(QStringLiteral("d")), { { active, Verdict::Fail } });
    MatrixView *matrix = f.window().overview()->matrix();
    QAbstractItemModelTester tester(matrix->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(names(matrix).join(QString()), QStringLiteral("abcd"));
    const int column = columnOf(matrix, active);
    matrix->sortByColumn(column, Qt::DescendingOrder);
    QCOMPARE(names(matrix).join(QString()), QStringLiteral("bdca"));
    matrix->sortByColumn(column, Qt::AscendingOrder);
    QCOMPARE(names(matrix).join(QString()), QStringLiteral("acbd"));
}

void tst_Matrix::problemsOnly()
{
    WindowFixture f;
    f.giveResults(f.addServer(QStringLiteral("good")));
    f.giveResults(f.addServer(QStringLiteral("bad")), { { active, Verdict::Warn } });
    f.giveResults(f.addServer(QStringLiteral("unknown")), { { active, Verdict::Unknown } });
    f.addServer(QStringLiteral("never"));
    MainWindow &window = f.window();
    QTest::keyClick(&window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(names(window.overview()->matrix()),
             (QStringList { QStringLiteral("bad"), QStringLiteral("unknown"), QStringLiteral("never") }));
    QTest::keyClick(&window, Qt::Key_Escape);
    QCOMPARE(names(window.overview()->matrix()).size(), 4);
}

void tst_Matrix::searchesFindings()
{
    WindowFixture f;
    f.giveResults(f.addServer(QStringLiteral("alpha")));
    f.addServer(QStringLiteral("beta"));
    MainWindow &window = f.window();
    QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    QLineEdit *field = window.overview()->searchField();
    QVERIFY(field->hasFocus());
    QTest::keyClicks(field, QStringLiteral("firewall.rules"));
    QCOMPARE(names(window.overview()->matrix()), QStringList { QStringLiteral("alpha") });
    QTest::keyClicks(field, QStringLiteral(" nonsense"));
    QVERIFY(window.findChild<QWidget *>(QStringLiteral("matrixNoMatch"))->isVisible());
    QTest::keyClick(field, Qt::Key_Escape);
    QCOMPARE(names(window.overview()->matrix()).size(), 2);
}

void tst_Matrix::showsDetailsOfTheCell()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("lab1"));
    f.giveResults(id, { { active, Verdict::Fail } });
    MainWindow &window = f.window();
    MatrixView *matrix = window.overview()->matrix();
    matrix->setAllFolded(false);
    const QModelIndex cell = matrix->model()->index(0, columnOf(matrix, active));
    QTest::mouseClick(matrix->viewport(), Qt::LeftButton, {}, matrix->visualRect(cell).center());
    QCOMPARE(window.overview()->currentServer(), id);
    QCOMPARE(window.overview()->currentCheck(), active);
    const auto text = [&](const char *name) { return window.findChild<QLabel *>(QString::fromLatin1(name)); };
    QCOMPARE(text("checkTitle")->text(), checkInfo(active).title);
    QCOMPARE(text("checkSummary")->text(), QStringLiteral("summary of firewall.active"));
    QCOMPARE(text("checkSummary")->textFormat(), Qt::PlainText);
    QCOMPARE(text("checkRemedy")->text(), QStringLiteral("remedy of firewall.active"));
    auto *evidence = window.findChild<QPlainTextEdit *>(QStringLiteral("checkEvidence"));
    QCOMPARE(evidence->toPlainText(), QStringLiteral("evidence of firewall.active"));
    // The server as a whole: every check, worst first, and each leads back.
    QTest::keyClick(matrix, Qt::Key_Home);
    QVERIFY(window.overview()->currentCheck().isEmpty());
    auto *finding = window.findChild<QWidget *>(QStringLiteral("finding.firewall.active"));
    QVERIFY(finding);
    QTRY_VERIFY(finding->isVisible());
    QTest::mouseClick(finding, Qt::LeftButton);
    QCOMPARE(window.overview()->currentCheck(), active);
}

void tst_Matrix::groupsAreScopes()
{
    WindowFixture f;
    f.addServer(QStringLiteral("a1"), { QStringLiteral("east") });
    f.addServer(QStringLiteral("a2"), { QStringLiteral("east") });
    f.addServer(QStringLiteral("b1"), { QStringLiteral("west") });
    MainWindow &window = f.window();
    QTreeView *tree = window.fleetPane()->tree();
    tree->setFocus();
    tree->setCurrentIndex(tree->model()->index(0, 0));
    QCOMPARE(names(window.overview()->matrix()).size(), 2);
    QCOMPARE(window.findChild<QLabel *>(QStringLiteral("overviewTitle"))->text(), QStringLiteral("east"));
    // A server outside the scope widens it.
    window.overview()->selectServer(f.fleet.servers().at(2).id);
    QCOMPARE(names(window.overview()->matrix()).size(), 3);
    window.fleetPane()->selectAllServers();
    QVERIFY(window.overview()->currentServer().isEmpty());
}

void tst_Matrix::selectionSurvivesRefreshAndSorting()
{
    WindowFixture f;
    QStringList ids;
    for (int i = 0; i < 60; ++i) {
        ids.append(f.addServer(QStringLiteral("server%1").arg(i, 2, 10, QLatin1Char('0'))));
        f.giveResults(ids.constLast());
    }
    MainWindow &window = f.window();
    MatrixView *matrix = window.overview()->matrix();
    window.overview()->selectServer(ids.at(40), active);
    const int scroll = matrix->verticalScrollBar()->value();
    QVERIFY(scroll > 0);
    for (const QString &id : std::as_const(ids))
        f.giveResults(id, { { QStringLiteral("updates.pending"), Verdict::Warn } });
    QCOMPARE(window.overview()->currentServer(), ids.at(40));
    QCOMPARE(window.overview()->currentCheck(), active);
    QCOMPARE(matrix->currentIndex().data(PostureModel::ServerIdRole).toString(), ids.at(40));
    QCOMPARE(matrix->verticalScrollBar()->value(), scroll);
    matrix->sortByColumn(0, Qt::DescendingOrder);
    QCOMPARE(matrix->currentIndex().data(PostureModel::ServerIdRole).toString(), ids.at(40));
}

void tst_Matrix::nameColumnStaysInSight()
{
    WindowFixture f;
    f.giveResults(f.addServer(QStringLiteral("lab1")));
    MainWindow &window = f.window();
    window.resize(900, 600);
    MatrixView *matrix = window.overview()->matrix();
    matrix->setAllFolded(false);
    QTRY_VERIFY(matrix->horizontalScrollBar()->maximum() > 0);
    matrix->setCurrentIndex(matrix->model()->index(0, matrix->model()->columnCount() - 2)); // the last one is a sum
    QVERIFY(matrix->horizontalScrollBar()->value() > 0);
    auto *frozen = matrix->findChild<QTableView *>(QStringLiteral("matrixNames"));
    QVERIFY(frozen->isVisible());
    QVERIFY(frozen->visualRect(frozen->model()->index(0, 0)).left() >= 0);
    QCOMPARE(frozen->selectionModel(), matrix->selectionModel());
    // Going back by keyboard brings each cell out from under the names.
    matrix->setFocus();
    while (matrix->currentIndex().column() > 1) {
        QTest::keyClick(matrix, Qt::Key_Left);
        QVERIFY(matrix->visualRect(matrix->currentIndex()).left() >= frozen->width() - 1);
    }
}

void tst_Matrix::areasFoldIntoTheirSum()
{
    WindowFixture f;
    const QString id = f.addServer(QStringLiteral("lab1"));
    f.giveResults(id,
                  { { active, Verdict::Fail },
                    { QStringLiteral("firewall.rules"), Verdict::Fail },
                    { QStringLiteral("firewall.default-routed"), Verdict::Warn } });
    MainWindow &window = f.window();
    MatrixView *matrix = window.overview()->matrix();
    const QString firewall = QStringLiteral("firewall");
    const auto sumOf = [&](const QString &area) {
        int column = 1;
        while (matrix->model()->headerData(column, Qt::Horizontal, PostureModel::AreaRole).toString() != area
               || !matrix->model()->headerData(column, Qt::Horizontal, PostureModel::SumRole).toBool())
            ++column;
        return column;
    };
    // There is no room for every check: each area has one column, and that says how bad it is.
    window.resize(900, 600);
    QTRY_VERIFY(matrix->isFolded(firewall));
    QVERIFY(matrix->isColumnHidden(columnOf(matrix, active)));
    const int sum = sumOf(firewall);
    QVERIFY(!matrix->isColumnHidden(sum));
    const QModelIndex cell = matrix->model()->index(0, sum);
    QCOMPARE(cell.data(PostureModel::VerdictRole).toInt(), int(Verdict::Fail));
    QCOMPARE(cell.data(PostureModel::CountRole).toInt(), 2);
    QCOMPARE(cell.data(PostureModel::SummaryRole).toString().count(u'\n'), 2);
    // Its details are the area's findings, and each leads to its check, which is unfolded then.
    QTest::mouseClick(matrix->viewport(), Qt::LeftButton, {}, matrix->visualRect(cell).center());
    QCOMPARE(window.overview()->currentServer(), id);
    QCOMPARE(window.overview()->currentCheck(), QString());
    const auto buttons = window.findChild<QWidget *>(QStringLiteral("findings"))->findChildren<QAbstractButton *>();
    QCOMPARE(buttons.size(), 5);
    QTest::mouseClick(buttons.constFirst(), Qt::LeftButton);
    QCOMPARE(window.overview()->currentCheck(), active);
    QVERIFY(!matrix->isFolded(firewall));
    QVERIFY(!matrix->isColumnHidden(columnOf(matrix, active)));
    QVERIFY(matrix->isColumnHidden(sum));
    QVERIFY(matrix->isFolded(QStringLiteral("updates")));
    // The area's title folds it, and so does the space bar; the cursor stays in the area.
    QWidget *header = matrix->horizontalHeader()->viewport();
    matrix->scrollTo(matrix->model()->index(0, columnOf(matrix, active)));
    QTest::mouseClick(header, Qt::LeftButton, {},
                      QPoint(matrix->columnViewportPosition(columnOf(matrix, active)) + 20, 6));
    QVERIFY(matrix->isFolded(firewall));
    QCOMPARE(matrix->currentIndex().column(), sum);
    matrix->setFocus();
    QTest::keyClick(matrix, Qt::Key_Space);
    QVERIFY(!matrix->isFolded(firewall));
    QVERIFY2(matrix->saveColumns().isEmpty(), "nobody has dragged a column: their widths are still automatic");
    // What somebody chose is theirs: it stays, also over a restart.
    window.resize(1900, 800);
    QApplication::processEvents();
    QVERIFY(matrix->isFolded(QStringLiteral("updates")));
    window.close();
    WindowFixture again(WindowFixture::Settings::OfTheLastWindow);
    again.addServer(QStringLiteral("lab1"));
    MatrixView *next = again.window().overview()->matrix();
    QVERIFY(!next->isFolded(firewall));
    QVERIFY(next->isFolded(QStringLiteral("updates")));
}

void tst_Matrix::thousandServersStaySmooth()
{
    WindowFixture f;
    // One write of the file instead of a thousand.
    QFile file(f.dir.filePath(QStringLiteral("big.json")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"helmclawFleet\":1,\"servers\":[");
    for (int i = 0; i < 1000; ++i) {
        file.write(
            QStringLiteral("%1{\"id\":\"id%2\",\"name\":\"server-%2\",\"host\":\"h%2.example.net\",\"tags\":[\"g%3\"]}")
                .arg(i ? QStringLiteral(",") : QString())
                .arg(i)
                .arg(i % 20)
                .toUtf8());
    }
    file.write("]}");
    file.close();
    const auto loaded = f.fleet.load(file.fileName());
    QVERIFY2(loaded, loaded ? "" : qPrintable(loaded.error().toString()));
    MainWindow &window = f.window();
    MatrixView *matrix = window.overview()->matrix();
    for (int i = 0; i < 1000; ++i)
        f.giveResults(QStringLiteral("id%1").arg(i), { { active, i % 7 == 0 ? Verdict::Fail : Verdict::Pass } });
    QApplication::processEvents();
    QCOMPARE(matrix->model()->rowCount(), 1000);

    // Not a benchmark: the bounds only catch work that grows with the square of the rows, or painting of unseen ones.
    const auto took = [](auto work) {
        QElapsedTimer timer;
        timer.start();
        work();
        return timer.elapsed();
    };
#ifdef HELMCLAW_DEBUG
    constexpr qint64 bound = 1500; // unoptimised, on a shared machine
#else
    constexpr qint64 bound = 100;
#endif
    const qint64 filter = took([&] {
        window.overview()->searchField()->setText(QStringLiteral("server-77"));
        QApplication::processEvents();
    });
    QCOMPARE(matrix->model()->rowCount(), 11);
    window.overview()->searchField()->clear();
    const qint64 sort = took([&] {
        matrix->sortByColumn(columnOf(matrix, active), Qt::DescendingOrder);
        QApplication::processEvents();
    });
    const qint64 tree = took([&] {
        window.fleetPane()->searchField()->setText(QStringLiteral("server-77"));
        QApplication::processEvents();
    });
    const qint64 paint = took([&] { matrix->viewport()->repaint(); });
    qInfo("1,000 servers: filter %lld ms, sort %lld ms, tree search %lld ms, paint %lld ms", filter, sort, tree, paint);
    QVERIFY(filter < bound);
    QVERIFY(sort < bound);
    QVERIFY(tree < bound);
    QVERIFY(paint < bound);
}

HELMCLAW_VIEWS_TEST_MAIN(tst_Matrix)
#include "tst_Matrix.moc"
