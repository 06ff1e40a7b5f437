// SPDX-License-Identifier: MIT
#include "views/overview/MatrixView.h"

#include "models/posture/PostureModel.h"
#include "views/overview/MatrixDelegate.h"
#include "views/overview/MatrixHeader.h"

#include <QKeyEvent>
#include <QScrollBar>

#include <utility>

namespace Helmclaw {

namespace {

void setUp(QTableView *view)
{
    view->setFrameShape(QFrame::NoFrame);
    view->setShowGrid(false);
    view->setSelectionMode(QAbstractItemView::SingleSelection);
    view->setSelectionBehavior(QAbstractItemView::SelectItems);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setTabKeyNavigation(false);
    view->setCornerButtonEnabled(false);
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    view->verticalHeader()->hide();
    view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view->verticalHeader()->setMinimumSectionSize(24);
    view->verticalHeader()->setDefaultSectionSize(MatrixDelegate::rowHeight(view->font()));
}

} // namespace

MatrixView::MatrixView(const ServerSessions *sessions, QWidget *parent)
    : QTableView(parent)
    , m_header(new MatrixHeader(this))
    , m_frozenHeader(nullptr)
    , m_frozen(new QTableView(this))
{
    setObjectName(QStringLiteral("matrix"));
    setAccessibleName(tr("Servers and checks"));
    setUp(this);
    setHorizontalHeader(m_header);
    setItemDelegate(new MatrixDelegate(sessions, this));

    m_frozenHeader = new MatrixHeader(m_frozen);
    m_frozen->setObjectName(QStringLiteral("matrixNames"));
    setUp(m_frozen);
    m_frozen->setHorizontalHeader(m_frozenHeader);
    m_frozen->setItemDelegate(new MatrixDelegate(sessions, m_frozen));
    m_frozen->setFocusPolicy(Qt::NoFocus);
    m_frozen->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_frozen->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->stackUnder(m_frozen);

    connect(verticalScrollBar(), &QScrollBar::valueChanged, m_frozen->verticalScrollBar(), &QScrollBar::setValue);
    connect(m_frozen->verticalScrollBar(), &QScrollBar::valueChanged, verticalScrollBar(), &QScrollBar::setValue);
    connect(m_frozenHeader, &QHeaderView::sortIndicatorChanged, m_header, &QHeaderView::setSortIndicator);
    connect(m_header, &QHeaderView::sortIndicatorChanged, m_frozenHeader, &QHeaderView::setSortIndicator);
    connect(m_header, &QHeaderView::sectionResized, this, [this](int section, int /*before*/, int size) {
        if (section == 0)
            m_frozen->setColumnWidth(0, size);
        if (!m_fitting && isVisible())
            m_userSized = true;
        placeFrozen();
    });
    connect(m_frozenHeader, &QHeaderView::sectionResized, this, [this](int section, int /*before*/, int size) {
        if (section == 0 && columnWidth(0) != size)
            setColumnWidth(0, size);
    });
    connect(m_header, &MatrixHeader::areaClicked, this,
            [this](const QString &area) { setFolded(area, !isFolded(area)); });
    connect(m_frozen, &QTableView::doubleClicked, this, &MatrixView::activate);
    connect(m_frozen, &QTableView::customContextMenuRequested, this, &QTableView::customContextMenuRequested);
}

void MatrixView::setModel(QAbstractItemModel *model)
{
    QTableView::setModel(model);
    m_frozen->setModel(model);
    m_frozen->setSelectionModel(selectionModel());
    // The current row is tinted in both views, whichever column is current.
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, &MatrixView::repaintServers);
    setSortingEnabled(true);
    m_frozen->setSortingEnabled(true);
    m_header->setSortIndicator(-1, Qt::AscendingOrder);
    m_header->setDefaultAlignment(Qt::AlignCenter);
    const auto hideColumns = [this] {
        for (int column = 1; column < this->model()->columnCount(); ++column)
            m_frozen->setColumnHidden(column, true);
        showColumns();
        fitColumns();
    };
    connect(model, &QAbstractItemModel::modelReset, this, hideColumns);
    connect(model, &QAbstractItemModel::columnsInserted, this, hideColumns);
    setColumnWidth(0, nameWidth);
    hideColumns();
}

void MatrixView::fitColumns()
{
    if (!model())
        return;
    if (m_userSized) {
        placeFrozen();
        return;
    }
    m_fitting = true;
    setColumnWidth(0, qBound(140, width() * 2 / 5, nameWidth));
    const int free = viewport()->width() - columnWidth(0);
    if (!m_foldsChosen) {
        const QStringList all = areas();
        m_folded = neededWidth(true) <= free ? QSet<QString>() : QSet<QString>(all.cbegin(), all.cend());
        showColumns();
    }
    int shown = 0;
    for (int column = 1; column < model()->columnCount(); ++column)
        shown += isColumnHidden(column) ? 0 : 1;
    const int extra = shown > 0 ? qBound(0, (free - neededWidth(false)) / shown, 48) : 0;
    for (int column = 1; column < model()->columnCount(); ++column) {
        if (!isColumnHidden(column))
            setColumnWidth(column, qMax(44, m_header->titleWidth(column)) + extra);
    }
    m_fitting = false;
    placeFrozen();
}

QString MatrixView::areaOf(int column) const
{
    return model()->headerData(column, Qt::Horizontal, PostureModel::AreaRole).toString();
}

bool MatrixView::isSum(int column) const
{
    return model()->headerData(column, Qt::Horizontal, PostureModel::SumRole).toBool();
}

QStringList MatrixView::areas() const
{
    QStringList all;
    for (int column = 1; column < model()->columnCount(); ++column) {
        if (isSum(column))
            all += areaOf(column);
    }
    return all;
}

int MatrixView::neededWidth(bool allUnfolded) const
{
    int needed = 0;
    for (int column = 1; column < model()->columnCount(); ++column) {
        if (allUnfolded ? !isSum(column) : !isColumnHidden(column))
            needed += qMax(44, m_header->titleWidth(column));
    }
    return needed;
}

void MatrixView::showColumns()
{
    const bool fitting = std::exchange(m_fitting, true); // to hide a section resizes it, which is nobody's wish
    for (int column = 1; column < model()->columnCount(); ++column)
        setColumnHidden(column, isSum(column) != m_folded.contains(areaOf(column)));
    m_fitting = fitting;
}

void MatrixView::setFolded(const QString &area, bool folded)
{
    m_foldsChosen = true;
    if (folded == m_folded.contains(area))
        return;
    const QModelIndex current = currentIndex();
    if (folded)
        m_folded.insert(area);
    else
        m_folded.remove(area);
    showColumns();
    fitColumns();
    // The cursor does not stay in a column that is gone.
    if (current.column() > 0 && isColumnHidden(current.column())) {
        for (int column = 1; column < model()->columnCount(); ++column) {
            if (areaOf(column) == area && !isColumnHidden(column)) {
                setCurrentIndex(current.siblingAtColumn(column));
                break;
            }
        }
    }
}

void MatrixView::setAllFolded(bool folded)
{
    for (const QString &area : areas())
        setFolded(area, folded);
}

std::optional<QStringList> MatrixView::unfolded() const
{
    if (!m_foldsChosen)
        return std::nullopt;
    QStringList open = areas();
    open.removeIf([this](const QString &area) { return m_folded.contains(area); });
    return open;
}

void MatrixView::restoreUnfolded(const QStringList &open)
{
    m_foldsChosen = true;
    for (const QString &area : areas()) {
        if (open.contains(area))
            m_folded.remove(area);
        else
            m_folded.insert(area);
    }
    showColumns();
    fitColumns();
}

void MatrixView::placeFrozen()
{
    m_frozen->setGeometry(frameWidth(), frameWidth(), columnWidth(0),
                          viewport()->height() + horizontalHeader()->height());
    m_header->setCoveredWidth(columnWidth(0));
    m_frozen->raise();
}

void MatrixView::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    fitColumns();
}

void MatrixView::scrollTo(const QModelIndex &index, ScrollHint hint)
{
    // Column 0 is always in sight: only the row matters then.
    if (index.column() > 0) {
        QTableView::scrollTo(index, hint);
        return;
    }
    const int x = horizontalScrollBar()->value();
    QTableView::scrollTo(index, hint);
    horizontalScrollBar()->setValue(x);
}

QModelIndex MatrixView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers)
{
    const QModelIndex next = QTableView::moveCursor(action, modifiers);
    const int hidden = columnWidth(0) - visualRect(next).left();
    if (next.column() > 0 && hidden > 0)
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - hidden);
    return next;
}

void MatrixView::keyPressEvent(QKeyEvent *event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && event->modifiers() == Qt::NoModifier) {
        activate(currentIndex());
        return;
    }
    if (event->key() == Qt::Key_Space && currentIndex().column() > 0) {
        const QString area = areaOf(currentIndex().column());
        setFolded(area, !isFolded(area));
        return;
    }
    QTableView::keyPressEvent(event);
}

bool MatrixView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        const int height = MatrixDelegate::rowHeight(font());
        verticalHeader()->setDefaultSectionSize(height);
        if (m_frozen)
            m_frozen->verticalHeader()->setDefaultSectionSize(height);
    }
    return QTableView::viewportEvent(event);
}

void MatrixView::activate(const QModelIndex &index)
{
    const QString id = index.data(PostureModel::ServerIdRole).toString();
    if (!id.isEmpty())
        Q_EMIT serverActivated(id);
}

void MatrixView::repaintServers()
{
    viewport()->update();
    m_frozen->viewport()->update();
}

QByteArray MatrixView::saveColumns() const
{
    return m_userSized || m_header->sortIndicatorSection() >= 0 ? m_header->saveState() : QByteArray();
}

bool MatrixView::restoreColumns(const QByteArray &state)
{
    if (state.isEmpty() || !m_header->restoreState(state))
        return false;
    m_userSized = true;
    showColumns();
    m_header->setSortIndicatorClearable(true);
    m_frozenHeader->setSortIndicator(m_header->sortIndicatorSection(), m_header->sortIndicatorOrder());
    m_frozen->setColumnWidth(0, columnWidth(0));
    placeFrozen();
    return true;
}

} // namespace Helmclaw
