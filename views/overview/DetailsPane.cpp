// SPDX-License-Identifier: MIT
#include "views/overview/DetailsPane.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureStore.h"
#include "models/tasks/FixCatalogue.h"
#include "views/actions/ActionRegistry.h"
#include "views/hostkeys/HostKeyPart.h"
#include "views/overview/CheckCard.h"
#include "views/overview/ConnectionFacts.h"
#include "views/overview/EvidencePart.h"
#include "views/overview/FindingsList.h"
#include "views/overview/ServerCard.h"
#include "views/theme/Colors.h"
#include "views/theme/Typography.h"
#include "views/widgets/EmptyState.h"

#include <QBoxLayout>
#include <QFrame>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QTimer>

namespace Helmclaw {

/// Something is left to do, or to find out.
static bool isOpen(const CheckResult &result)
{
    return result.verdict != Verdict::Pass && result.verdict != Verdict::NotApplicable;
}

DetailsPane::DetailsPane(const WindowModels &models, ActionRegistry *actions, QWidget *parent)
    : QWidget(parent)
    , m_models(models)
    , m_nothing(new EmptyState(this))
    , m_scroll(new QScrollArea(this))
    , m_measure(new QTimer(this))
    , m_server(new ServerCard(models, actions))
    , m_hostKey(new HostKeyPart(models, actions))
    , m_notChecked(new EmptyState)
    , m_check(new CheckCard)
    , m_evidence(new EvidencePart)
    , m_findings(new FindingsList)
    , m_columns(new QBoxLayout(QBoxLayout::TopToBottom))
    , m_lineBefore(new QFrame)
    , m_lineAfter(new QFrame)
    , m_posturePart(new QWidget)
    , m_connectionPart(new QWidget)
    , m_facts(new ConnectionFacts(models))
{
    setObjectName(QStringLiteral("detailsPane"));
    setAccessibleName(tr("Details"));
    m_nothing->setContent(QStringLiteral("details"), tr("Nothing selected"),
                          tr("Select a server or one of its checks to see the evidence."));
    m_nothing->setObjectName(QStringLiteral("detailsNothing"));
    m_notChecked->setObjectName(QStringLiteral("detailsNotChecked"));
    m_notChecked->setContent(QStringLiteral("shield"), tr("Not checked yet"),
                             tr("Nothing is known about this server's firewall, fail2ban and updates."));
    m_notChecked->addAction(actions->action(QStringLiteral("refresh.selected")));

    auto *posture = new QVBoxLayout(m_posturePart);
    posture->setContentsMargins(0, 0, 0, 0);
    posture->setSpacing(16);
    posture->addWidget(m_hostKey);
    posture->addWidget(m_notChecked);
    posture->addWidget(m_check);
    posture->addWidget(m_findings);
    posture->addStretch(1);
    auto *connection = new QVBoxLayout(m_connectionPart);
    connection->setContentsMargins(0, 0, 0, 0);
    connection->setSpacing(8);
    connection->addWidget(m_evidence);
    connection->addSpacing(8);
    connection->addWidget(makeSecondaryLabel(TextStyle::Caption, tr("Connection")));
    connection->addWidget(m_facts);
    connection->addStretch(1);

    auto *content = new QWidget;
    auto *outer = new QVBoxLayout(content);
    outer->setContentsMargins(20, 16, 20, 24);
    outer->addLayout(m_columns);
    for (QWidget *part : { static_cast<QWidget *>(m_server), static_cast<QWidget *>(m_lineBefore), m_posturePart,
                           static_cast<QWidget *>(m_lineAfter), m_connectionPart })
        m_columns->addWidget(part);
    m_columns->setSpacing(16);

    m_scroll->setObjectName(QStringLiteral("detailsScroll"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_scroll->setWidget(content);
    content->setAutoFillBackground(false);
    m_scroll->setFocusPolicy(Qt::NoFocus);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_nothing);
    layout->addWidget(m_scroll);

    m_measure->setSingleShot(true);
    m_measure->setInterval(0);
    connect(m_measure, &QTimer::timeout, this, [this] {
        // Layout items remember heights for widths; parts that were hidden or narrower meanwhile leave stale ones
        // behind.
        QWidget *scrolled = m_scroll->widget();
        const QList<QWidget *> parts = scrolled->findChildren<QWidget *>();
        for (auto part = parts.crbegin(); part != parts.crend(); ++part) {
            if ((*part)->layout())
                (*part)->layout()->invalidate();
            (*part)->updateGeometry();
        }
        scrolled->layout()->invalidate();
        scrolled->updateGeometry();
    });
    connect(models.posture, &PostureStore::changed, this, &DetailsPane::updateFor);
    connect(models.sessions, &ServerSessions::statusChanged, this, &DetailsPane::updateFor);
    connect(models.webUi, &WebUiSessions::statusChanged, this, &DetailsPane::updateFor);
    connect(models.fleet, &Fleet::updated, this, &DetailsPane::update);
    connect(m_findings, &FindingsList::checkChosen, this,
            [this](const QString &check) { Q_EMIT checkChosen(m_serverId, check); });
    connect(m_check, &CheckCard::fixRequested, this, [this] { Q_EMIT fixRequested(m_checkId, { m_serverId }); });
    connect(m_check, &CheckCard::fixEverywhereRequested, this, [this] { Q_EMIT fixRequested(m_checkId, troubled()); });
    update();
}

void DetailsPane::showDetails(const QString &serverId, const QString &checkId, const QString &area)
{
    const bool same = serverId == m_serverId && checkId == m_checkId && area == m_area;
    m_area = area;
    m_serverId = serverId;
    m_checkId = checkId;
    update();
    if (!same)
        m_scroll->verticalScrollBar()->setValue(0);
}

void DetailsPane::updateFor(const QString &serverId)
{
    if (serverId == m_serverId)
        update();
}

void DetailsPane::update()
{
    const bool known = m_models.fleet->byId(m_serverId).has_value();
    m_nothing->setVisible(!known);
    m_scroll->setVisible(known);
    if (!known)
        return;
    m_server->showServer(m_serverId);
    m_facts->showServer(m_serverId);
    const ServerPosture posture = m_models.posture->posture(m_serverId);
    const CheckResult *result = m_checkId.isEmpty() ? nullptr : posture.find(m_checkId);
    const bool checked = !posture.results.isEmpty();
    const bool hostKey = m_hostKey->showServer(m_serverId);
    m_notChecked->setVisible(!checked && !posture.refreshing && !hostKey);
    m_check->setVisible(result != nullptr);
    if (result) {
        m_check->showResult(checkInfo(m_checkId), *result, posture.probedAt, posture.lastError.has_value());
        updateFix(posture, *result);
    }
    m_evidence->setLines(result ? result->evidence : QStringList());
    m_findings->setVisible(checked && !result);
    if (checked && !result)
        m_findings->showResults(resultsOfArea(posture.results));
    m_posturePart->setVisible(checked || hostKey || !posture.refreshing);
    m_lineAfter->setVisible(checked || hostKey || !posture.refreshing);
    measureLater();
}

void DetailsPane::updateFix(const ServerPosture &posture, const CheckResult &result)
{
    const bool wanted = isOpen(result);
    const auto action = wanted ? FixCatalogue::actionFor(m_checkId) : std::nullopt;
    const auto refusal = action
        ? FixCatalogue::refusal({ action->id, {}, m_checkId }, *m_models.fleet->byId(m_serverId), posture)
        : std::nullopt;
    m_check->showFix(action ? action->title : QString(), refusal ? refusal->what : QString(),
                     wanted ? static_cast<int>(troubled().size()) : 0);
}

QList<CheckResult> DetailsPane::resultsOfArea(QList<CheckResult> results) const
{
    if (!m_area.isEmpty())
        results.removeIf([this](const CheckResult &result) { return checkInfo(result.checkId).area != m_area; });
    return results;
}

void DetailsPane::setScope(const QStringList &serverIds)
{
    m_scope = serverIds;
    update();
}

QStringList DetailsPane::troubled() const
{
    QStringList ids;
    for (const Server &server : m_models.fleet->servers()) {
        if (!m_scope.isEmpty() && !m_scope.contains(server.id))
            continue;
        const ServerPosture posture = m_models.posture->posture(server.id);
        const CheckResult *result = posture.lastError ? nullptr : posture.find(m_checkId);
        if (result != nullptr && isOpen(*result))
            ids += server.id;
    }
    return ids;
}

void DetailsPane::measureLater()
{
    if (!m_measure->isActive())
        m_measure->start();
}

void DetailsPane::arrange()
{
    const bool wide = width() >= wideFrom;
    m_columns->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_columns->setSpacing(wide ? 20 : 16);
    for (QFrame *line : { m_lineBefore, m_lineAfter }) {
        line->setFrameShape(wide ? QFrame::VLine : QFrame::HLine);
        line->setFixedSize(wide ? QSize(1, QWIDGETSIZE_MAX) : QSize(QWIDGETSIZE_MAX, 1));
        line->setMinimumSize(1, 1);
    }
    const int serverWidth = qBound(220, width() / 4, 340);
    m_server->setMinimumWidth(wide ? serverWidth : 0);
    m_server->setMaximumWidth(wide ? serverWidth : QWIDGETSIZE_MAX);
    m_columns->setStretchFactor(m_posturePart, wide ? 1 : 0);
    m_columns->setStretchFactor(m_connectionPart, 1); // what is left over goes under the last part
}

void DetailsPane::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    arrange();
    measureLater();
}

void DetailsPane::paintEvent(QPaintEvent * /*event*/)
{
    QPainter(this).fillRect(rect(), Colors::of(palette()).base);
}

} // namespace Helmclaw
