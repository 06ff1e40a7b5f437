// SPDX-License-Identifier: MIT
#include "views/hostkeys/HostKeyPart.h"

#include "models/fleet/ServerSessions.h"
#include "views/actions/ActionRegistry.h"
#include "views/hostkeys/HostKeyComparison.h"
#include "views/theme/Typography.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

HostKeyPart::HostKeyPart(const WindowModels &models, ActionRegistry *actions, QWidget *parent)
    : QWidget(parent)
    , m_models(models)
    , m_comparison(new HostKeyComparison)
{
    setObjectName(QStringLiteral("hostKeyPart"));
    QAction *action = actions->action(QStringLiteral("server.replace-key"));
    m_replace = new QPushButton(action->text());
    m_replace->setObjectName(QStringLiteral("detailsReplaceKey"));
    m_replace->setToolTip(action->toolTip());
    connect(m_replace, &QPushButton::clicked, action, &QAction::trigger);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(makeSecondaryLabel(TextStyle::Caption, tr("Host key")));
    layout->addWidget(m_comparison);
    layout->addWidget(m_replace, 0, Qt::AlignLeft);
}

bool HostKeyPart::showServer(const QString &serverId)
{
    const auto report = m_models.sessions->status(serverId).hostKey;
    const bool comparable = report && report->verdict != HostKeyVerdict::Unknown;
    if (comparable) {
        m_comparison->showReport(*report);
        m_replace->setVisible(report->verdict != HostKeyVerdict::Revoked);
    }
    setVisible(comparable);
    return comparable;
}

} // namespace Helmclaw
