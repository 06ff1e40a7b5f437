// SPDX-License-Identifier: MIT
#include "views/overview/EvidencePart.h"

#include "views/overview/EvidenceView.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace Helmclaw {

EvidencePart::EvidencePart(QWidget *parent)
    : QWidget(parent)
    , m_view(new EvidenceView)
{
    m_view->setObjectName(QStringLiteral("checkEvidence"));
    auto *copy = new QToolButton;
    copy->setObjectName(QStringLiteral("copyEvidence"));
    copy->setIcon(Icons::get(QStringLiteral("copy")));
    copy->setAutoRaise(true);
    copy->setToolTip(tr("Copy the evidence"));
    copy->setAccessibleName(tr("Copy the evidence"));
    copy->setFocusPolicy(Qt::TabFocus);
    connect(copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_view->toPlainText()); });
    auto *head = new QHBoxLayout;
    head->addWidget(makeSecondaryLabel(TextStyle::Caption, tr("Evidence")), 1);
    head->addWidget(copy);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addWidget(m_view);
}

void EvidencePart::setLines(const QStringList &lines)
{
    m_view->setLines(lines);
    setVisible(!lines.isEmpty());
}

} // namespace Helmclaw
