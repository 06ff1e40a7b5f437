// SPDX-License-Identifier: MIT
#include "views/actions/CommandPalette.h"

#include "views/actions/PaletteDelegate.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>

namespace Helmclaw {

CommandPalette::CommandPalette(QWidget *window)
    : QFrame(window)
    , m_query(new QLineEdit(this))
    , m_list(new QListView(this))
    , m_results(new QStandardItemModel(this))
{
    setObjectName(QStringLiteral("commandPalette"));
    setAccessibleName(tr("Command palette"));
    setFrameShape(QFrame::NoFrame);
    hide();

    m_query->setObjectName(QStringLiteral("paletteQuery"));
    m_query->setAccessibleName(tr("Command or server"));
    m_query->setPlaceholderText(tr("Type a command or a server"));
    m_query->setFrame(false);
    m_query->setFont(fontFor(TextStyle::Heading));
    m_query->addAction(Icons::get(QStringLiteral("search")), QLineEdit::LeadingPosition)->setText(tr("Search"));
    m_query->installEventFilter(this);

    m_list->setObjectName(QStringLiteral("paletteResults"));
    m_list->setAccessibleName(tr("Matching commands"));
    m_list->setModel(m_results);
    m_list->setItemDelegate(new PaletteDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setMouseTracking(true);
    connect(m_list, &QListView::entered, m_list, &QListView::setCurrentIndex);
    connect(m_list, &QListView::clicked, this, &CommandPalette::runCurrent);
    connect(m_query, &QLineEdit::textChanged, this, &CommandPalette::search);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(8);
    layout->addWidget(m_query);
    layout->addWidget(m_list);
    window->installEventFilter(this);
}

void CommandPalette::open(QList<Entry> entries)
{
    m_entries = std::move(entries);
    if (!isVisible())
        m_returnFocus = QApplication::focusWidget();
    m_query->clear();
    search({});
    place();
    show();
    raise();
    m_query->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::place()
{
    const int width = qMin(600, parentWidget()->width() - 48);
    const int rows = qMin(10, qMax(1, m_results->rowCount()));
    const int rowHeight = m_list->sizeHintForRow(0) > 0 ? m_list->sizeHintForRow(0) : 32;
    const int height = qMin(m_query->sizeHint().height() + 24 + rows * rowHeight + 2, parentWidget()->height() - 96);
    setGeometry((parentWidget()->width() - width) / 2, 72, width, height);
}

void CommandPalette::search(const QString &query)
{
    struct Hit
    {
        int entry;
        FuzzyMatch match;
    };
    QList<Hit> hits;
    for (int i = 0; i < m_entries.size(); ++i) {
        if (auto match = fuzzyMatch(query, m_entries.at(i).text))
            hits.append({ i, std::move(*match) });
    }
    std::stable_sort(hits.begin(), hits.end(),
                     [](const Hit &a, const Hit &b) { return a.match.score > b.match.score; });
    m_results->clear();
    for (int i = 0; i < qMin<int>(maxResults, static_cast<int>(hits.size())); ++i) {
        const Entry &entry = m_entries.at(hits.at(i).entry);
        auto *item = new QStandardItem(entry.text);
        item->setData(hits.at(i).entry, PaletteDelegate::EntryRole);
        item->setData(entry.icon, PaletteDelegate::IconNameRole);
        item->setData(entry.hint, PaletteDelegate::HintRole);
        item->setData(QVariant::fromValue(hits.at(i).match.positions), PaletteDelegate::PositionsRole);
        m_results->appendRow(item);
    }
    if (hits.isEmpty()) {
        auto *item = new QStandardItem(tr("Nothing matches “%1”").arg(query));
        item->setData(-1, PaletteDelegate::EntryRole);
        item->setFlags(Qt::NoItemFlags);
        m_results->appendRow(item);
    }
    m_list->setCurrentIndex(m_results->index(0, 0));
    place();
}

void CommandPalette::runCurrent()
{
    const QVariant entry = m_list->currentIndex().data(PaletteDelegate::EntryRole);
    if (!entry.isValid() || entry.toInt() < 0)
        return;
    const auto run = m_entries.at(entry.toInt()).run;
    hide();
    if (m_returnFocus)
        m_returnFocus->setFocus();
    if (run)
        run();
}

void CommandPalette::moveCurrent(int rows)
{
    const int count = m_results->rowCount();
    const int row = qBound(0, m_list->currentIndex().row() + rows, count - 1);
    m_list->setCurrentIndex(m_results->index(row, 0));
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        place();
    if (watched == m_query && event->type() == QEvent::FocusOut && isVisible()
        && static_cast<QFocusEvent *>(event)->reason() != Qt::ActiveWindowFocusReason
        && static_cast<QFocusEvent *>(event)->reason() != Qt::PopupFocusReason)
        hide();
    if (watched == m_query && event->type() == QEvent::ShortcutOverride) {
        // Escape is ours before it is the window's "clear filter".
        if (static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
            event->accept();
            return true;
        }
    }
    if (watched == m_query && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent *>(event)->key()) {
        case Qt::Key_Escape:
            hide();
            if (m_returnFocus)
                m_returnFocus->setFocus();
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            runCurrent();
            return true;
        case Qt::Key_Down:
            moveCurrent(1);
            return true;
        case Qt::Key_Up:
            moveCurrent(-1);
            return true;
        case Qt::Key_PageDown:
            moveCurrent(9);
            return true;
        case Qt::Key_PageUp:
            moveCurrent(-9);
            return true;
        default:
            break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    painter.fillRect(rect(), colors.base);
    painter.setPen(colors.strongBorder);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    painter.fillRect(QRect(8, m_list->y() - 5, width() - 16, 1), colors.border);
}

} // namespace Helmclaw
