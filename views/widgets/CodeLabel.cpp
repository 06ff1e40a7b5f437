// SPDX-License-Identifier: MIT
#include "views/widgets/CodeLabel.h"

#include "views/theme/Icons.h"
#include "views/theme/Typography.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QTextLayout>

#include <cmath>

namespace Helmclaw {

CodeLabel::CodeLabel(QWidget *parent)
    : QWidget(parent)
{
    setFont(fontFor(TextStyle::Mono));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void CodeLabel::setText(const QString &text)
{
    if (text == m_text)
        return;
    m_text = text;
    setAccessibleName(text);
    updateGeometry();
    update();
}

void CodeLabel::setWrapMode(QTextOption::WrapMode mode)
{
    m_wrap = mode;
    updateGeometry();
    update();
}

QSize CodeLabel::sizeHint() const
{
    const int width = qMin(260, fontMetrics().horizontalAdvance(m_text) + 2);
    return { width, heightForWidth(width) };
}

QSize CodeLabel::minimumSizeHint() const
{
    return { 60, fontMetrics().height() };
}

int CodeLabel::heightForWidth(int width) const
{
    return qMax(fontMetrics().height(), lay(width, nullptr));
}

int CodeLabel::lay(int width, QPainter *painter) const
{
    QTextLayout layout(m_text, font());
    QTextOption option;
    option.setWrapMode(m_wrap);
    layout.setTextOption(option);
    layout.beginLayout();
    qreal y = 0;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(qMax(20, width));
        line.setPosition({ 0, y });
        y += line.height();
    }
    layout.endLayout();
    if (painter)
        layout.draw(painter, { 0, 0 });
    return static_cast<int>(std::ceil(y));
}

void CodeLabel::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    lay(width(), &painter);
}

void CodeLabel::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    QAction *copy = menu.addAction(Icons::get(QStringLiteral("copy")), tr("Copy"));
    if (menu.exec(event->globalPos()) == copy)
        QGuiApplication::clipboard()->setText(m_text);
}

void CodeLabel::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        QGuiApplication::clipboard()->setText(m_text);
    else
        QWidget::keyPressEvent(event);
}

} // namespace Helmclaw
