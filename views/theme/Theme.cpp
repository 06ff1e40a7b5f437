// SPDX-License-Identifier: MIT
#include "views/theme/Theme.h"

#include "views/theme/Style.h"

#include <QApplication>
#include <QEvent>
#include <QPointer>
#include <QWindow>

namespace Helmclaw {

Theme::Theme(Mode mode, QObject *parent)
    : QObject(parent)
    , m_mode(mode)
{
    readSystemPalette();
    if (!qobject_cast<Style *>(QApplication::style()))
        QApplication::setStyle(new Style);
    apply();
    qApp->installEventFilter(this);
}

void Theme::setMode(Mode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    apply();
}

QString Theme::modeName(Mode mode)
{
    switch (mode) {
    case Mode::Light:
        return QStringLiteral("light");
    case Mode::Dark:
        return QStringLiteral("dark");
    case Mode::System:
        break;
    }
    return QStringLiteral("system");
}

Theme::Mode Theme::modeFromName(const QString &name)
{
    for (const Mode mode : { Mode::Light, Mode::Dark }) {
        if (name == modeName(mode))
            return mode;
    }
    return Mode::System;
}

bool Theme::eventFilter(QObject *watched, QEvent *event)
{
    // Sent to every window when the desktop's theme changes; the first one is enough.
    if (event->type() == QEvent::ThemeChange && watched->isWindowType()) {
        const bool before = m_systemDark;
        readSystemPalette();
        if (before != m_systemDark && m_mode == Mode::System)
            apply();
    }
    return QObject::eventFilter(watched, event);
}

void Theme::readSystemPalette()
{
    // Qt 6.4 has no colour-scheme property: with no palette of our own set, the application's palette is the desktop's.
    const QPalette ours = QApplication::palette();
    const bool wasSet = QApplication::testAttribute(Qt::AA_SetPalette);
    if (wasSet)
        QApplication::setPalette(QPalette());
    m_systemDark = &Colors::of(QApplication::palette()) == &Colors::darkTable();
    if (wasSet)
        QApplication::setPalette(ours);
}

void Theme::apply()
{
    m_dark = m_mode == Mode::Dark || (m_mode == Mode::System && m_systemDark);
    const Colors &colors = m_dark ? Colors::darkTable() : Colors::light();
    QApplication::setPalette(colors.palette());
    Q_EMIT changed();
}

} // namespace Helmclaw
