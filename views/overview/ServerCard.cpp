// SPDX-License-Identifier: MIT
#include "views/overview/ServerCard.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/PostureStore.h"
#include "views/actions/ActionRegistry.h"
#include "views/overview/TimeText.h"
#include "views/theme/Typography.h"
#include "views/widgets/ElidedLabel.h"
#include "views/widgets/GlyphLabel.h"
#include "views/widgets/NoticeCard.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace Helmclaw {

namespace {

QToolButton *iconButton(QAction *action)
{
    auto *button = new QToolButton;
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setAccessibleName(QString(action->text()).remove(QLatin1Char('&')));
    button->setFocusPolicy(Qt::TabFocus);
    button->setAutoRaise(true);
    return button;
}

} // namespace

ServerCard::ServerCard(const WindowModels &models, ActionRegistry *actions, QWidget *parent)
    : QWidget(parent)
    , m_models(models)
    , m_tick(new QTimer(this))
    , m_name(new ElidedLabel)
    , m_target(new ElidedLabel)
    , m_session(new GlyphLabel(GlyphLabel::Shape::Plain))
    , m_retry(new QPushButton(tr("&Retry now")))
    , m_webUi(new GlyphLabel(GlyphLabel::Shape::Plain))
    , m_webUiRow(new QWidget)
    , m_problem(new NoticeCard)
    , m_webUiProblem(new NoticeCard)
{
    m_name->setObjectName(QStringLiteral("detailsName"));
    m_name->setFont(fontFor(TextStyle::Title));
    m_target->setObjectName(QStringLiteral("detailsTarget"));
    m_target->setFont(fontFor(TextStyle::Mono));
    m_target->setForegroundRole(QPalette::PlaceholderText);
    m_session->setObjectName(QStringLiteral("detailsSession"));
    m_webUi->setObjectName(QStringLiteral("detailsWebUi"));
    m_problem->setObjectName(QStringLiteral("detailsProblem"));
    m_webUiProblem->setObjectName(QStringLiteral("detailsWebUiProblem"));

    QAction *openAction = actions->action(QStringLiteral("server.open-web-ui"));
    auto *open = new QPushButton(openAction->icon(), tr("Open web UI"));
    open->setObjectName(QStringLiteral("detailsOpenWebUi"));
    open->setProperty("primary", true);
    open->setToolTip(openAction->toolTip());
    connect(open, &QPushButton::clicked, openAction, &QAction::trigger);

    m_retry->setObjectName(QStringLiteral("detailsRetry"));
    m_retry->setToolTip(tr("Connect at once, without waiting"));
    connect(m_retry, &QPushButton::clicked, actions->action(QStringLiteral("server.connect")), &QAction::trigger);
    m_tick->setInterval(1000);
    connect(m_tick, &QTimer::timeout, this, &ServerCard::showSession);

    auto *nameRow = new QHBoxLayout;
    nameRow->setSpacing(2);
    nameRow->addWidget(m_name, 1);
    nameRow->addWidget(iconButton(actions->action(QStringLiteral("refresh.selected"))));
    nameRow->addWidget(iconButton(actions->action(QStringLiteral("server.edit"))));

    auto *webUiRow = new QHBoxLayout(m_webUiRow);
    webUiRow->setContentsMargins(0, 0, 0, 0);
    webUiRow->setSpacing(2);
    webUiRow->addWidget(m_webUi, 1);
    webUiRow->addWidget(iconButton(actions->action(QStringLiteral("server.copy-address"))));
    webUiRow->addWidget(iconButton(actions->action(QStringLiteral("server.close-web-ui"))));

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(nameRow);
    layout->addWidget(m_target);
    layout->addSpacing(8);
    layout->addWidget(m_session);
    layout->addWidget(m_retry, 0, Qt::AlignLeft);
    layout->addWidget(m_webUiRow);
    layout->addSpacing(8);
    layout->addWidget(m_problem);
    layout->addWidget(m_webUiProblem);
    layout->addSpacing(4);
    layout->addWidget(open, 0, Qt::AlignLeft);
    layout->addStretch(1);
}

void ServerCard::showServer(const QString &serverId)
{
    const auto server = m_models.fleet->byId(serverId);
    if (!server)
        return;
    m_name->setText(server->name);
    m_target->setText(serverAddress(*server));

    m_serverId = serverId;
    showSession();
    const SessionStatus session = m_models.sessions->status(serverId);

    const WebUiStatus webUi = m_models.webUi->status(serverId);
    m_webUiRow->setVisible(webUi.state != WebUiState::Off);
    Glyph webUiGlyph = glyphOf(webUi.state);
    webUiGlyph.word = tr("Web UI %1").arg(webUiGlyph.word.toLower());
    m_webUi->setGlyph(webUiGlyph);
    m_webUi->setSuffix(webUi.state == WebUiState::Opening ? webUi.detail
                           : webUi.localPort != 0         ? QStringLiteral("127.0.0.1:%1").arg(webUi.localPort)
                                                          : QString());

    // The session's error is the cause; the probe's says the same later and less exactly.
    const ServerPosture posture = m_models.posture->posture(serverId);
    if (session.error) {
        m_problem->setNotice(glyphOf(session), session.error->what, session.error->remedy);
    } else if (posture.lastError) {
        Glyph glyph = glyphOf(*posture.lastError);
        glyph.word = posture.lastError->code == ErrorCode::Cancelled ? tr("The last check was cancelled")
                                                                     : tr("The last check failed");
        m_problem->setNotice(glyph, posture.lastError->what, posture.lastError->remedy);
    } else {
        m_problem->clear();
    }
    if (webUi.error && (!session.error || webUi.error->what != session.error->what)) {
        Glyph glyph = glyphOf(webUi.state);
        glyph.word = tr("Web UI %1").arg(glyph.word.toLower());
        m_webUiProblem->setNotice(glyph, webUi.error->what, webUi.error->remedy);
    } else {
        m_webUiProblem->clear();
    }
}

void ServerCard::showSession()
{
    const SessionStatus session = m_models.sessions->status(m_serverId);
    const bool waits = session.state == SessionState::Backoff && session.retryAt.isValid();
    QStringList facts;
    if (session.since.isValid())
        facts += tr("since %1").arg(shortTime(session.since));
    if (waits)
        facts += tr("next try in %1").arg(countdown(session.retryAt));
    m_session->setGlyph(glyphOf(session));
    m_session->setSuffix(facts.join(QStringLiteral(", ")));
    m_retry->setVisible(waits || session.state == SessionState::Failed || session.state == SessionState::Lost);
    if (waits && !m_tick->isActive())
        m_tick->start();
    else if (!waits)
        m_tick->stop();
}

} // namespace Helmclaw
