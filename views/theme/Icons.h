// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

class QPainter;
class QRectF;

namespace Helmclaw {

/// The window's icons: monochrome SVG drawings on a 16 px grid (resources/icons), coloured when they are painted, so
/// that one set serves light and dark. An unknown name is a bug: it asserts in debug builds and paints nothing.
class Icons
{
public:
    /// An icon in the application palette's text colours (disabled, selected as the icon's mode says).
    [[nodiscard]] static QIcon get(const QString &name);
    /// The same drawing in one fixed colour, for painting inside delegates.
    static void paint(QPainter *painter, const QRectF &rect, const QString &name, const QColor &color);
    /// @p size in device-independent pixels; cached.
    [[nodiscard]] static QPixmap pixmap(const QString &name, const QSize &size, qreal devicePixelRatio,
                                        const QColor &color);
    [[nodiscard]] static bool exists(const QString &name);
    /// Every name there is.
    [[nodiscard]] static QStringList names();
};

} // namespace Helmclaw
