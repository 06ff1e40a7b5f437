// SPDX-License-Identifier: MIT
#include "views/theme/Icons.h"

#include "views/theme/IconEngine.h"

#include <QDir>
#include <QFile>
#include <QHash>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

// A static library's resources are only linked in when somebody asks for them; the macro must stand outside namespaces.
static void initIconResources()
{
    Q_INIT_RESOURCE(icons);
}

namespace Helmclaw {

namespace {

/// The SVG text as it is on disk: drawn in black.
QByteArray source(const QString &name)
{
    initIconResources();
    static QHash<QString, QByteArray> cache;
    const auto known = cache.constFind(name);
    if (known != cache.cend())
        return *known;
    QFile file(QStringLiteral(":/helmclaw/icons/%1.svg").arg(name));
    QByteArray text;
    if (file.open(QIODevice::ReadOnly))
        text = file.readAll();
    cache.insert(name, text);
    return text;
}

} // namespace

QIcon Icons::get(const QString &name)
{
    Q_ASSERT_X(exists(name), "Icons::get", qPrintable(name));
    return QIcon(new IconEngine(name));
}

void Icons::paint(QPainter *painter, const QRectF &rect, const QString &name, const QColor &color)
{
    const QSize size = rect.size().toSize();
    // Whole device pixels, else a 1.5 px stroke turns grey.
    const qreal ratio = painter->device()->devicePixelRatioF();
    const QPointF topLeft(qRound(rect.x() * ratio) / ratio, qRound(rect.y() * ratio) / ratio);
    painter->drawPixmap(topLeft, pixmap(name, size, ratio, color));
}

QPixmap Icons::pixmap(const QString &name, const QSize &size, qreal devicePixelRatio, const QColor &color)
{
    if (size.isEmpty())
        return {};
    const QString key = QStringLiteral("helmclaw/%1/%2x%3@%4/%5")
                            .arg(name)
                            .arg(size.width())
                            .arg(size.height())
                            .arg(devicePixelRatio)
                            .arg(color.rgba(), 8, 16);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    QByteArray svg = source(name);
    Q_ASSERT_X(!svg.isEmpty(), "Icons::pixmap", qPrintable(name));
    svg.replace("#000", color.name(QColor::HexRgb).toLatin1());
    pixmap = QPixmap((QSizeF(size) * devicePixelRatio).toSize());
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QSvgRenderer renderer(svg);
    QPainter painter(&pixmap);
    painter.setOpacity(color.alphaF());
    const int side = qMin(size.width(), size.height());
    renderer.render(&painter, QRectF((size.width() - side) / 2.0, (size.height() - side) / 2.0, side, side));
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

bool Icons::exists(const QString &name)
{
    return !source(name).isEmpty();
}

QStringList Icons::names()
{
    initIconResources();
    QStringList names = QDir(QStringLiteral(":/helmclaw/icons")).entryList({ QStringLiteral("*.svg") }, QDir::Files);
    for (QString &name : names)
        name.chop(4);
    return names;
}

} // namespace Helmclaw
