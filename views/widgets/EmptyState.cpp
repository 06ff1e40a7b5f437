// SPDX-License-Identifier: MIT
#include "views/widgets/EmptyState.h"

#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

EmptyState::EmptyState(QWidget *parent)
    : QWidget(parent)
    , m_drawing(new QWidget(this))
    , m_title(makeLabel(TextStyle::Heading))
    , m_text(makeSecondaryLabel(TextStyle::Body))
    , m_buttons(new QHBoxLayout)
{
    m_drawing->setFixedSize(56, 56);
    m_drawing->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_title->setAlignment(Qt::AlignHCenter);
    m_title->setWordWrap(true);
    m_text->setAlignment(Qt::AlignHCenter);
    m_text->setWordWrap(true);
    m_text->setMaximumWidth(420);
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    m_buttons->setSpacing(8);
    m_buttons->addStretch();
    m_buttons->addStretch();

    auto *textRow = new QHBoxLayout;
    textRow->addStretch(1);
    textRow->addWidget(m_text, 8);
    textRow->addStretch(1);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 24, 24, 24);
    layout->setSpacing(0);
    layout->addStretch(4);
    layout->addWidget(m_drawing, 0, Qt::AlignHCenter);
    layout->addSpacing(16);
    layout->addWidget(m_title);
    layout->addSpacing(6);
    layout->addLayout(textRow);
    layout->addSpacing(16);
    layout->addLayout(m_buttons);
    layout->addStretch(5);
}

void EmptyState::setContent(const QString &icon, const QString &title, const QString &text)
{
    m_icon = icon;
    m_title->setText(title);
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    update();
}

void EmptyState::addAction(QAction *action)
{
    const bool first = m_buttons->count() == 2;
    auto *button = new QPushButton(action->icon(), action->text(), this);
    button->setObjectName(QStringLiteral("empty.%1").arg(action->objectName()));
    button->setProperty("primary", first);
    button->setEnabled(action->isEnabled());
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    connect(action, &QAction::changed, button, [button, action] { button->setEnabled(action->isEnabled()); });
    m_buttons->insertWidget(m_buttons->count() - 1, button);
}

void EmptyState::paintEvent(QPaintEvent * /*event*/)
{
    if (m_icon.isEmpty())
        return;
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    const QRectF tile = m_drawing->geometry();
    drawRounded(&painter, tile, 14, colors.hover);
    QRectF box(0, 0, 28, 28);
    box.moveCenter(tile.center());
    Icons::paint(&painter, box, m_icon, colors.secondaryText);
}

} // namespace Helmclaw
