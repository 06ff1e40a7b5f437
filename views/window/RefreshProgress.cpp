// SPDX-License-Identifier: MIT
#include "views/window/RefreshProgress.h"

#include "views/theme/Typography.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace Helmclaw {

RefreshProgress::RefreshProgress(QAction *cancel, QWidget *parent)
    : QWidget(parent)
    , m_text(makeSecondaryLabel(TextStyle::Small))
    , m_bar(new QProgressBar)
{
    setObjectName(QStringLiteral("refreshProgress"));
    m_text->setObjectName(QStringLiteral("refreshText"));
    m_bar->setObjectName(QStringLiteral("refreshBar"));
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(140, 16);
    m_bar->setAccessibleName(tr("Refresh progress"));
    auto *button = new QToolButton;
    button->setObjectName(QStringLiteral("refreshCancel"));
    button->setDefaultAction(cancel);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 4, 0);
    layout->setSpacing(10);
    layout->addWidget(m_text);
    layout->addWidget(m_bar);
    layout->addWidget(button);
    hide();
}

void RefreshProgress::setProgress(bool running, int done, int total)
{
    setVisible(running);
    m_bar->setMaximum(qMax(1, total));
    m_bar->setValue(done);
    m_text->setText(tr("Checking: %1 of %2 done").arg(done).arg(total));
}

} // namespace Helmclaw
