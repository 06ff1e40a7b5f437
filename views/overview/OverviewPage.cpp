// SPDX-License-Identifier: MIT
#include "views/overview/OverviewPage.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/posture/PostureModel.h"
#include "models/posture/PostureStore.h"
#include "views/actions/ActionRegistry.h"
#include "views/overview/DetailsPane.h"
#include "views/overview/MatrixFilter.h"
#include "views/overview/MatrixView.h"
#include "views/overview/VerdictSummary.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"
#include "views/widgets/ElidedLabel.h"
#include "views/widgets/EmptyState.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QSplitter>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace Helmclaw {

OverviewPage::OverviewPage(const WindowModels &models, PostureModel *model, ActionRegistry *actions, QWidget *parent)
    : QWidget(parent)
    , m_models(models)
    , m_model(model)
    , m_filter(new MatrixFilter(this))
    , m_title(makeLabel(TextStyle::Title))
    , m_subtitle(new ElidedLabel)
    , m_summary(new VerdictSummary)
    , m_search(new QLineEdit)
    , m_problemsOnly(new QToolButton)
    , m_splitter(new QSplitter(Qt::Vertical))
    , m_matrix(new MatrixView(models.sessions))
    , m_noMatch(new EmptyState)
    , m_details(new DetailsPane(models, actions))
    , m_headerTimer(new QTimer(this))
{
    setObjectName(QStringLiteral("overviewPage"));
    m_title->setObjectName(QStringLiteral("overviewTitle"));
    m_subtitle->setObjectName(QStringLiteral("overviewSubtitle"));
    m_subtitle->setForegroundRole(QPalette::PlaceholderText);
    m_filter->setSourceModel(model);
    m_matrix->setModel(m_filter);

    m_search->setObjectName(QStringLiteral("overviewSearch"));
    m_search->setPlaceholderText(tr("Filter"));
    m_search->setAccessibleName(tr("Filter the table by server or finding"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(Icons::get(QStringLiteral("filter")), QLineEdit::LeadingPosition)->setText(tr("Filter"));
    m_search->setMinimumWidth(120);
    m_search->setMaximumWidth(220);
    m_problemsOnly->setObjectName(QStringLiteral("problemsOnly"));
    m_problemsOnly->setDefaultAction(actions->action(QStringLiteral("view.problems-only")));
    m_problemsOnly->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_problemsOnly->setFocusPolicy(Qt::TabFocus);

    m_noMatch->setObjectName(QStringLiteral("matrixNoMatch"));
    m_noMatch->setContent(QStringLiteral("filter"), tr("No server matches"),
                          tr("The filter leaves none of the servers."));
    m_noMatch->addAction(actions->action(QStringLiteral("view.clear-filters")));

    auto *titles = new QVBoxLayout;
    titles->setSpacing(2);
    auto *titleRow = new QHBoxLayout;
    titleRow->setSpacing(10);
    titleRow->addWidget(m_title);
    titleRow->addStretch(1);
    titleRow->addWidget(m_problemsOnly);
    titleRow->addWidget(m_search, 1);
    titles->addLayout(titleRow);
    auto *factsRow = new QHBoxLayout;
    factsRow->setSpacing(20);
    factsRow->addWidget(m_subtitle, 1);
    factsRow->addWidget(m_summary);
    titles->addLayout(factsRow);

    auto *left = new QWidget;
    auto *leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->setSpacing(0);
    auto *head = new QWidget;
    head->setLayout(titles);
    titles->setContentsMargins(16, 12, 12, 10);
    leftLayout->addWidget(head);
    leftLayout->addWidget(m_matrix, 1);
    leftLayout->addWidget(m_noMatch, 1);

    m_splitter->setObjectName(QStringLiteral("overviewSplitter"));
    m_splitter->addWidget(left);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setCollapsible(0, false);
    left->setMinimumSize(320, 200);
    m_details->setMinimumSize(280, 140);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);

    m_headerTimer->setSingleShot(true);
    m_headerTimer->setInterval(100);
    connect(m_headerTimer, &QTimer::timeout, this, &OverviewPage::updateHeader);

    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_filter->setSearch(text);
        updateHeader();
    });
    connect(actions->action(QStringLiteral("view.problems-only")), &QAction::toggled, this, [this](bool on) {
        m_filter->setProblemsOnly(on);
        updateHeader();
    });
    connect(m_matrix->selectionModel(), &QItemSelectionModel::currentChanged, this, &OverviewPage::currentChanged);
    connect(m_matrix, &MatrixView::serverActivated, this, &OverviewPage::openWebUiRequested);
    connect(m_matrix, &QTableView::customContextMenuRequested, this, [this](const QPoint &pos) {
        if (m_matrix->currentIndex().isValid())
            Q_EMIT contextMenuRequested(m_matrix->viewport()->mapToGlobal(pos));
    });
    connect(m_details, &DetailsPane::fixRequested, this, &OverviewPage::fixRequested);
    connect(m_details, &DetailsPane::checkChosen, this,
            [this](const QString &server, const QString &check) { selectServer(server, check); });
    const auto later = [this] {
        if (!m_headerTimer->isActive())
            m_headerTimer->start();
    };
    connect(m_models.posture, &PostureStore::changed, this, later);
    connect(m_models.sessions, &ServerSessions::statusChanged, this, [this, later] {
        m_matrix->repaintServers();
        later();
    });
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, later);
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, later);
    connect(m_filter, &QAbstractItemModel::modelReset, this, later);
    updateHeader();
}

void OverviewPage::setScope(const QString &groupName, const QStringList &serverIds)
{
    m_scopeName = groupName;
    m_filter->setScope(serverIds);
    m_details->setScope(serverIds);
    updateHeader();
}

void OverviewPage::selectServer(const QString &serverId, const QString &checkId)
{
    const int sourceRow = m_model->rowOf(serverId);
    if (sourceRow < 0)
        return;
    if (!m_filter->scope().isEmpty() && !m_filter->scope().contains(serverId))
        setScope({}, {});
    int column = m_matrix->currentIndex().isValid() ? m_matrix->currentIndex().column() : 0;
    for (int i = 1; !checkId.isEmpty() && i < m_model->columnCount(); ++i) {
        if (m_model->headerData(i, Qt::Horizontal, PostureModel::CheckIdRole).toString() == checkId) {
            column = i;
            m_matrix->setFolded(m_model->headerData(i, Qt::Horizontal, PostureModel::AreaRole).toString(), false);
        }
    }
    const QModelIndex index = m_filter->mapFromSource(m_model->index(sourceRow, column));
    if (index.isValid()) {
        m_matrix->setCurrentIndex(index);
        m_matrix->scrollTo(index);
    } else {
        // Filtered out of the table, yet asked for: the details need no row.
        m_matrix->setCurrentIndex({});
        m_details->showDetails(serverId, checkId);
        Q_EMIT currentServerChanged(serverId);
    }
}

void OverviewPage::clearSelection()
{
    m_matrix->setCurrentIndex({});
    m_matrix->clearSelection();
    m_details->showDetails({}, {});
    Q_EMIT currentServerChanged({});
}

QString OverviewPage::currentServer() const
{
    return m_details->serverId();
}

QString OverviewPage::currentCheck() const
{
    return m_details->checkId();
}

bool OverviewPage::clearFilters()
{
    const bool had = m_filter->isFiltering();
    m_search->clear();
    m_problemsOnly->defaultAction()->setChecked(false);
    return had;
}

void OverviewPage::currentChanged()
{
    const QModelIndex index = m_matrix->currentIndex();
    if (!index.isValid())
        return; // filtered away or removed; the details keep their server until another one is selected
    const QString server = index.data(PostureModel::ServerIdRole).toString();
    const bool isSum = m_model->headerData(index.column(), Qt::Horizontal, PostureModel::SumRole).toBool();
    const QString area = m_model->headerData(index.column(), Qt::Horizontal, PostureModel::AreaRole).toString();
    m_details->showDetails(server, index.data(PostureModel::CheckIdRole).toString(), isSum ? area : QString());
    Q_EMIT currentServerChanged(server);
}

void OverviewPage::updateHeader()
{
    QMap<Verdict, int> counts;
    int troubled = 0;
    int servers = 0;
    int checked = 0;
    for (const Server &server : m_models.fleet->servers()) {
        if (!m_filter->scope().isEmpty() && !m_filter->scope().contains(server.id))
            continue;
        ++servers;
        const ServerPosture posture = m_models.posture->posture(server.id);
        if (!posture.results.isEmpty())
            ++checked;
        for (const CheckResult &result : posture.results)
            ++counts[result.verdict];
        const bool isTroubled = posture.lastError.has_value() || posture.worst() >= Verdict::Warn;
        if (isTroubled && (!posture.results.isEmpty() || posture.lastError))
            ++troubled;
    }
    m_title->setText(m_scopeName.isEmpty() ? tr("All servers") : m_scopeName);
    QStringList parts { servers == 1 ? tr("1 server") : tr("%n servers", nullptr, servers) };
    if (m_filter->isFiltering())
        parts.append(tr("%n shown", nullptr, m_filter->rowCount()));
    if (checked == 0)
        parts.append(tr("not checked yet"));
    else if (troubled > 0)
        parts.append(troubled == 1 ? tr("1 needs attention") : tr("%n need attention", nullptr, troubled));
    else if (checked == servers)
        parts.append(tr("all checked"));
    m_subtitle->setText(parts.join(QStringLiteral("  ·  ")));
    m_summary->setCounts(counts);
    updateEmptyState();
}

void OverviewPage::updateEmptyState()
{
    const bool nothing = m_filter->isFiltering() && m_filter->rowCount() == 0;
    m_noMatch->setVisible(nothing);
    m_matrix->setVisible(!nothing);
}

void OverviewPage::arrange()
{
    const Qt::Orientation wanted = width() >= besideFrom ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() == wanted)
        return;
    (m_splitter->orientation() == Qt::Horizontal ? m_sizesBeside : m_sizesBelow) = m_splitter->sizes();
    m_splitter->setOrientation(wanted);
    m_splitter->setSizes(wanted == Qt::Horizontal ? m_sizesBeside : m_sizesBelow);
}

QVariantMap OverviewPage::saveSizes() const
{
    const auto toVariants = [](const QList<int> &sizes) { return QVariantList(sizes.cbegin(), sizes.cend()); };
    const bool beside = m_splitter->orientation() == Qt::Horizontal;
    return { { QStringLiteral("beside"), toVariants(beside ? m_splitter->sizes() : m_sizesBeside) },
             { QStringLiteral("below"), toVariants(beside ? m_sizesBelow : m_splitter->sizes()) } };
}

void OverviewPage::restoreSizes(const QVariantMap &sizes)
{
    const auto take = [&](const QString &key, QList<int> &into) {
        const QVariantList list = sizes.value(key).toList();
        if (list.size() == 2 && list.at(0).toInt() > 0 && list.at(1).toInt() > 0)
            into = { list.at(0).toInt(), list.at(1).toInt() };
    };
    take(QStringLiteral("beside"), m_sizesBeside);
    take(QStringLiteral("below"), m_sizesBelow);
    m_splitter->setSizes(m_splitter->orientation() == Qt::Horizontal ? m_sizesBeside : m_sizesBelow);
}

void OverviewPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void OverviewPage::paintEvent(QPaintEvent * /*event*/)
{
    QPainter(this).fillRect(rect(), Colors::of(palette()).base);
}

} // namespace Helmclaw
