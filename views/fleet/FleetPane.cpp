// SPDX-License-Identifier: MIT
#include "views/fleet/FleetPane.h"

#include "models/fleet/FleetModel.h"
#include "views/fleet/FleetDelegate.h"
#include "views/fleet/FleetFilter.h"
#include "views/fleet/FleetScopeButton.h"
#include "views/fleet/FleetTree.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/widgets/EmptyState.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QStackedLayout>
#include <QTreeView>
#include <QVBoxLayout>

namespace Helmclaw {

FleetPane::FleetPane(FleetModel *model, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_filter(new FleetFilter(this))
    , m_search(new QLineEdit(this))
    , m_all(new FleetScopeButton(this))
    , m_tree(new FleetTree(this))
    , m_noMatch(new EmptyState(this))
{
    setObjectName(QStringLiteral("fleetPane"));
    setAccessibleName(tr("Fleet"));
    m_filter->setSourceModel(model);

    m_search->setObjectName(QStringLiteral("fleetSearch"));
    m_search->setPlaceholderText(tr("Find a server"));
    m_search->setAccessibleName(tr("Find a server by name, host, user or group"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(Icons::get(QStringLiteral("search")), QLineEdit::LeadingPosition)->setText(tr("Search"));
    m_search->installEventFilter(this);

    m_all->setObjectName(QStringLiteral("allServers"));
    m_all->setText(tr("All servers"));
    m_all->setChecked(true);

    m_tree->setObjectName(QStringLiteral("fleetTree"));
    m_tree->setAccessibleName(tr("Servers"));
    m_tree->setModel(m_filter);
    auto *delegate = new FleetDelegate(m_tree);
    m_tree->setItemDelegate(delegate);
    m_tree->expandAll();

    m_noMatch->setContent(QStringLiteral("search"), tr("No server matches"),
                          tr("The search looks at names, hosts, users and groups."));
    m_noMatch->hide();

    auto *top = new QVBoxLayout;
    top->setContentsMargins(8, 8, 8, 4);
    top->addWidget(m_search);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(top);
    layout->addWidget(m_all);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_noMatch, 1);

    connect(m_search, &QLineEdit::textChanged, this, &FleetPane::applySearch);
    connect(m_all, &QAbstractButton::clicked, this, &FleetPane::selectAllServers);
    connect(delegate, &FleetDelegate::openWebUiClicked, this, &FleetPane::openWebUiRequested);
    connect(m_tree, &QTreeView::activated, this, [this](const QModelIndex &index) {
        const QString id = index.data(FleetModel::ServerIdRole).toString();
        if (!id.isEmpty())
            Q_EMIT openWebUiRequested(id);
        else
            m_tree->setExpanded(index, !m_tree->isExpanded(index));
    });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &FleetPane::currentChanged);
    connect(m_tree, &QTreeView::customContextMenuRequested, this, [this](const QPoint &pos) {
        if (m_tree->indexAt(pos).isValid())
            Q_EMIT contextMenuRequested(m_tree->viewport()->mapToGlobal(pos));
    });
    // A group that appears is open: nobody hides what they have never seen.
    connect(m_filter, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &parentIndex, int first, int last) {
                if (parentIndex.isValid())
                    m_tree->expand(parentIndex);
                for (int row = first; row <= last; ++row)
                    m_tree->expand(m_filter->index(row, 0, parentIndex));
                updateEmptyState();
            });
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, &FleetPane::updateEmptyState);
    connect(m_filter, &QAbstractItemModel::modelReset, this, [this] {
        m_tree->expandAll();
        updateEmptyState();
    });
}

QString FleetPane::currentServer() const
{
    return m_all->isChecked() ? QString() : m_tree->currentIndex().data(FleetModel::ServerIdRole).toString();
}

QStringList FleetPane::currentServers() const
{
    const QModelIndex current = m_all->isChecked() ? QModelIndex() : m_filter->mapToSource(m_tree->currentIndex());
    return m_model->serverIds(current);
}

void FleetPane::setCurrentServer(const QString &serverId)
{
    if (currentServer() == serverId)
        return;
    for (const QModelIndex &source : m_model->indexesOf(serverId)) {
        const QModelIndex index = m_filter->mapFromSource(source);
        if (index.isValid()) {
            m_tree->setCurrentIndex(index);
            m_tree->scrollTo(index);
            return;
        }
    }
}

void FleetPane::selectAllServers()
{
    m_tree->setCurrentIndex({});
    m_tree->clearSelection();
    m_all->setChecked(true);
    Q_EMIT scopeSelected({}, {});
}

void FleetPane::setSummary(int servers, int connected)
{
    m_all->setDetail(connected > 0 ? tr("%1 of %2 connected").arg(connected).arg(servers) : QString::number(servers));
}

void FleetPane::currentChanged()
{
    const QModelIndex index = m_tree->currentIndex();
    if (!index.isValid())
        return;
    m_all->setChecked(false);
    const QString id = index.data(FleetModel::ServerIdRole).toString();
    if (!id.isEmpty())
        Q_EMIT serverSelected(id);
    else
        Q_EMIT scopeSelected(index.data(Qt::DisplayRole).toString(), m_model->serverIds(m_filter->mapToSource(index)));
}

void FleetPane::applySearch(const QString &text)
{
    m_filter->setSearch(text);
    if (m_filter->isActive())
        m_tree->expandAll();
    updateEmptyState();
}

void FleetPane::updateEmptyState()
{
    const bool nothing = m_filter->isActive() && m_filter->rowCount() == 0;
    m_noMatch->setVisible(nothing);
    m_tree->setVisible(!nothing);
}

bool FleetPane::eventFilter(QObject *watched, QEvent *event)
{
    // Down and Enter lead from the search into the hits.
    if (watched == m_search && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Return || key == Qt::Key_Enter) {
            m_tree->setFocus(Qt::TabFocusReason);
            QModelIndex hit = m_tree->currentIndex();
            if (!hit.isValid() || (m_filter->isActive() && key != Qt::Key_Down)) {
                hit = m_filter->index(0, 0);
                while (hit.isValid() && hit.data(FleetModel::ServerIdRole).toString().isEmpty())
                    hit = m_tree->indexBelow(hit);
            }
            m_tree->setCurrentIndex(hit);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void FleetPane::paintEvent(QPaintEvent * /*event*/)
{
    QPainter(this).fillRect(rect(), Colors::of(palette()).window);
}

} // namespace Helmclaw
