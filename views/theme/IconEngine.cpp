// SPDX-License-Identifier: MIT
#include "views/theme/IconEngine.h"

#include "views/theme/Colors.h"
#include "views/theme/Icons.h"

#include <QGuiApplication>
#include <QPainter>

namespace Helmclaw {

namespace {

QColor colorFor(QIcon::Mode mode, QIcon::State state)
{
    const Colors &colors = Colors::of(QGuiApplication::palette());
    if (mode == QIcon::Disabled)
        return colors.disabledText;
    if (state == QIcon::On)
        return colors.accent;
    return mode == QIcon::Normal ? colors.secondaryText : colors.text;
}

} // namespace

IconEngine::IconEngine(QString name)
    : m_name(std::move(name))
{
}

void IconEngine::paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state)
{
    Icons::paint(painter, rect, m_name, colorFor(mode, state));
}

QPixmap IconEngine::pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state)
{
    return scaledPixmap(size, mode, state, 1.0);
}

QPixmap IconEngine::scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State state, qreal scale)
{
    // Qt hands over device pixels here and the ratio beside them.
    QPixmap pixmap = Icons::pixmap(m_name, size, 1.0, colorFor(mode, state));
    pixmap.setDevicePixelRatio(scale);
    return pixmap;
}

QIconEngine *IconEngine::clone() const
{
    return new IconEngine(m_name);
}

QString IconEngine::iconName()
{
    return m_name;
}

bool IconEngine::isNull()
{
    return false;
}

} // namespace Helmclaw
