// SPDX-License-Identifier: MIT
#include "views/widgets/MessageStrip.h"

#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace Helmclaw {

MessageStrip::MessageStrip(const Message &message, QWidget *parent)
    : QWidget(parent)
    , m_tone(message.tone)
    , m_icon(message.icon)
{
    setObjectName(QStringLiteral("message.%1").arg(message.key));
    setAccessibleName(message.remedy.isEmpty() ? message.text : message.text + QStringLiteral(". ") + message.remedy);

    auto *text = makeLabel(TextStyle::Body, message.text);
    text->setObjectName(QStringLiteral("messageText"));
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(text);
    if (!message.remedy.isEmpty()) {
        auto *remedy = makeSecondaryLabel(TextStyle::Body, message.remedy);
        remedy->setWordWrap(true);
        remedy->setTextInteractionFlags(Qt::TextSelectableByMouse);
        texts->addWidget(remedy);
    }

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(40, 8, 8, 8);
    layout->setSpacing(8);
    layout->addLayout(texts, 1);
    for (int i = 0; i < message.buttons.size(); ++i) {
        auto *button = new QPushButton(message.buttons.at(i).text, this);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, [this, i] { Q_EMIT buttonPressed(i); });
        layout->addWidget(button, 0, Qt::AlignVCenter);
    }
    auto *close = new QToolButton(this);
    close->setObjectName(QStringLiteral("messageClose"));
    close->setIcon(Icons::get(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Dismiss"));
    close->setAccessibleName(tr("Dismiss this message"));
    close->setFocusPolicy(Qt::TabFocus);
    connect(close, &QToolButton::clicked, this, &MessageStrip::closeRequested);
    layout->addWidget(close, 0, Qt::AlignVCenter);
}

void MessageStrip::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    const Colors::Pair pair = colors.tone(m_tone);
    painter.fillRect(rect(), pair.background);
    painter.fillRect(QRect(0, height() - 1, width(), 1), colors.border);
    Icons::paint(&painter, QRectF(14, (height() - 16) / 2.0, 16, 16), m_icon, pair.foreground);
}

} // namespace Helmclaw
