// SPDX-License-Identifier: MIT
#include "views/widgets/NoticeCard.h"

#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"
#include "views/widgets/CodeLabel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

NoticeCard::NoticeCard(QWidget *parent)
    : QWidget(parent)
    , m_title(makeLabel(TextStyle::Strong))
    , m_text(new CodeLabel)
    , m_remedy(new CodeLabel)
    , m_buttons(new QHBoxLayout)
{
    m_buttons->setSpacing(8);
    m_buttons->addStretch();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(36, 10, 12, 10);
    layout->setSpacing(4);
    m_title->setWordWrap(true);
    m_remedy->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(m_title);
    for (CodeLabel *label : { m_text, m_remedy }) {
        // Host key errors hold fingerprints: not a character of them may be cut.
        label->setFont(fontFor(TextStyle::Body));
        label->setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
        layout->addWidget(label);
    }
    layout->addLayout(m_buttons);
    hide();
}

void NoticeCard::setNotice(const Glyph &glyph, const QString &text, const QString &remedy)
{
    m_glyph = glyph;
    m_title->setText(glyph.word);
    m_text->setText(text);
    m_remedy->setText(remedy);
    m_remedy->setVisible(!remedy.isEmpty());
    setAccessibleName(QStringLiteral("%1. %2. %3").arg(glyph.word, text, remedy));
    show();
    update();
}

void NoticeCard::clear()
{
    hide();
}

QString NoticeCard::text() const
{
    return isHidden() ? QString() : m_text->text();
}

void NoticeCard::addAction(QAction *action)
{
    auto *button = new QPushButton(action->text(), this);
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    layout()->setSpacing(6);
}

void NoticeCard::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors::Pair pair = Colors::of(palette()).tone(m_glyph.tone);
    drawRounded(&painter, QRectF(rect()), Style::radius + 1, pair.background);
    if (!m_glyph.icon.isEmpty())
        Icons::paint(&painter, QRectF(12, m_title->geometry().center().y() - 7, 16, 16), m_glyph.icon, pair.foreground);
}

} // namespace Helmclaw
